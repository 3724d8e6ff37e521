#include "pedalion/registry/builtin/strategies/kind_strategy.h"

namespace pedalion::registry::builtin::strategies {

namespace {

/// A pod that runs nowhere, or no more, goes at once; the others have the time they ask for.
std::int64_t pod_grace_period(const Value& pod, std::optional<std::int64_t> asked) {
  if (pod.string_at({"spec", "nodeName"}).empty()) return 0;
  std::string_view phase = pod.string_at({"status", "phase"});
  if (phase == "Succeeded" || phase == "Failed") return 0;
  const Value* own = pod.at({"spec", "terminationGracePeriodSeconds"});
  std::int64_t period = asked.value_or(own == nullptr ? 30 : own->int_or(30));
  return period < 0 ? 1 : period;
}

void mark_namespace(Value& object, json::Arena& arena) {
  object.object_at("status", arena).set("phase", Value::string("Terminating"), arena);
  object.object_at("metadata", arena).erase("deletionGracePeriodSeconds");
}

bool namespace_is_held(const Value& object) {
  const Value* finalizers = object.at({"spec", "finalizers"});
  return finalizers != nullptr && !finalizers->empty();
}

std::string_view refuse_system_class(std::string_view name) {
  bool of_system = name == "system-node-critical" || name == "system-cluster-critical";
  return of_system ? "this is a system priority class and cannot be deleted" : "";
}

}  // namespace

generic::DeletionRules deletion_rules(std::string_view group, const catalog::ResourceFacts& facts) {
  generic::DeletionRules rules;
  rules.returns_object = facts.has(catalog::kReturnsDeleted);
  rules.orphans_by_default = facts.has(catalog::kOrphansByDefault);
  rules.garbage_collected = facts.resource != "events";
  if (facts.has(catalog::kGracefulDeletion)) rules.grace_period = pod_grace_period;
  if (group == "batch" && facts.resource == "jobs") {
    rules.warning =
        "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to "
        "remove them or set propagationPolicy=Orphan to suppress this warning";
  }
  if (group.empty() && facts.resource == "namespaces") {
    rules.mark = mark_namespace;
    rules.is_held = namespace_is_held;
    rules.words_of_storage = true;
  }
  if (facts.resource == "priorityclasses") rules.refusal = refuse_system_class;
  return rules;
}

}  // namespace pedalion::registry::builtin::strategies
