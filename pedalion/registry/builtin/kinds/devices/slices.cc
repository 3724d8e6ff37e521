// Slices of the devices that a driver offers.
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/devices/device.h"
#include "pedalion/registry/builtin/kinds/devices/names.h"
#include "pedalion/registry/builtin/kinds/devices/node_choice.h"
#include "pedalion/registry/builtin/kinds/devices/rows.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/lists.h"
#include "pedalion/registry/builtin/kinds/selectors.h"

namespace pedalion::registry::builtin::kinds::devices {

namespace {

constexpr std::size_t kMaxDevices = 128, kMaxAdvancedDevices = 64, kMaxCounterSets = 8;

/// Attributes with lists, and shares of a node's own resources, are not on.
constexpr std::string_view kGatedAttributes[] = {"ints", "bools", "strings", "versions"};

bool has_lists(const Value& device) {
  const Value* attributes = device.find("attributes");
  if (attributes == nullptr) return false;
  return std::ranges::any_of(attributes->members(), [](const json::Member& attribute) {
    return std::ranges::any_of(kGatedAttributes,
                               [&](std::string_view name) { return attribute.value.find(name) != nullptr; });
  });
}

bool has_mappings(const Value& device) { return device.find("nodeAllocatableResourceMappings") != nullptr; }

bool in_use(const Value* slice, bool (*uses)(const Value& device)) {
  return slice != nullptr && std::ranges::any_of(items_at(*slice, {"spec", "devices"}), uses);
}

void drop_lists(Value& device) {
  Value* attributes = device.find("attributes");
  if (attributes == nullptr) return;
  for (json::Member& attribute : attributes->members()) {
    for (std::string_view name : kGatedAttributes) attribute.value.erase(name);
  }
}

/// Taints know when they came.
void date_taints(Value& device, json::Arena& arena) {
  Value* taints = device.find("taints");
  if (taints == nullptr) return;
  for (Value& taint : taints->items()) {
    const Value* added = taint.find("timeAdded");
    if (added != nullptr && !added->is_null()) continue;
    taint.set("timeAdded", Value::string(meta::format_time(meta::now_seconds()), arena), arena);
  }
}

void prepare(Filler& slice, const Value* old) {
  Value* spec = slice.find("spec");
  Value* devices = spec == nullptr ? nullptr : spec->find("devices");
  if (devices == nullptr) return;
  bool keeps_lists = in_use(old, has_lists), keeps_mappings = in_use(old, has_mappings);
  for (Value& device : devices->items()) {
    if (!keeps_lists) drop_lists(device);
    if (!keeps_mappings) device.erase("nodeAllocatableResourceMappings");
    date_taints(device, slice.arena());
  }
}

void prepare_create(Filler& slice, const rest::RequestContext&) { prepare(slice, nullptr); }

void prepare_update(Filler& slice, const Value& old) { prepare(slice, &old); }

void check_pool(const Field& pool) {
  Field count = pool["resourceSliceCount"], generation = pool["generation"];
  check_pool_name(pool["name"]);
  if (count.number() <= 0) count.invalid(Value::integer(count.number()), "must be greater than zero");
  if (generation.number() < 0) generation.invalid("must be greater than or equal to zero");
}

void check_one_term(const Field& selector) {
  check_node_selector(selector);
  Field terms = selector["nodeSelectorTerms"];
  if (terms.size() == 1) return;
  invalid_struct(terms, {"core/v1", "NodeSelectorTerm", true}, "must have exactly one node selector term");
}

void check_nodes(const Field& spec) {
  constexpr std::string_view kOne =
      "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
  NodeChoice choice(spec);
  choice.name("must be either unset or set to a non-empty string");
  choice.selector(check_one_term);
  choice.switch_on("allNodes");
  choice.switch_on("perDeviceNodeSelection");
  choice.require_one(kOne, std::string(kOne) + ", but multiple fields are set");
}

void check_counter_set(const Field& set) {
  require_name(set["name"], meta::dns_label_problems);
  check_counters(set["counters"]);
}

const Value* device_named(const Field& old, std::string_view name) {
  const Value* found = nullptr;
  old["devices"].each([&](const Field& device) {
    if (found == nullptr && device["name"].text() == name) found = device.value();
  });
  return found;
}

bool is_advanced(const Field& devices) {
  bool advanced = false;
  devices.each([&](const Field& device) {
    advanced |= !device["taints"].empty() || !device["consumesCounters"].empty();
  });
  return advanced;
}

/// `old` is absent of a new slice.
void check_spec(const Field& spec, const Field& old) {
  Field devices = spec["devices"];
  check_driver_name(spec["driver"]);
  check_pool(spec["pool"]);
  if (old) {
    check_immutable(spec["pool"]["name"], old["pool"]["name"]);
    check_immutable(spec["driver"], old["driver"]);
    check_immutable(spec["nodeName"], old["nodeName"]);
  }
  check_nodes(spec);
  if (spec["sharedCounters"] && devices) {
    spec.invalid("", "only one of `sharedCounters` or `devices` is allowed");
  }
  bool chooses = spec["perDeviceNodeSelection"].flag();
  check_set(devices, is_advanced(devices) ? kMaxAdvancedDevices : kMaxDevices, own_name,
            [&](const Field& device) {
              const Value* before = device_named(old, device["name"].text());
              check_device(device, Field(before, device.path(), device.errors()), chooses);
            });
  check_set(spec["sharedCounters"], kMaxCounterSets, own_name, check_counter_set);
}

void validate(const Value& object, FieldErrors& errors) {
  check_spec(Field(object, errors)["spec"], Field(nullptr, FieldPath(), errors));
}

void validate_update(const Value& object, const Value& old, FieldErrors& errors) {
  check_spec(Field(object, errors)["spec"], Field(old, errors)["spec"]);
}

}  // namespace

const KindRules kResourceSlices{.group = "resource.k8s.io",
                                .resource = "resourceslices",
                                .prepare_create = prepare_create,
                                .prepare_update = prepare_update,
                                .validate = validate,
                                .validate_update = validate_update,
                                .update_judged_alone = true};

}  // namespace pedalion::registry::builtin::kinds::devices
