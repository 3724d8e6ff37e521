#include "pedalion/admission/plugins/default_class.h"
#include "pedalion/admission/plugins/plugins.h"

namespace pedalion::admission::plugins {
namespace {

using json::Value;

constexpr std::string_view kAnnotations[] = {"ingressclass.kubernetes.io/is-default-class"};

class DefaultIngressClass final : public Plugin {
 public:
  explicit DefaultIngressClass(Cluster& cluster) : cluster_(cluster) {}
  std::string_view name() const override { return "DefaultIngressClass"; }
  bool handles(Operation operation) const override { return operation == Operation::kCreate; }

  Task<Result<void>> mutate(Attributes& attributes) override {
    if (!attributes.writes("networking.k8s.io", "ingresses")) co_return Result<void>();
    const Value& ingress = attributes.object->root;
    bool has_class = ingress.at({"spec", "ingressClassName"}) != nullptr ||
                     ingress.at({"metadata", "annotations", "kubernetes.io/ingress.class"}) != nullptr;
    if (has_class) co_return Result<void>();
    CO_TRY(std::string found,
           co_await default_class(cluster_, {"networking.k8s.io", "ingressclasses"}, kAnnotations));
    if (found.empty()) co_return Result<void>();
    auto& arena = attributes.object->arena;
    attributes.object->root.object_at("spec", arena)
        .set("ingressClassName", Value::string(found, arena), arena);
    attributes.has_changed(Attributes::Changed::kSpecMembers);
    co_return Result<void>();
  }

 private:
  Cluster& cluster_;
};

}  // namespace

std::unique_ptr<Plugin> default_ingress_class(Cluster& cluster) {
  return std::make_unique<DefaultIngressClass>(cluster);
}

}  // namespace pedalion::admission::plugins
