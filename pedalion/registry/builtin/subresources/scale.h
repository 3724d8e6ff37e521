#pragma once
// The scale subresource: an object's number of replicas as an autoscaling/v1 Scale, read and written.
#include <string>

#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/registry/rest/storage.h"

namespace pedalion::registry::builtin::subresources {

/// The resource that is scaled. Pointers are borrowed.
struct Scaled {
  meta::GroupVersionResource resource;
  const schema::Type *type = nullptr, *scale_type = nullptr;
  rest::Getter* getter = nullptr;
  rest::Updater* updater = nullptr;  // of the object itself
};

class ScaleAccess final : public rest::Getter, public rest::Updater {
 public:
  explicit ScaleAccess(Scaled scaled) : scaled_(std::move(scaled)) {}

  Task<Result<rest::ObjectPtr>> get(rest::RequestContext& context, std::string name,
                                    rest::GetOptions options) override;
  /// A resource version in the Scale is that of the object. Only spec.replicas is written, and owned by the
  /// writer through this door.
  Task<Result<rest::UpdateResult>> update(rest::RequestContext& context, std::string name,
                                          rest::MakeObject make, rest::WriteOptions options,
                                          rest::CreateIfMissing missing,
                                          rest::FieldTracking tracking) override;

 private:
  Scaled scaled_;
};

/// The Scale of an object that has spec.replicas, status.replicas and spec.selector.
Result<rest::ObjectPtr> scale_of(const watchcache::Object& object);

}  // namespace pedalion::registry::builtin::subresources
