// Leases.
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/extension/rows.h"

namespace pedalion::registry::builtin::kinds::extension {

namespace {

/// Fields of coordinated leader election, which is not on: they are dropped, but where an object has them.
constexpr std::string_view kGated[] = {"strategy", "preferredHolder"};

void drop_gated(Filler& lease, const Value* old) {
  Value* spec = lease.find("spec");
  if (spec == nullptr) return;
  for (std::string_view field : kGated) {
    if (old == nullptr || old->at({"spec", field}) == nullptr) spec->erase(field);
  }
}

void prepare_create(Filler& lease, const rest::RequestContext&) { drop_gated(lease, nullptr); }

void prepare_update(Filler& lease, const Value& old) { drop_gated(lease, &old); }

void validate(const Value& object, FieldErrors& errors) {
  static constexpr std::string_view kStrategies[] = {"OldestEmulationVersion"};
  Field spec = Field(object, errors)["spec"], strategy = spec["strategy"];
  check_positive(spec["leaseDurationSeconds"]);
  check_non_negative(spec["leaseTransitions"]);
  if (strategy) {
    // The path says it twice, as kube-apiserver's does.
    Field twice = strategy.reported_at(strategy.path().child("strategy"));
    if (strategy.text().find('/') != std::string_view::npos) {
      check_name(twice, meta::qualified_name_problems);
    } else if (strategy.text() != kStrategies[0]) {
      twice.not_supported(kStrategies);
    }
  }
  if (!spec["preferredHolder"].text().empty() && strategy.text().empty()) {
    spec["preferredHolder"].forbidden("may only be specified if `strategy` is defined");
  }
}

}  // namespace

const KindRules kLeases{.group = "coordination.k8s.io",
                        .resource = "leases",
                        .prepare_create = prepare_create,
                        .prepare_update = prepare_update,
                        .validate = validate};

}  // namespace pedalion::registry::builtin::kinds::extension
