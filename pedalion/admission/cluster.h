#pragma once
// What plugins may ask about the rest of the cluster.
#include <string_view>

#include "pedalion/base/status.h"
#include "pedalion/base/task.h"
#include "pedalion/watchcache/object.h"

namespace pedalion::admission {

/// Priority classes. No older than what is stored now; null when there is none.
class PriorityClasses {
 public:
  virtual ~PriorityClasses() = default;
  virtual Task<Result<watchcache::ObjectPtr>> find(std::string_view name) = 0;
  /// The one with globalDefault; of several the one with the least value.
  virtual Task<Result<watchcache::ObjectPtr>> global_default() = 0;
};

}  // namespace pedalion::admission
