#include "pedalion/registry/builtin/kinds/selectors.h"

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"

namespace pedalion::registry::builtin::kinds {

namespace {

void check_values(const Field& requirement, LabelValues values) {
  check_name(requirement["key"], meta::qualified_name_problems);
  if (values == LabelValues::kLetPass) return;
  requirement["values"].each([](const Field& value) { check_name(value, meta::label_value_problems); });
}

/// What the operators of both selectors ask of the number of values. False: the operator is another.
bool check_set_operator(const Field& requirement) {
  std::string_view op = requirement["operator"].text();
  Field values = requirement["values"];
  if (op == "In" || op == "NotIn") {
    if (values.empty()) values.required("must be specified when `operator` is 'In' or 'NotIn'");
    return true;
  }
  if (op == "Exists" || op == "DoesNotExist") {
    if (!values.empty()) {
      values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    }
    return true;
  }
  return false;
}

void refuse_operator(const Field& requirement) {
  requirement["operator"].invalid(requirement["operator"].text(), "not a valid selector operator");
}

void check_node_requirement(const Field& requirement, LabelValues labels) {
  std::string_view op = requirement["operator"].text();
  Field values = requirement["values"];
  if (op == "Gt" || op == "Lt") {
    if (values.size() != 1) values.required("must be specified single value when `operator` is 'Lt' or 'Gt'");
  } else if (!check_set_operator(requirement)) {
    refuse_operator(requirement);
  }
  check_values(requirement, labels);
}

/// Nodes have one field that can be selected by: their name.
void check_node_field(const Field& requirement) {
  std::string_view op = requirement["operator"].text();
  Field values = requirement["values"], key = requirement["key"];
  if (op != "In" && op != "NotIn") {
    refuse_operator(requirement);
  } else if (values.size() != 1) {
    values.required("must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
  }
  if (key.text() != "metadata.name") return key.invalid(key.text(), "not a valid field selector key");
  values.each([](const Field& value) { check_name(value, meta::dns_subdomain_problems); });
}

}  // namespace

void check_labels(const Field& labels) {
  if (!labels) return;
  for (FieldError& error : meta::validate_labels(*labels.value(), labels.path())) {
    labels.errors().push_back(std::move(error));
  }
}

void check_label_selector(const Field& selector, LabelValues values) {
  if (!selector) return;
  check_labels(selector["matchLabels"]);
  selector["matchExpressions"].each([&](const Field& requirement) {
    if (!check_set_operator(requirement)) refuse_operator(requirement);
    check_values(requirement, values);
  });
}

void check_open_label_requirement(const Field& requirement) {
  check_set_operator(requirement);
  check_values(requirement, LabelValues::kJudged);
}

void check_open_field_requirement(const Field& requirement) {
  require_text(requirement["key"], "must be specified");
  check_set_operator(requirement);
}

bool is_valid_label_selector(const Value* selector) {
  FieldErrors errors;
  check_label_selector(Field(selector, FieldPath(), errors));
  return errors.empty();
}

void check_node_selector(const Field& selector, LabelValues values) {
  Field terms = selector["nodeSelectorTerms"];
  if (terms.empty()) return terms.required("must have at least one node selector term");
  terms.each([&](const Field& term) { check_node_selector_term(term, values); });
}

void check_node_selector_term(const Field& term, LabelValues values) {
  term["matchExpressions"].each(
      [&](const Field& requirement) { check_node_requirement(requirement, values); });
  term["matchFields"].each(check_node_field);
}

bool has_invalid_label_value(const Field& node_selector_terms) {
  bool found = false;
  node_selector_terms.each([&](const Field& term) {
    term["matchExpressions"].each([&](const Field& requirement) {
      requirement["values"].each(
          [&](const Field& value) { found = found || !meta::label_value_problems(value.text()).empty(); });
    });
  });
  return found;
}

}  // namespace pedalion::registry::builtin::kinds
