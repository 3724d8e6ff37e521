// Bindings: which policy is in force, for what, and with which parameters.
#include <set>

#include "pedalion/registry/builtin/kinds/admissionregistration/match.h"
#include "pedalion/registry/builtin/kinds/admissionregistration/rows.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/selectors.h"

namespace pedalion::registry::builtin::kinds::admissionregistration {

namespace {

void check_param_ref(const Field& ref) {
  static constexpr std::string_view kActions[] = {"Deny", "Allow"};
  constexpr std::string_view kBoth = "name and selector are mutually exclusive";
  if (!ref) return;
  Field name = ref["name"], selector = ref["selector"];
  bool named = !name.text().empty();
  if (named) check_name(name, meta::path_segment_name_problems);
  if (named && selector) name.forbidden(kBoth);
  check_label_selector(selector);
  if (named && selector) selector.forbidden(kBoth);
  if (!named && !selector) ref.required("one of name or selector must be specified");
  require_one_of(ref["parameterNotFoundAction"], kActions);
}

void check_actions(const Field& actions) {
  static constexpr std::string_view kActions[] = {"Audit", "Deny", "Warn"};
  std::set<std::string_view> seen;
  actions.each([&](const Field& action) {
    if (action.text().empty()) action.not_supported(kActions);
    check_one_of(action, kActions);
    if (!seen.insert(action.text()).second) action.duplicate();
  });
  if (seen.contains("Deny") && seen.contains("Warn")) {
    actions.invalid(
        "must not contain both Deny and Warn (repeating the same validation failure information in the API "
        "response and headers serves no purpose)");
  }
  if (seen.empty()) actions.required("at least one validation action is required");
}

void check_spec(const Field& spec) {
  require_name(spec["policyName"], meta::dns_subdomain_problems);
  check_param_ref(spec["paramRef"]);
  check_match_resources(spec["matchResources"]);
}

void validate_validating(const Value& object, FieldErrors& errors) {
  Field spec = Field(object, errors)["spec"];
  check_spec(spec);
  check_actions(spec["validationActions"]);
}

void validate_mutating(const Value& object, FieldErrors& errors) {
  Field spec = Field(object, errors)["spec"];
  check_spec(spec);
  check_mutated_operations(spec["matchResources"]);
}

}  // namespace

const KindRules kValidatingBindings{.group = "admissionregistration.k8s.io",
                                    .resource = "validatingadmissionpolicybindings",
                                    .validate = validate_validating};

const KindRules kMutatingBindings{.group = "admissionregistration.k8s.io",
                                  .resource = "mutatingadmissionpolicybindings",
                                  .validate = validate_mutating};

}  // namespace pedalion::registry::builtin::kinds::admissionregistration
