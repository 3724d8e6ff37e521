#include "pedalion/admission/plugins/plugins.h"

namespace pedalion::admission::plugins {
namespace {

using json::Value;

class StorageObjectInUseProtection final : public Plugin {
 public:
  std::string_view name() const override { return "StorageObjectInUseProtection"; }
  bool handles(Operation operation) const override { return operation == Operation::kCreate; }

  Task<Result<void>> mutate(Attributes& attributes) override {
    std::string_view finalizer = finalizer_of(attributes);
    if (finalizer.empty()) co_return Result<void>();
    auto& arena = attributes.object->arena;
    Value& metadata = attributes.object->root.object_at("metadata", arena);
    Value* finalizers = metadata.find("finalizers");
    if (finalizers == nullptr || !finalizers->is_array())
      finalizers = &metadata.set("finalizers", Value::array(arena), arena);
    bool there = std::ranges::any_of(finalizers->items(),
                                     [&](const Value& item) { return item.string_or() == finalizer; });
    if (!there) finalizers->push_back(Value::string(finalizer), arena);
    co_return Result<void>();
  }

 private:
  static std::string_view finalizer_of(const Attributes& attributes) {
    if (!attributes.subresource.empty()) return {};
    bool of_storage = attributes.resource.group == "storage.k8s.io";
    if (of_storage && attributes.resource.resource == "volumeattributesclasses")
      return "kubernetes.io/vac-protection";
    if (!attributes.resource.group.empty()) return {};
    if (attributes.resource.resource == "persistentvolumes") return "kubernetes.io/pv-protection";
    if (attributes.resource.resource == "persistentvolumeclaims") return "kubernetes.io/pvc-protection";
    return {};
  }
};

}  // namespace

std::unique_ptr<Plugin> storage_object_in_use_protection() {
  return std::make_unique<StorageObjectInUseProtection>();
}

}  // namespace pedalion::admission::plugins
