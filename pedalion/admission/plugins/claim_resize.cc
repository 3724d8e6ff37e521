#include "pedalion/admission/plugins/plugins.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/quota/resource_list.h"

namespace pedalion::admission::plugins {
namespace {

using json::Value;
using quota::ResourceList;

std::string class_of(const Value& claim) {
  const Value* annotation = claim.at({"metadata", "annotations", "volume.beta.kubernetes.io/storage-class"});
  if (annotation != nullptr) return std::string(annotation->string_or());
  return std::string(claim.string_at({"spec", "storageClassName"}));
}

Result<meta::Quantity> size_of(const Value& claim) {
  TRY(ResourceList requests, quota::read_resource_list(claim.at({"spec", "resources", "requests"})));
  const meta::Quantity* storage = quota::find_amount(requests, "storage");
  return storage == nullptr ? meta::Quantity() : *storage;
}

class PersistentVolumeClaimResize final : public Plugin {
 public:
  explicit PersistentVolumeClaimResize(Cluster& cluster) : cluster_(cluster) {}
  std::string_view name() const override { return "PersistentVolumeClaimResize"; }
  bool handles(Operation operation) const override { return operation == Operation::kUpdate; }

  Task<Result<void>> validate(const Attributes& attributes) override {
    if (!attributes.writes("", "persistentvolumeclaims")) co_return Result<void>();
    const Value &claim = attributes.object->root, &old = *attributes.old_object;
    CO_TRY(meta::Quantity size, size_of(claim));
    CO_TRY(meta::Quantity old_size, size_of(old));
    if (size <= old_size) co_return Result<void>();
    if (old.string_at({"status", "phase"}) != "Bound") {
      co_return std::unexpected(forbidden(attributes, "Only bound persistent volume claims can be expanded"));
    }
    std::string name = class_of(claim);
    CO_TRY(bool allowed, co_await class_grows(name));
    if (allowed && name == class_of(old)) co_return Result<void>();
    co_return std::unexpected(forbidden(
        attributes,
        "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc "
        "must support resize"));
  }

 private:
  Task<Result<bool>> class_grows(std::string name) {
    if (name.empty()) co_return false;
    CO_TRY(auto found,
           co_await cluster_.find_known({"storage.k8s.io", "storageclasses"}, "", std::move(name)));
    if (!found) co_return false;
    CO_TRY(json::Document parsed, json::parse(found->json.view()));
    const Value* allows = parsed.root.find("allowVolumeExpansion");
    co_return allows != nullptr && allows->bool_or(false);
  }

  Cluster& cluster_;
};

}  // namespace

std::unique_ptr<Plugin> claim_resize(Cluster& cluster) {
  return std::make_unique<PersistentVolumeClaimResize>(cluster);
}

}  // namespace pedalion::admission::plugins
