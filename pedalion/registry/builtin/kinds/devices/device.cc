#include "pedalion/registry/builtin/kinds/devices/device.h"

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/devices/capacity.h"
#include "pedalion/registry/builtin/kinds/devices/names.h"
#include "pedalion/registry/builtin/kinds/devices/node_choice.h"
#include "pedalion/registry/builtin/kinds/devices/requests.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/lists.h"
#include "pedalion/registry/builtin/kinds/selectors.h"

namespace pedalion::registry::builtin::kinds::devices {

namespace {

constexpr std::size_t kMaxAttributesAndCapacities = 32, kMaxAttributeValue = 64, kMaxCounters = 32,
                      kMaxConsumptions = 2;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// A number without leading zeros.
bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit) && (text.size() == 1 || text[0] != '0');
}

/// Identifiers between dots, each of letters, digits and hyphens; numbers without leading zeros where
/// `strict`.
bool are_identifiers(std::string_view text, bool strict) {
  for (;;) {
    std::size_t dot = text.find('.');
    std::string_view part = text.substr(0, dot);
    auto allowed = [](char c) { return is_digit(c) || is_letter(c) || c == '-'; };
    if (part.empty() || !std::ranges::all_of(part, allowed)) return false;
    if (strict && std::ranges::all_of(part, is_digit) && !is_number(part)) return false;
    if (dot == text.npos) return true;
    text.remove_prefix(dot + 1);
  }
}

/// semver.org 2.0.0.
bool is_semantic_version(std::string_view text) {
  std::size_t plus = text.find('+');
  if (plus != text.npos && !are_identifiers(text.substr(plus + 1), false)) return false;
  text = text.substr(0, plus);
  std::size_t hyphen = text.find('-');
  if (hyphen != text.npos && !are_identifiers(text.substr(hyphen + 1), true)) return false;
  text = text.substr(0, hyphen);
  for (int part = 0; part < 3; ++part) {
    std::size_t dot = text.find('.');
    if (!is_number(text.substr(0, dot)) || (dot == text.npos) != (part == 2)) return false;
    text.remove_prefix(dot == text.npos ? text.size() : dot + 1);
  }
  return true;
}

void check_version(const Field& version) {
  if (!is_semantic_version(version.text())) {
    version.invalid("must be a string compatible with semver.org spec 2.0.0");
  }
  if (version.text().size() > kMaxAttributeValue) version.too_long(kMaxAttributeValue);
}

void check_attribute(const Field& attribute) {
  static constexpr std::string_view kValues[] = {"bool",  "int",  "string",  "version",
                                                 "bools", "ints", "strings", "versions"};
  if (attribute["string"].text().size() > kMaxAttributeValue)
    attribute["string"].too_long(kMaxAttributeValue);
  if (attribute["version"]) check_version(attribute["version"]);
  auto values = std::ranges::count_if(
      kValues, [&](std::string_view name) { return static_cast<bool>(attribute[name]); });
  if (values == 0) attribute.invalid("", "exactly one value must be specified");
  if (values > 1) {
    invalid_struct(attribute, {"resource/v1", "DeviceAttribute"}, "exactly one value must be specified");
  }
}

void check_attributes(const Field& attributes) {
  attributes.each_entry([&](std::string_view name, const Field& attribute) {
    check_qualified_name(name, attributes);
    check_attribute(attribute);
  });
}

void check_capacities(const Field& device, const Field& old) {
  Field capacities = device["capacity"];
  if (old && same(capacities, old["capacity"])) return;
  bool shared = device["allowMultipleAllocations"].flag();
  capacities.each_entry([&](std::string_view name, const Field& capacity) {
    check_qualified_name(name, capacities);
    Field policy = capacity["requestPolicy"];
    if (!policy) return;
    if (shared) {
      check_request_policy(policy, capacity["value"]);
    } else {
      policy.forbidden("allowMultipleAllocations must be true");
    }
  });
}

void check_consumption(const Field& consumption) {
  require_name(consumption["counterSet"], meta::dns_label_problems);
  check_counters(consumption["counters"]);
}

void check_node_terms(const Field& selector) { check_node_selector(selector); }

void check_nodes(const Field& device, bool chooses) {
  constexpr std::string_view kOne =
      "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is "
      "set to true in the ResourceSlice spec";
  if (chooses) {
    NodeChoice choice(device);
    choice.name("must not be empty");
    choice.selector(check_node_terms);
    choice.switch_on("allNodes");
    choice.require_one(kOne, kOne);
  } else if (device["nodeName"] || device["nodeSelector"] || device["allNodes"]) {
    device.invalid(Value(),
                   "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is "
                   "set to true in the ResourceSlice spec");
  }
}

}  // namespace

void check_counters(const Field& counters) {
  if (counters.empty()) return counters.required();
  if (counters.size() > kMaxCounters) return counters.too_many(kMaxCounters);
  counters.each_entry([&](std::string_view name, const Field&) {
    for (const std::string& problem : meta::dns_label_problems(name)) counters.invalid(name, problem);
  });
}

void check_device(const Field& device, const Field& old, bool chooses_nodes) {
  check_name(device["name"], meta::dns_label_problems);
  std::size_t values = device["attributes"].size() + device["capacity"].size();
  if (values > kMaxAttributesAndCapacities) {
    device.invalid(Value::integer(static_cast<std::int64_t>(values)),
                   "the total number of attributes and capacities must not exceed " +
                       std::to_string(kMaxAttributesAndCapacities));
  }
  check_attributes(device["attributes"]);
  check_capacities(device, old);
  if (!old || !same(device["taints"], old["taints"])) check_taints(device["taints"]);
  check_set(
      device["consumesCounters"], kMaxConsumptions,
      [](const Field& consumption) { return consumption["counterSet"].text(); }, check_consumption);
  check_nodes(device, chooses_nodes);
  check_binding_conditions(device);
}

}  // namespace pedalion::registry::builtin::kinds::devices
