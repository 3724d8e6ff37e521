// Where a pod may run: affinities and spreading.
#include <algorithm>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"
#include "pedalion/registry/builtin/kinds/selectors.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

/// Keys of the pod's own labels, which go into the selector.
void check_keys(const Field& keys, const Field& selector) {
  if (keys.empty()) return;
  if (!selector) return keys.forbidden("must not be specified when labelSelector is not set");
  keys.each([](const Field& key) { check_name(key, meta::qualified_name_problems); });
}

/// A key is in the selector once it has been merged; twice when the selector had it before.
void check_merged(const Field& term, const Field& keys) {
  Field selector = term["labelSelector"];
  if (!selector) return;
  Names selected;
  selector["matchLabels"].each_entry([&](std::string_view key, const Field&) { selected.insert(key); });
  selector["matchExpressions"].each([&](const Field& requirement) {
    std::string_view key = requirement["key"].text();
    std::optional<std::size_t> index;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys.item(i).text() == key) index = i;
    }
    if (index && selected.contains(key)) {
      term.errors().push_back(FieldError::invalid(term.path().index(*index), key,
                                                  "exists in both matchLabelKeys and labelSelector"));
    }
    selected.insert(key);
  });
}

void check_label_keys(const Field& term) {
  Field match = term["matchLabelKeys"], mismatch = term["mismatchLabelKeys"];
  check_keys(match, term["labelSelector"]);
  check_keys(mismatch, term["labelSelector"]);
  check_merged(term, match);
  match.each([&](const Field& key) {
    bool twice = false;
    mismatch.each([&](const Field& other) { twice = twice || other.text() == key.text(); });
    if (twice) key.invalid(key.text(), "exists in both matchLabelKeys and mismatchLabelKeys");
  });
}

void check_pod_term(const Field& term) {
  check_label_selector(term["labelSelector"]);
  check_label_selector(term["namespaceSelector"]);
  term["namespaces"].each([&](const Field& name) {
    check_name(name.reported_at(term.path().child("namespace")), meta::dns_label_problems);
  });
  check_label_keys(term);
  Field key = term["topologyKey"];
  require_text(key, "can not be empty");
  check_name(key, meta::qualified_name_problems);
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
    check_node_selector_term(term["preference"], LabelValues::kLetPass);
  });
}

void check_spread(const Field& constraint, const Field& constraints, std::size_t index) {
  static constexpr std::string_view kActions[] = {"DoNotSchedule", "ScheduleAnyway"};
  static constexpr std::string_view kPolicies[] = {"Honor", "Ignore"};
  Field skew = constraint["maxSkew"], key = constraint["topologyKey"],
        action = constraint["whenUnsatisfiable"], domains = constraint["minDomains"];
  if (skew.number() <= 0) skew.invalid(Value::integer(skew.number()), "must be greater than zero");
  require_text(key, "can not be empty");
  check_enum(action, kActions);
  for (std::size_t later = index + 1; later < constraints.size(); ++later) {
    Field other = constraints.item(later);
    if (other["topologyKey"].text() != key.text() || other["whenUnsatisfiable"].text() != action.text())
      continue;
    constraint["{topologyKey, whenUnsatisfiable}"].duplicate("{" + std::string(key.text()) + ", " +
                                                             std::string(action.text()) + "}");
    break;
  }
  if (domains) {
    if (domains.number() <= 0) domains.invalid("must be greater than zero");
    if (action.text() != "DoNotSchedule") {
      domains.invalid("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " +
                      std::string(action.text()));
    }
  }
  for (std::string_view policy : {"nodeAffinityPolicy", "nodeTaintsPolicy"}) {
    if (constraint[policy]) check_enum(constraint[policy], kPolicies);
  }
  check_label_keys(constraint);
  check_label_selector(constraint["labelSelector"]);
}

}  // namespace

void check_affinity(const Field& affinity) {
  check_node_affinity(affinity["nodeAffinity"]);
  check_pod_affinity(affinity["podAffinity"]);
  check_pod_affinity(affinity["podAntiAffinity"]);
}

void check_spread_constraints(const Field& constraints) {
  for (std::size_t i = 0; i < constraints.size(); ++i) check_spread(constraints.item(i), constraints, i);
}

}  // namespace pedalion::registry::builtin::kinds::pods
