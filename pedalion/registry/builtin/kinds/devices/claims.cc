// Claims of devices, what they got, and the templates that claims are made from.
#include <set>
#include <tuple>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/registry/builtin/kinds/addresses.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/conditions.h"
#include "pedalion/registry/builtin/kinds/devices/requests.h"
#include "pedalion/registry/builtin/kinds/devices/rows.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/lists.h"
#include "pedalion/registry/builtin/kinds/selectors.h"
#include "pedalion/registry/builtin/kinds/template_metadata.h"

namespace pedalion::registry::builtin::kinds::devices {

namespace {

constexpr std::size_t kMaxUsers = 256, kMaxConditions = 8, kMaxData = 10 * 1024, kMaxInterfaceName = 256,
                      kMaxHardwareAddress = 128, kMaxAddresses = 16, kMaxAllocatedConfigurations = 64;

/// A device, and the share of it when several claims may have it.
using DeviceId = std::tuple<std::string_view, std::string_view, std::string_view, std::string_view>;
using DeviceIds = std::set<DeviceId>;

DeviceId id_of(const Value& device) {
  return {device.string_at({"driver"}), device.string_at({"pool"}), device.string_at({"device"}),
          device.string_at({"shareID"})};
}

/// As kube-apiserver writes it.
std::string shown(const DeviceId& id) {
  std::string text;
  auto add = [&](std::string_view name, std::string_view part) {
    text += (text.empty() ? "{\"" : ",\"") + std::string(name) + "\":" + json::to_string(Value::string(part));
  };
  add("Driver", std::get<0>(id));
  add("Pool", std::get<1>(id));
  add("Device", std::get<2>(id));
  add("ShareID", std::get<3>(id));
  return text + "}";
}

DeviceIds allocated_devices(const Value& claim) {
  DeviceIds ids;
  for (const Value& result : items_at(claim, {"status", "allocation", "devices", "results"})) {
    ids.insert(id_of(result));
  }
  return ids;
}

/// What is known of devices that the claim no longer has goes with them.
void drop_deallocated(Filler& claim, const Value& old) {
  using Plain = std::tuple<std::string_view, std::string_view, std::string_view>;
  auto plain = [](const Value& device) {
    return Plain(device.string_at({"driver"}), device.string_at({"pool"}), device.string_at({"device"}));
  };
  std::set<Plain> gone;
  for (const Value& result : items_at(old, {"status", "allocation", "devices", "results"})) {
    gone.insert(plain(result));
  }
  const Value& now = claim.object();
  for (const Value& result : items_at(now, {"status", "allocation", "devices", "results"})) {
    gone.erase(plain(result));
  }
  if (now.at({"status", "devices"}) == nullptr) return;
  Value kept = Value::array(claim.arena());
  for (const Value& device : items_at(now, {"status", "devices"})) {
    if (!gone.contains(plain(device))) kept.push_back(device, claim.arena());
  }
  Filler status = claim.in("status");
  if (kept.empty()) {
    status.object().erase("devices");
  } else {
    status.set("devices", kept);
  }
}

void check_user(const Field& user) {
  for (std::string_view field : {"resource", "name", "uid"}) require_text(user[field]);
}

void check_address(const Field& address) {
  auto block = CidrBlock::parse(address.text());
  if (!block) {
    return address.invalid("must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)");
  }
  bool mapped = block->address.is_mapped() && block->prefix > 32;
  std::string canonical =
      block->address.text() + "/" + std::to_string(mapped ? block->prefix - 96 : block->prefix);
  if (address.text() != canonical) {
    address.invalid("must be in canonical form (" + meta::go_quoted(canonical) + ")");
  }
}

void check_network(const Field& network) {
  Field name = network["interfaceName"], hardware = network["hardwareAddress"];
  if (name.text().size() > kMaxInterfaceName) name.too_long(kMaxInterfaceName);
  if (hardware.text().size() > kMaxHardwareAddress) hardware.too_long(kMaxHardwareAddress);
  check_set(network["ips"], kMaxAddresses, own_text, check_address);
}

void check_device_status(const Field& device, const DeviceIds& allocated) {
  check_driver_name(device["driver"]);
  check_pool_name(device["pool"]);
  check_name(device["device"], meta::dns_label_problems);
  if (device["shareID"]) check_uid(device["shareID"]);
  if (DeviceId id = id_of(*device.value()); !allocated.contains(id)) {
    device.invalid("", "must be an allocated device in the claim");
    device.errors().back().value = shown(id);
  }
  Field conditions = device["conditions"];
  if (conditions.size() > kMaxConditions) conditions.too_many(kMaxConditions);
  check_conditions(conditions);
  if (device["data"]) check_raw_object(device["data"], kMaxData, Origin::kNew);
  check_network(device["networkData"]);
}

void check_result(const Field& result, const RequestNames& names) {
  names.check_reference(result["request"]);
  check_driver_name(result["driver"]);
  check_pool_name(result["pool"]);
  check_name(result["device"], meta::dns_label_problems);
  check_binding_conditions(result);
  check_tolerations(result["tolerations"]);
  if (result["shareID"]) check_uid(result["shareID"]);
}

void check_allocation(const Field& allocation, const RequestNames& names) {
  static constexpr std::string_view kSources[] = {"FromClaim", "FromClass"};
  Field devices = allocation["devices"];
  check_list(devices["results"], kMaxListed, [&](const Field& result) { check_result(result, names); });
  check_list(devices["config"], kMaxAllocatedConfigurations, [&](const Field& configuration) {
    require_one_of(configuration["source"], kSources);
    check_set(configuration["requests"], kMaxListed, own_text,
              [&](const Field& reference) { names.check_reference(reference); });
    check_configuration(configuration, Origin::kNew);
  });
  if (allocation["nodeSelector"]) check_node_selector(allocation["nodeSelector"]);
}

bool has_new_user(const Field& users, const Field& old_users) {
  bool found = false;
  users.each([&](const Field& user) {
    bool known = false;
    old_users.each([&](const Field& other) { known |= same(user, other); });
    found |= !known;
  });
  return found;
}

void check_users(const Field& status, const Field& old_status, bool ending) {
  Field users = status["reservedFor"];
  if (users.empty()) return;
  if (!status["allocation"]) {
    users.forbidden("may not be specified when `allocated` is not set");
  } else if (ending && has_new_user(users, old_status["reservedFor"])) {
    users.forbidden(
        "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set");
  }
}

void check_known_devices(const Field& devices, const DeviceIds& allocated) {
  devices.each([&](const Field& device) { check_device_status(device, allocated); });
  DeviceIds seen;
  devices.each([&](const Field& device) {
    DeviceId id = id_of(*device.value());
    if (seen.insert(id).second) return;
    device.duplicate("");
    device.errors().back().value = shown(id);
  });
}

void validate_claim(const Value& object, FieldErrors& errors) {
  check_device_claim(Field(object, errors).at({"spec", "devices"}));
}

void validate_claim_update(const Value& object, const Value& old, FieldErrors& errors) {
  check_immutable_struct(Field(object, errors)["spec"], Field(old, errors)["spec"],
                         {"resource/v1", "ResourceClaimSpec"});
}

void validate_claim_status(const Value& object, const Value& old, FieldErrors& errors) {
  Field claim(object, errors), status = claim["status"], old_status = Field(old, errors)["status"];
  RequestNames names(claim.at({"spec", "devices"}));
  check_set(
      status["reservedFor"], kMaxUsers, [](const Field& user) { return user["uid"].text(); }, check_user);
  check_known_devices(status["devices"], allocated_devices(object));
  check_users(status, old_status, claim.at({"metadata", "deletionTimestamp"}).value() != nullptr);
  Field allocation = status["allocation"], before = old_status["allocation"];
  if (allocation && before) {
    check_immutable_struct(allocation, before, {"resource/v1", "AllocationResult"});
  } else if (allocation) {
    check_allocation(allocation, names);
  }
}

void validate_template(const Value& object, FieldErrors& errors) {
  Field spec = Field(object, errors)["spec"];
  check_template_metadata(spec["metadata"]);
  check_device_claim(spec.at({"spec", "devices"}));
}

void validate_template_update(const Value& object, const Value& old, FieldErrors& errors) {
  check_immutable_struct(Field(object, errors)["spec"], Field(old, errors)["spec"],
                         {"resource/v1", "ResourceClaimTemplateSpec"});
}

}  // namespace

const KindRules kResourceClaims{.group = "resource.k8s.io",
                                .resource = "resourceclaims",
                                .prepare_status_update = drop_deallocated,
                                .validate = validate_claim,
                                .validate_update = validate_claim_update,
                                .update_judged_alone = true,
                                .validate_status_update = validate_claim_status};

const KindRules kResourceClaimTemplates{.group = "resource.k8s.io",
                                        .resource = "resourceclaimtemplates",
                                        .validate = validate_template,
                                        .validate_update = validate_template_update,
                                        .update_judged_alone = true};

}  // namespace pedalion::registry::builtin::kinds::devices
