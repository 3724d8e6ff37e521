// Policies that change objects.
#include "pedalion/registry/builtin/kinds/admissionregistration/expressions.h"
#include "pedalion/registry/builtin/kinds/admissionregistration/match.h"
#include "pedalion/registry/builtin/kinds/admissionregistration/rows.h"
#include "pedalion/registry/builtin/kinds/checks.h"

namespace pedalion::registry::builtin::kinds::admissionregistration {

namespace {

/// A kind of patch, and the member that says what it is.
struct Patch {
  std::string_view type, member;
};
constexpr Patch kPatches[] = {{"ApplyConfiguration", "applyConfiguration"}, {"JSONPatch", "jsonPatch"}};

void check_mutation(const Field& mutation) {
  static constexpr std::string_view kTypes[] = {"ApplyConfiguration", "JSONPatch"};
  Field type = mutation["patchType"];
  std::size_t before = type.errors_so_far();
  require_one_of(type, kTypes);
  if (type.errors_so_far() != before) return;
  std::string when = " specified when patchType is " + std::string(type.text());
  for (bool own : {true, false}) {
    for (const Patch& patch : kPatches) {
      if ((patch.type == type.text()) != own) continue;
      Field member = mutation[patch.member], expression = member["expression"];
      if (!own) {
        if (member) member.invalid("{" + std::string(patch.member) + "}", "must not be" + when);
      } else if (!member) {
        member.required("must be" + when);
      } else if (!has_content(expression)) {
        expression.required();
      }
    }
  }
}

void check_spec(const Field& spec, bool match_conditions) {
  static constexpr std::string_view kReinvocations[] = {"IfNeeded", "Never"};
  Field mutations = spec["mutations"];
  require_failure_policy(spec["failurePolicy"]);
  check_param_kind(spec["paramKind"]);
  check_match_constraints(spec["matchConstraints"]);
  check_mutated_operations(spec["matchConstraints"]);
  if (match_conditions) check_match_conditions(spec["matchConditions"]);
  check_variables(spec["variables"]);
  if (mutations.empty()) mutations.required("mutations must contain at least one item");
  mutations.each(check_mutation);
  require_one_of(spec["reinvocationPolicy"], kReinvocations);
}

void validate(const Value& object, FieldErrors& errors) { check_spec(Field(object, errors)["spec"], true); }

void validate_update(const Value& object, const Value& old, FieldErrors& errors) {
  Field spec = Field(object, errors)["spec"], before = Field(old, errors)["spec"];
  bool unchanged = same(spec["paramKind"], before["paramKind"]) &&
                   same(spec["matchConditions"], before["matchConditions"]);
  check_spec(spec, !unchanged);
}

}  // namespace

const KindRules kMutatingPolicies{.group = "admissionregistration.k8s.io",
                                  .resource = "mutatingadmissionpolicies",
                                  .validate = validate,
                                  .validate_update = validate_update,
                                  .update_judged_alone = true};

}  // namespace pedalion::registry::builtin::kinds::admissionregistration
