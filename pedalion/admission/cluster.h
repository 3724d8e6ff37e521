#pragma once
// What plugins may ask about the rest of the cluster, and the one thing they may write.
#include <string>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/base/status.h"
#include "pedalion/base/task.h"
#include "pedalion/registry/rest/context.h"
#include "pedalion/watchcache/object.h"

namespace pedalion::admission {

/// The built-in objects, as they are stored now and in the version they are stored in. Thread-safe.
class Cluster {
 public:
  virtual ~Cluster() = default;
  /// Null when there is none. `ns` is empty for cluster scope.
  virtual Task<Result<watchcache::ObjectPtr>> find(meta::GroupResource resource, std::string ns,
                                                   std::string name) = 0;
  /// As find(), but what is known here will do, which includes all that was written here: what others write
  /// may come a moment late. The store is asked only when nothing is known.
  virtual Task<Result<watchcache::ObjectPtr>> find_known(meta::GroupResource resource, std::string ns,
                                                         std::string name) = 0;
  /// In the order of their keys; of all namespaces when `ns` is empty.
  virtual Task<Result<std::vector<watchcache::ObjectPtr>>> list(meta::GroupResource resource,
                                                                std::string ns) = 0;
  /// As list(), but what is known here will do, as for find_known(). Never asks the store.
  virtual Task<Result<std::vector<watchcache::ObjectPtr>>> list_known(meta::GroupResource resource,
                                                                      std::string ns) = 0;
  /// Is there one in the namespace, as far as list_known() would tell?
  virtual Task<Result<bool>> knows_any(meta::GroupResource resource, std::string ns) = 0;
  /// Writes the status of `object`, which names itself and holds the resource version that it was made from.
  /// Fails with 409 when there is a newer one, with 404 when it is gone.
  virtual Task<Result<void>> update_status(meta::GroupResource resource, json::Document object) = 0;
};

/// May somebody do this?
struct Access {
  const registry::rest::UserInfo* user = nullptr;
  std::string verb;
  meta::GroupResource resource;
  std::string subresource, ns, name;
};

/// Thread-safe.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  virtual bool allows(const Access& access) = 0;
};

}  // namespace pedalion::admission
