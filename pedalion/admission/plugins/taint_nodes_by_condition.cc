#include "pedalion/admission/plugins/plugins.h"

namespace pedalion::admission::plugins {
namespace {

using json::Value;

constexpr std::string_view kNotReady = "node.kubernetes.io/not-ready";

class TaintNodesByCondition final : public Plugin {
 public:
  std::string_view name() const override { return "TaintNodesByCondition"; }
  bool handles(Operation operation) const override { return operation == Operation::kCreate; }

  Task<Result<void>> mutate(Attributes& attributes) override {
    if (!attributes.writes("", "nodes")) co_return Result<void>();
    auto& arena = attributes.object->arena;
    Value& spec = attributes.object->root.object_at("spec", arena);
    Value* taints = spec.find("taints");
    if (taints == nullptr || !taints->is_array()) taints = &spec.set("taints", Value::array(arena), arena);
    bool there = std::ranges::any_of(taints->items(), [](const Value& taint) {
      return taint.string_at({"key"}) == kNotReady && taint.string_at({"effect"}) == "NoSchedule";
    });
    if (there) co_return Result<void>();
    Value taint = Value::object(arena, 2);
    taint.append_member("key", Value::string(kNotReady), arena);
    taint.append_member("effect", Value::string("NoSchedule"), arena);
    taints->push_back(taint, arena);
    attributes.has_changed(Attributes::Changed::kSpecMembers);
    co_return Result<void>();
  }
};

}  // namespace

std::unique_ptr<Plugin> taint_nodes_by_condition() { return std::make_unique<TaintNodesByCondition>(); }

}  // namespace pedalion::admission::plugins
