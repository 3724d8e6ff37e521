// Priority classes.
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/extension/rows.h"

namespace pedalion::registry::builtin::kinds::extension {

namespace {

constexpr std::string_view kSystemPrefix = "system-";
constexpr std::int64_t kHighestOfUsers = 1'000'000'000;

struct SystemClass {
  std::string_view name;
  std::int64_t value;
};
constexpr SystemClass kSystemClasses[] = {{"system-node-critical", 2 * kHighestOfUsers + 1000},
                                          {"system-cluster-critical", 2 * kHighestOfUsers}};

/// What keeps a class from having a system's name; empty when it is the system's own.
std::string not_a_system_class(const Field& object, std::string_view name) {
  for (const SystemClass& known : kSystemClasses) {
    if (known.name != name) continue;
    std::string of = " of " + std::string(name) + " PriorityClass must be ";
    if (object["value"].number() != known.value) return "value" + of + std::to_string(known.value);
    return object["globalDefault"].flag() ? "globalDefault" + of + "false" : "";
  }
  return std::string(name) + " is not a known system priority class";
}

void validate(const Value& object, FieldErrors& errors) {
  static constexpr std::string_view kPolicies[] = {"PreemptLowerPriority", "Never"};
  Field priority(object, errors), name = priority.at({"metadata", "name"}), value = priority["value"];
  if (name.text().starts_with(kSystemPrefix)) {
    std::string problem = not_a_system_class(priority, name.text());
    if (!problem.empty()) {
      name.forbidden("priority class names with 'system-' prefix are reserved for system use only. error: " +
                     problem);
    }
  } else if (value.number() > kHighestOfUsers) {
    value.forbidden("maximum allowed value of a user defined priority is " + std::to_string(kHighestOfUsers));
  }
  require_one_of(priority["preemptionPolicy"], kPolicies);
}

void validate_update(const Value& object, const Value& old, FieldErrors& errors) {
  Field priority(object, errors), before(old, errors);
  if (priority["value"].number() != before["value"].number()) {
    priority["value"].forbidden("may not be changed in an update.");
  }
  check_immutable(priority["preemptionPolicy"], before["preemptionPolicy"]);
}

}  // namespace

const KindRules kPriorityClasses{.group = "scheduling.k8s.io",
                                 .resource = "priorityclasses",
                                 .validate = validate,
                                 .validate_update = validate_update,
                                 .update_judged_alone = true};

}  // namespace pedalion::registry::builtin::kinds::extension
