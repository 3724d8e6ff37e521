// What drivers of the Container Storage Interface say of themselves, of nodes, and of the room they have.
#include <algorithm>
#include <set>
#include <string>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"
#include "pedalion/registry/builtin/kinds/selectors.h"
#include "pedalion/registry/builtin/kinds/volume_sources.h"
#include "pedalion/registry/builtin/kinds/volumes/rows.h"
#include "pedalion/registry/builtin/kinds/warnings.h"

namespace pedalion::registry::builtin::kinds::volumes {

namespace {

constexpr std::size_t kMostNodeIdBytes = 256;

void check_token_requests(const Field& requests) {
  constexpr std::int64_t kShortest = 600, kLongest = std::int64_t{1} << 32;
  std::set<std::string_view> audiences;
  requests.each([&](const Field& request) {
    Field audience = request["audience"], seconds = request["expirationSeconds"];
    if (!audiences.insert(audience.text()).second) return audience.duplicate(audience.text());
    if (!seconds) return;
    if (seconds.number() < kShortest) seconds.invalid("may not specify a duration less than 10 minutes");
    if (seconds.number() > kLongest) seconds.invalid("may not specify a duration larger than 2^32 seconds");
  });
}

void check_lifecycle_modes(const Field& modes) {
  static constexpr std::string_view kModes[] = {"Persistent", "Ephemeral"};
  modes.each([&](const Field& mode) {
    if (std::ranges::find(kModes, mode.text()) != std::end(kModes)) return;
    mode.reported_at(modes.path()).not_supported(kModes);
  });
}

void require_there(const Field& field) {
  if (!field) field.required();
}

void validate_driver(const Value& object, FieldErrors& errors) {
  static constexpr std::string_view kPolicies[] = {"File", "None", "ReadWriteOnceWithFSType"};
  Field spec = Field(object, errors)["spec"];
  require_there(spec["attachRequired"].reported_at(spec.path().child("attachedRequired")));
  require_there(spec["podInfoOnMount"]);
  require_there(spec["storageCapacity"]);
  Field policy = spec["fsGroupPolicy"], tokens = spec["tokenRequests"];
  if (policy && std::ranges::find(kPolicies, policy.text()) == std::end(kPolicies)) {
    policy.not_supported(kPolicies);
  }
  check_token_requests(tokens);
  check_lifecycle_modes(spec["volumeLifecycleModes"]);
  require_there(spec["seLinuxMount"]);
  Field period = spec["nodeAllocatableUpdatePeriodSeconds"], in_secret = spec["serviceAccountTokenInSecrets"];
  if (period && period.number() < 10) period.invalid("must be greater than or equal to 10 seconds");
  if (in_secret && tokens.empty()) {
    in_secret.invalid("serviceAccountTokenInSecrets is set but no tokenRequests are specified");
  }
}

void validate_driver_update(const Value& object, const Value& old, FieldErrors& errors) {
  FieldErrors none;
  Field spec = Field(object, errors)["spec"], before = Field(old, none)["spec"];
  check_immutable(spec["attachRequired"].reported_at(spec.path().child("attachedRequired")),
                  before["attachRequired"]);
  check_immutable(spec["volumeLifecycleModes"], before["volumeLifecycleModes"]);
}

void warn_of_driver(const Value& driver, Warnings& warnings) {
  if (items_at(driver, {"spec", "tokenRequests"}).empty()) return;
  if (driver.at({"spec", "serviceAccountTokenInSecrets"}) != nullptr) return;
  warnings.push_back(
      "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent "
      "possible logging of tokens in volume attributes");
}

void warn_of_driver_update(const Value& driver, const Value& old, Warnings& warnings) {
  if (differs(driver, old, {"spec", "tokenRequests"})) warn_of_driver(driver, warnings);
}

void check_topology_keys(const Field& driver) {
  std::set<std::string_view> seen;
  driver["topologyKeys"].each([&](const Field& key) {
    Field shown = key.reported_at(driver.path());
    if (key.text().empty()) shown.required();
    if (!seen.insert(key.text()).second) shown.duplicate(key.text());
    check_name(shown, meta::qualified_name_problems);
  });
}

void validate_node(const Value& object, FieldErrors& errors) {
  std::set<std::string_view> names;
  Field(object, errors)["spec"]["drivers"].each([&](const Field& driver) {
    Field name = driver["name"], id = driver["nodeID"];
    check_csi_driver_name(name);
    require_text(id);
    if (id.text().size() > kMostNodeIdBytes) id.invalid(id.text(), "must be 256 characters or less");
    check_non_negative(driver["allocatable"]["count"]);
    if (!names.insert(name.text()).second) name.duplicate(name.text());
    check_topology_keys(driver);
  });
}

/// Only the amounts of a driver that stays may change.
void validate_node_update(const Value& object, const Value& old, FieldErrors& errors) {
  json::Arena arena;
  FieldErrors none;
  Field drivers = Field(object, errors)["spec"]["drivers"];
  validate_node(object, errors);  // a second time, as kube-apiserver does
  Field(old, none)["spec"]["drivers"].each([&](const Field& before) {
    drivers.each([&](const Field& driver) {
      if (driver["name"].text() != before["name"].text()) return;
      Value a = json::deep_copy(*driver.value(), arena), b = json::deep_copy(*before.value(), arena);
      a.erase("allocatable");
      b.erase("allocatable");
      Field now(&a, drivers.path(), errors), then(&b, drivers.path(), none);
      check_immutable_struct(now, then, {"storage/v1", "CSINodeDriver"});
    });
  });
}

void check_capacity(const Field& capacity, LabelValues labels) {
  check_label_selector(capacity["nodeTopology"], labels);
  check_name(capacity["storageClassName"], meta::dns_subdomain_problems);
  check_non_negative_quantity(capacity["capacity"]);
}

void validate_capacity(const Value& object, FieldErrors& errors) {
  check_capacity(Field(object, errors), LabelValues::kJudged);
}

void validate_capacity_update(const Value& object, const Value& old, FieldErrors& errors) {
  bool valid = is_valid_label_selector(old.find("nodeTopology"));
  check_capacity(Field(object, errors), valid ? LabelValues::kJudged : LabelValues::kLetPass);
  require_same(object, old, {"nodeTopology"}, errors);
  require_same(object, old, {"storageClassName"}, errors);
}

void warn_of_capacity(const Value& object, Warnings& warnings) {
  FieldErrors none;
  Field topology = Field(object, none)["nodeTopology"];
  topology["matchExpressions"].each([&](const Field& expression) {
    Field key = expression["key"];
    std::string_view why = node_label_deprecation(key.text());
    if (why.empty()) return;
    warnings.push_back(key.path().text() + ": " + std::string(key.text()) + " is " + std::string(why));
  });
  Field labels = topology["matchLabels"];
  labels.each_entry([&](std::string_view label, const Field&) {
    std::string_view why = node_label_deprecation(label);
    if (!why.empty()) warnings.push_back(labels.path().child(label).text() + ": " + std::string(why));
  });
}

}  // namespace

constinit const KindRules kCsiDrivers{.group = "storage.k8s.io",
                                      .resource = "csidrivers",
                                      .validate = validate_driver,
                                      .validate_update = validate_driver_update,
                                      .warn = warn_of_driver,
                                      .warn_update = warn_of_driver_update};

constinit const KindRules kCsiNodes{.group = "storage.k8s.io",
                                    .resource = "csinodes",
                                    .validate = validate_node,
                                    .validate_update = validate_node_update};

constinit const KindRules kCsiCapacities{.group = "storage.k8s.io",
                                         .resource = "csistoragecapacities",
                                         .validate = validate_capacity,
                                         .validate_update = validate_capacity_update,
                                         .update_judged_alone = true,
                                         .warn = warn_of_capacity};

}  // namespace pedalion::registry::builtin::kinds::volumes
