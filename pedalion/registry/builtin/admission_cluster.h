#pragma once
// The stored built-in resources, and the authorizer, as admission plugins see them.
#include <functional>
#include <string_view>

#include "pedalion/admission/cluster.h"
#include "pedalion/registry/builtin/stored_resource.h"
#include "pedalion/registry/builtin/virtuals/access.h"
#include "pedalion/watchcache/cache.h"

namespace pedalion::registry::builtin {

class AdmissionCluster final : public admission::Cluster {
 public:
  /// Null for what is not stored. Thread-safe once everything is made.
  using Finder = std::function<StoredResource*(std::string_view group, std::string_view resource)>;
  explicit AdmissionCluster(Finder finder) : finder_(std::move(finder)) {}

  Task<Result<watchcache::ObjectPtr>> find(meta::GroupResource resource, std::string ns,
                                           std::string name) override;
  Task<Result<watchcache::ObjectPtr>> find_known(meta::GroupResource resource, std::string ns,
                                                 std::string name) override;
  Task<Result<std::vector<watchcache::ObjectPtr>>> list(meta::GroupResource resource,
                                                        std::string ns) override;
  Task<Result<std::vector<watchcache::ObjectPtr>>> list_known(meta::GroupResource resource,
                                                              std::string ns) override;
  Task<Result<bool>> knows_any(meta::GroupResource resource, std::string ns) override;
  Task<Result<void>> update_status(meta::GroupResource resource, json::Document object) override;

 private:
  Result<StoredResource*> stored(const meta::GroupResource& resource) const;
  Task<Result<watchcache::ListPage>> page(meta::GroupResource resource, std::string ns,
                                          watchcache::ListQuery query);
  const Finder finder_;
};

class AdmissionAuthorizer final : public admission::Authorizer {
 public:
  /// Borrowed. Without an authorizer nothing is refused.
  explicit AdmissionAuthorizer(const virtuals::AccessCallbacks& access) : access_(access) {}
  bool allows(const admission::Access& access) override;

 private:
  const virtuals::AccessCallbacks& access_;
};

}  // namespace pedalion::registry::builtin
