#include "pedalion/registry/builtin/admission_cluster.h"

#include <memory>

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/registry/generic/resource_store.h"

namespace pedalion::registry::builtin {
namespace {

/// Who writes what plugins write.
constexpr std::string_view kFieldManager = "kube-apiserver";

std::string key_of(StoredResource& resource, std::string_view ns, std::string_view name) {
  std::string key = resource.store().config().key_prefix;
  if (!ns.empty()) key.append(ns).append("/");
  return key.append(name);
}

}  // namespace

Result<StoredResource*> AdmissionCluster::stored(const meta::GroupResource& resource) const {
  StoredResource* found = finder_(resource.group, resource.resource);
  if (found == nullptr)
    return std::unexpected(meta::internal_error(resource.text() + " are not stored here"));
  return found;
}

Task<Result<watchcache::ObjectPtr>> AdmissionCluster::find(meta::GroupResource resource, std::string ns,
                                                           std::string name) {
  CO_TRY(StoredResource * found, stored(resource));
  co_return co_await found->store().cache().get(key_of(*found, ns, name), {});
}

Task<Result<watchcache::ObjectPtr>> AdmissionCluster::find_known(meta::GroupResource resource, std::string ns,
                                                                 std::string name) {
  CO_TRY(StoredResource * found, stored(resource));
  auto& cache = found->store().cache();
  std::string key = key_of(*found, ns, name);
  auto known = co_await cache.get(key, found->store().own_writes());
  if (known && *known) co_return known;
  co_return co_await cache.get(std::move(key), {});
}

Task<Result<watchcache::ListPage>> AdmissionCluster::page(meta::GroupResource resource, std::string ns,
                                                          watchcache::ListQuery query) {
  CO_TRY(StoredResource * found, stored(resource));
  query.selection.prefix = found->store().config().key_prefix;
  if (!ns.empty()) query.selection.prefix.append(ns).append("/");
  co_return co_await found->store().cache().list(std::move(query));
}

Task<Result<std::vector<watchcache::ObjectPtr>>> AdmissionCluster::list(meta::GroupResource resource,
                                                                        std::string ns) {
  CO_TRY(auto all, co_await page(std::move(resource), std::move(ns), {}));
  co_return std::move(all.items);
}

Task<Result<std::vector<watchcache::ObjectPtr>>> AdmissionCluster::list_known(meta::GroupResource resource,
                                                                              std::string ns) {
  CO_TRY(StoredResource * found, stored(resource));
  watchcache::ListQuery query;
  query.freshness = found->store().own_writes();
  CO_TRY(auto all, co_await page(std::move(resource), std::move(ns), std::move(query)));
  co_return std::move(all.items);
}

Task<Result<bool>> AdmissionCluster::knows_any(meta::GroupResource resource, std::string ns) {
  CO_TRY(StoredResource * found, stored(resource));
  watchcache::ListQuery query;
  query.freshness = found->store().own_writes();
  query.limit = 1;
  CO_TRY(auto first, co_await page(std::move(resource), std::move(ns), std::move(query)));
  co_return !first.items.empty();
}

Task<Result<void>> AdmissionCluster::update_status(meta::GroupResource resource, json::Document object) {
  CO_TRY(StoredResource * found, stored(resource));
  rest::RequestContext context;
  context.ns = object.root.string_at({"metadata", "namespace"});
  std::string name(object.root.string_at({"metadata", "name"}));
  // Made once: the resource version in it makes a second try a conflict.
  auto wanted = std::make_shared<json::Document>(std::move(object));
  auto make = [wanted](const watchcache::Object*) -> Result<json::Document> {
    json::Document made;
    made.root = json::deep_copy(wanted->root, made.arena);
    return made;
  };
  rest::WriteOptions options;
  options.field_manager = kFieldManager;
  CO_TRY_OK(co_await found->door("status").updater->update(context, std::move(name), std::move(make),
                                                           std::move(options), rest::CreateIfMissing::kNever,
                                                           rest::FieldTracking::kUpdate));
  co_return Result<void>();
}

bool AdmissionAuthorizer::allows(const admission::Access& access) {
  if (!access_.authorize) return true;
  virtuals::AccessQuestion question;
  question.user = access.user;
  question.resource_request = true;
  question.verb = access.verb;
  question.group = access.resource.group;
  question.version = "*";
  question.resource = access.resource.resource;
  question.subresource = access.subresource;
  question.ns = access.ns;
  question.name = access.name;
  return access_.authorize(question).allowed;
}

}  // namespace pedalion::registry::builtin
