// Where a pod may run: affinities, spreading.
#include <algorithm>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"
#include "pedalion/registry/builtin/kinds/selectors.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

void check_label_name(const Field& field) { check_name(field, meta::qualified_name_problems); }

void check_label_keys(const Field& term, std::string_view list, std::string_view other) {
  term[list].each([&](const Field& key) {
    check_label_name(key);
    bool named = false;
    term["labelSelector"]["matchExpressions"].each(
        [&](const Field& requirement) { named = named || requirement["key"].text() == key.text(); });
    if (term["labelSelector"]["matchLabels"].value() != nullptr) {
      named = named || term["labelSelector"]["matchLabels"].value()->find(key.text()) != nullptr;
    }
    if (named) key.invalid(key.text(), "exists in both " + std::string(list) + " and labelSelector");
    if (other.empty()) return;
    term[other].each([&](const Field& twin) {
      if (twin.text() == key.text())
        key.invalid(key.text(), "exists in both matchLabelKeys and mismatchLabelKeys");
    });
  });
  if (!term[list].empty() && !term["labelSelector"]) {
    term[list].forbidden("must not be specified when labelSelector is not set");
  }
}

void check_pod_term(const Field& term) {
  check_label_selector(term["labelSelector"]);
  check_label_selector(term["namespaceSelector"]);
  check_label_keys(term, "matchLabelKeys", "mismatchLabelKeys");
  check_label_keys(term, "mismatchLabelKeys", "");
  term["namespaces"].each([](const Field& name) {
    for (const std::string& problem : meta::dns_label_problems(name.text())) {
      name.errors().push_back(FieldError::invalid(name.path(), name.text(), problem));
    }
  });
  Field key = term["topologyKey"];
  if (key.text().empty()) key.required("can not be empty");
  check_label_name(key);
}

void check_weight(const Field& weight) {
  if (weight.number() <= 0 || weight.number() > 100)
    weight.invalid(Value::integer(weight.number()), "must be in the range 1-100");
}

void check_pod_affinity(const Field& affinity) {
  affinity["requiredDuringSchedulingIgnoredDuringExecution"].each(check_pod_term);
  affinity["preferredDuringSchedulingIgnoredDuringExecution"].each([](const Field& term) {
    check_weight(term["weight"]);
    check_pod_term(term["podAffinityTerm"]);
  });
}

void check_node_affinity(const Field& affinity) {
  Field required = affinity["requiredDuringSchedulingIgnoredDuringExecution"];
  if (required) check_node_selector(required);
  affinity["preferredDuringSchedulingIgnoredDuringExecution"].each([](const Field& term) {
    check_weight(term["weight"]);
    check_node_selector_term(term["preference"]);
  });
}

void check_spread(const Field& constraint) {
  static constexpr std::string_view kActions[] = {"DoNotSchedule", "ScheduleAnyway"},
                                    kPolicies[] = {"Honor", "Ignore"};
  Field skew = constraint["maxSkew"];
  if (skew.number() <= 0) skew.invalid(Value::integer(skew.number()), "must be greater than zero");
  Field key = constraint["topologyKey"];
  if (key.text().empty()) {
    key.required("can not be empty");
  } else {
    check_label_name(key);
  }
  Field action = constraint["whenUnsatisfiable"];
  if (std::ranges::find(kActions, action.text()) == std::end(kActions)) action.not_supported(kActions);
  Field domains = constraint["minDomains"];
  if (domains && domains.number() <= 0) domains.invalid("must be greater than 0");
  if (domains && action.text() != "DoNotSchedule") {
    domains.invalid("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " +
                    std::string(action.text()));
  }
  check_one_of(constraint["nodeAffinityPolicy"], kPolicies);
  check_one_of(constraint["nodeTaintsPolicy"], kPolicies);
  check_label_keys(constraint, "matchLabelKeys", "");
  check_label_selector(constraint["labelSelector"]);
}

}  // namespace

void check_affinity(const Field& affinity) {
  if (!affinity) return;
  if (affinity["nodeAffinity"]) check_node_affinity(affinity["nodeAffinity"]);
  if (affinity["podAffinity"]) check_pod_affinity(affinity["podAffinity"]);
  if (affinity["podAntiAffinity"]) check_pod_affinity(affinity["podAntiAffinity"]);
}

void check_spread_constraints(const Field& constraints) {
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    Field constraint = constraints.item(i);
    check_spread(constraint);
    std::string_view key = constraint["topologyKey"].text(), action = constraint["whenUnsatisfiable"].text();
    for (std::size_t later = i + 1; later < constraints.size(); ++later) {
      Field other = constraints.item(later);
      if (other["topologyKey"].text() != key || other["whenUnsatisfiable"].text() != action) continue;
      constraint.reported_at(constraint.path().child("{topologyKey, whenUnsatisfiable}"))
          .duplicate("{" + std::string(key) + ", " + std::string(action) + "}");
    }
  }
}

}  // namespace pedalion::registry::builtin::kinds::pods
