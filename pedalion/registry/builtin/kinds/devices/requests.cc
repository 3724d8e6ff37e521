#include "pedalion/registry/builtin/kinds/devices/requests.h"

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/lists.h"

namespace pedalion::registry::builtin::kinds::devices {

namespace {

constexpr std::size_t kMaxAlternatives = 8, kMaxExpression = 10 * 1024, kMaxParameters = 10 * 1024,
                      kMaxBindingConditions = 4, kMaxTaints = 16;

constexpr std::string_view kEffects[] = {"NoExecute", "NoSchedule", "None"};

void check_allocation_mode(const Field& request) {
  static constexpr std::string_view kModes[] = {"All", "ExactCount"};
  Field mode = request["allocationMode"], count = request["count"];
  if (mode.text() == "All") {
    if (count.number() != 0) count.invalid("must not be specified when allocationMode is 'All'");
  } else if (mode.text() == "ExactCount") {
    if (count.number() <= 0) count.invalid(Value::integer(count.number()), "must be greater than zero");
  } else {
    mode.not_supported(kModes);
  }
}

void check_exact_request(const Field& request) {
  require_name(request["deviceClassName"], meta::dns_subdomain_problems);
  check_selectors(request["selectors"], Origin::kNew);
  check_allocation_mode(request);
  check_tolerations(request["tolerations"]);
}

void check_request(const Field& request) {
  check_name(request["name"], meta::dns_label_problems);
  Field exactly = request["exactly"], alternatives = request["firstAvailable"];
  if (exactly && !alternatives.empty()) {
    return request.invalid(
        Value(), "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set");
  }
  if (exactly) return check_exact_request(exactly);
  if (alternatives.empty()) {
    return request.required("exactly one of `exactly` or `firstAvailable` is required");
  }
  check_set(alternatives, kMaxAlternatives, own_name, [](const Field& alternative) {
    check_name(alternative["name"], meta::dns_label_problems);
    check_exact_request(alternative);
  });
}

void check_references(const Field& list, const RequestNames& names) {
  check_set(list, kMaxListed, own_text, [&](const Field& reference) { names.check_reference(reference); });
}

void check_constraint(const Field& constraint, const RequestNames& names) {
  check_references(constraint["requests"], names);
  if (constraint["matchAttribute"]) {
    check_fully_qualified_name(constraint["matchAttribute"]);
  } else if (constraint["distinctAttribute"]) {
    check_fully_qualified_name(constraint["distinctAttribute"]);
  } else {
    // The words are kube-apiserver's, though none is set.
    constraint.required(
        "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are "
        "set");
  }
}

void check_selector(const Field& selector, Origin origin) {
  Field cel = selector["cel"], expression = cel["expression"];
  if (!cel) return cel.required();
  if (origin == Origin::kStored) return;
  if (expression.text().size() > kMaxExpression) expression.too_long(kMaxExpression);
}

void check_label_names(const Field& names) {
  check_list(names, kMaxBindingConditions,
             [](const Field& name) { check_name(name, meta::qualified_name_problems); });
}

void check_toleration(const Field& toleration) {
  static constexpr std::string_view kOperators[] = {"Equal", "Exists"};
  Field key = toleration["key"], op = toleration["operator"], value = toleration["value"];
  if (!key.text().empty()) check_name(key, meta::qualified_name_problems);
  if (op.text() == "Exists") {
    if (!value.text().empty()) value.invalid("must be empty for operator `Exists`");
  } else if (op.text() == "Equal") {
    check_name(value, meta::label_value_problems);
  } else {
    require_one_of(op, kOperators);
  }
  check_one_of(toleration["effect"], kEffects);
}

void check_taint(const Field& taint) {
  check_name(taint["key"], meta::qualified_name_problems);
  check_name(taint["value"], meta::label_value_problems);
  require_one_of(taint["effect"], kEffects);
}

}  // namespace

void check_device_claim(const Field& claim) {
  RequestNames names(claim);
  check_set(claim["requests"], kMaxListed, own_name, check_request);
  check_list(claim["constraints"], kMaxListed,
             [&](const Field& constraint) { check_constraint(constraint, names); });
  check_list(claim["config"], kMaxListed, [&](const Field& configuration) {
    check_references(configuration["requests"], names);
    check_configuration(configuration, Origin::kNew);
  });
}

void check_selectors(const Field& selectors, Origin origin) {
  check_list(selectors, kMaxListed, [&](const Field& selector) { check_selector(selector, origin); });
}

void check_configuration(const Field& configuration, Origin origin) {
  Field opaque = configuration["opaque"];
  if (!opaque) return opaque.required();
  check_driver_name(opaque["driver"]);
  check_raw_object(opaque["parameters"], kMaxParameters, origin);
}

void check_raw_object(const Field& data, std::size_t limit, Origin origin) {
  if (!data) return data.required();
  if (origin == Origin::kNew && json::to_string(*data.value()).size() > limit) return data.too_long(limit);
  if (!data.value()->is_object()) data.invalid("<value omitted>", "must be a valid JSON object");
}

void check_tolerations(const Field& tolerations) { tolerations.each(check_toleration); }

void check_taints(const Field& taints) { check_list(taints, kMaxTaints, check_taint); }

void check_binding_conditions(const Field& device) {
  Field wanted = device["bindingConditions"], failures = device["bindingFailureConditions"];
  check_label_names(wanted);
  check_label_names(failures);
  check_unique(wanted, own_text);
  std::vector<std::string_view> seen;
  failures.each([&](const Field& failure) {
    if (std::ranges::find(seen, failure.text()) != seen.end()) failure.duplicate();
    seen.push_back(failure.text());
    bool overlaps = false;
    wanted.each([&](const Field& condition) { overlaps |= condition.text() == failure.text(); });
    if (overlaps) failure.invalid("bindingFailureConditions must not overlap with bindingConditions");
  });
  if (wanted.empty() && !failures.empty()) {
    wanted.invalid(wanted ? *wanted.value() : Value(),
                   "bindingConditions are required to use bindingFailureConditions");
  }
  if (failures.empty() && !wanted.empty()) {
    failures.invalid(failures ? *failures.value() : Value(),
                     "bindingFailureConditions are required to use bindingConditions");
  }
}

}  // namespace pedalion::registry::builtin::kinds::devices
