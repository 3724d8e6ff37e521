#include "pedalion/admission/plugins/default_class.h"
#include "pedalion/admission/plugins/plugins.h"

namespace pedalion::admission::plugins {
namespace {

using json::Value;

constexpr std::string_view kAnnotations[] = {"storageclass.kubernetes.io/is-default-class",
                                             "storageclass.beta.kubernetes.io/is-default-class"};

class DefaultStorageClass final : public Plugin {
 public:
  explicit DefaultStorageClass(Cluster& cluster) : cluster_(cluster) {}
  std::string_view name() const override { return "DefaultStorageClass"; }
  bool handles(Operation operation) const override { return operation == Operation::kCreate; }

  Task<Result<void>> mutate(Attributes& attributes) override {
    if (!attributes.writes("", "persistentvolumeclaims")) co_return Result<void>();
    const Value& claim = attributes.object->root;
    bool has_class =
        claim.at({"metadata", "annotations", "volume.beta.kubernetes.io/storage-class"}) != nullptr ||
        claim.at({"spec", "storageClassName"}) != nullptr;
    if (has_class) co_return Result<void>();
    CO_TRY(std::string found,
           co_await default_class(cluster_, {"storage.k8s.io", "storageclasses"}, kAnnotations));
    if (found.empty()) co_return Result<void>();
    auto& arena = attributes.object->arena;
    attributes.object->root.object_at("spec", arena)
        .set("storageClassName", Value::string(found, arena), arena);
    attributes.has_changed(Attributes::Changed::kSpecMembers);
    co_return Result<void>();
  }

 private:
  Cluster& cluster_;
};

}  // namespace

std::unique_ptr<Plugin> default_storage_class(Cluster& cluster) {
  return std::make_unique<DefaultStorageClass>(cluster);
}

}  // namespace pedalion::admission::plugins
