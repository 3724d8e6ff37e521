// Policies that judge objects.
#include <set>

#include "pedalion/registry/builtin/kinds/admissionregistration/expressions.h"
#include "pedalion/registry/builtin/kinds/admissionregistration/match.h"
#include "pedalion/registry/builtin/kinds/admissionregistration/rows.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/conditions.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/json_path.h"

namespace pedalion::registry::builtin::kinds::admissionregistration {

namespace {

constexpr std::size_t kMaxAnnotations = 20, kMaxAnnotationExpression = 5 * 1024;

void check_message(const Field& message) {
  std::string_view text = trimmed(message.text());
  if (text.empty()) {
    if (!message.text().empty()) message.invalid("must be non-empty if specified");
  } else if (text.find_first_of("\n\r") != text.npos) {
    message.invalid("must not contain line breaks");
  }
}

void check_validation(const Field& validation) {
  static constexpr std::string_view kReasons[] = {"Forbidden", "Invalid", "RequestEntityTooLarge"};
  Field expression = validation["expression"], message = validation["messageExpression"];
  Field reason = validation["reason"];
  if (!has_content(expression)) expression.required("expression is not specified");
  if (!message.text().empty() && !has_content(message)) message.invalid("must be non-empty if specified");
  check_message(validation["message"]);
  if (reason && reason.text().empty()) reason.not_supported(kReasons);
  check_one_of(reason, kReasons);
}

void check_annotation(const Field& annotation, std::string_view policy) {
  Field key = annotation["key"], value = annotation["valueExpression"];
  if (policy.empty()) {
    key.invalid("requires metadata.name be non-empty");
  } else {
    std::string whole = std::string(policy) + "/" + std::string(key.text());
    for (const std::string& problem : meta::qualified_name_problems(whole)) key.invalid(whole, problem);
  }
  if (!has_content(value)) {
    value.required("valueExpression is not specified");
  } else if (trimmed(value.text()).size() > kMaxAnnotationExpression) {
    value.required("must not exceed " + std::to_string(kMaxAnnotationExpression) + " bytes in length");
  }
}

void check_annotations(const Field& annotations, std::string_view policy) {
  if (annotations.size() > kMaxAnnotations) {
    invalid_struct(annotations, {"admissionregistration/v1", "AuditAnnotation", true},
                   "must not have more than " + std::to_string(kMaxAnnotations) + " auditAnnotations");
  }
  std::set<std::string_view> keys;
  annotations.each([&](const Field& annotation) {
    check_annotation(annotation, policy);
    Field key = annotation["key"];
    if (!keys.insert(key.text()).second) key.duplicate(key.text());
  });
}

void check_spec(const Field& policy, bool match_conditions) {
  constexpr std::string_view kNothing = "validations or auditAnnotations must contain at least one item";
  Field spec = policy["spec"], validations = spec["validations"], annotations = spec["auditAnnotations"];
  require_failure_policy(spec["failurePolicy"]);
  check_param_kind(spec["paramKind"]);
  check_match_constraints(spec["matchConstraints"]);
  if (match_conditions) check_match_conditions(spec["matchConditions"]);
  check_variables(spec["variables"]);
  if (validations.empty() && annotations.empty()) {
    validations.required(kNothing);
    annotations.required(kNothing);
    return;
  }
  validations.each(check_validation);
  check_annotations(annotations, policy.at({"metadata", "name"}).text());
}

void validate(const Value& object, FieldErrors& errors) { check_spec(Field(object, errors), true); }

void validate_update(const Value& object, const Value& old, FieldErrors& errors) {
  Field policy(object, errors), spec = policy["spec"], before = Field(old, errors)["spec"];
  bool unchanged = same(spec["paramKind"], before["paramKind"]) &&
                   same(spec["matchConditions"], before["matchConditions"]);
  check_spec(policy, !unchanged);
}

void check_warning(const Field& warning) {
  require_text(warning["warning"]);
  Field field = warning["fieldRef"];
  std::string_view text = trimmed(field.text());
  if (text.empty()) return field.required();
  std::string problem = json_path_problem("{" + std::string(text) + "}");
  if (!problem.empty()) field.invalid(text, "invalid JSONPath: " + problem);
}

void validate_status(const Value& object, const Value&, FieldErrors& errors) {
  Field status = Field(object, errors)["status"];
  status.at({"typeChecking", "expressionWarnings"}).each(check_warning);
  check_conditions(status["conditions"]);
}

}  // namespace

const KindRules kValidatingPolicies{.group = "admissionregistration.k8s.io",
                                    .resource = "validatingadmissionpolicies",
                                    .validate = validate,
                                    .validate_update = validate_update,
                                    .update_judged_alone = true,
                                    .validate_status_update = validate_status};

}  // namespace pedalion::registry::builtin::kinds::admissionregistration
