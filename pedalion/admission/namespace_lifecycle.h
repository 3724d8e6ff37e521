#pragma once
// NamespaceLifecycle: nothing is created in a namespace that is not there or is ending; three namespaces
// cannot be deleted.
#include <memory>

#include "pedalion/admission/admission.h"
#include "pedalion/watchcache/object.h"

namespace pedalion::admission {

/// Where namespaces are found.
class Namespaces {
 public:
  virtual ~Namespaces() = default;
  /// Null when there is none; no older than what is stored now.
  virtual Task<Result<watchcache::ObjectPtr>> find(std::string_view name) = 0;
};

/// `namespaces` is borrowed.
std::unique_ptr<Plugin> namespace_lifecycle(Namespaces& namespaces);

}  // namespace pedalion::admission
