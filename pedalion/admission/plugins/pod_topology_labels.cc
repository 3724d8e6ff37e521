#include "pedalion/admission/plugins/plugins.h"
#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::admission::plugins {
namespace {

using json::Value;

constexpr std::string_view kLabels[] = {"topology.kubernetes.io/region", "topology.kubernetes.io/zone"};

/// The node that the object puts a pod on; empty when it does not.
std::string node_of(const Attributes& attributes) {
  if (!attributes.concerns("", "pods")) return {};
  const Value& object = attributes.object->root;
  if (attributes.subresource.empty()) return std::string(object.string_at({"spec", "nodeName"}));
  bool binds = attributes.subresource == "binding" && object.string_at({"target", "kind"}) == "Node";
  return binds ? std::string(object.string_at({"target", "name"})) : std::string();
}

class PodTopologyLabels final : public Plugin {
 public:
  explicit PodTopologyLabels(Cluster& cluster) : cluster_(cluster) {}
  std::string_view name() const override { return "PodTopologyLabels"; }
  bool handles(Operation operation) const override { return operation == Operation::kCreate; }

  Task<Result<void>> mutate(Attributes& attributes) override {
    std::string name = node_of(attributes);
    if (name.empty()) co_return Result<void>();
    CO_TRY(auto node, co_await cluster_.find_known({"", "nodes"}, "", std::move(name)));
    if (!node) co_return Result<void>();
    CO_TRY(json::Document parsed, json::parse(node->json.view()));
    auto& arena = attributes.object->arena;
    for (std::string_view label : kLabels) {
      const Value* value = parsed.root.at({"metadata", "labels", label});
      if (value == nullptr) continue;
      Value& labels = attributes.object->root.object_at("metadata", arena).object_at("labels", arena);
      labels.set(label, Value::string(value->string_or(), arena), arena);
      attributes.has_changed(Attributes::Changed::kAnything);
    }
    co_return Result<void>();
  }

 private:
  Cluster& cluster_;
};

}  // namespace

std::unique_ptr<Plugin> pod_topology_labels(Cluster& cluster) {
  return std::make_unique<PodTopologyLabels>(cluster);
}

}  // namespace pedalion::admission::plugins
