#pragma once
// Resources that are asked, not stored: POST a question, get it back with the answer in its status.
#include <memory>
#include <string_view>

#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/registry/builtin/virtuals/access.h"
#include "pedalion/registry/rest/storage.h"

namespace pedalion::registry::builtin::virtuals {

/// The creater of a resource of authentication.k8s.io or authorization.k8s.io; null for others. `type` (of
/// its kind) and `callbacks` are borrowed.
std::unique_ptr<rest::Creater> make_review(std::string_view resource, const schema::Type& type,
                                           const AccessCallbacks& callbacks);

/// `object` as an answer that is stored nowhere.
Result<rest::ObjectPtr> unstored_object(const json::Value& object);

}  // namespace pedalion::registry::builtin::virtuals
