#include "pedalion/controllers/garbage_collector/server_objects.h"

#include "pedalion/controllers/garbage_collector/verdict.h"
#include "pedalion/controllers/requests.h"

namespace pedalion::controllers::garbage_collector {
namespace {

constexpr int kConflicts = 5;

}  // namespace

const client::api::ApiResource* find_kind(const client::api::Discovery& resources, const Identity& identity) {
  auto version = meta::GroupVersion::parse(identity.api_version);
  return version ? resources.find({version->group, version->version, identity.kind}) : nullptr;
}

Result<client::api::ResourceClient> ServerObjects::at(const Identity& identity) const {
  const auto* resource = find_kind(resources_, identity);
  if (resource == nullptr) {
    return std::unexpected(
        Status(kUnknownKind, "",
               "no matches for kind \"" + identity.kind + "\" in version \"" + identity.api_version + "\""));
  }
  client::api::ResourceClient all(client_, resource->resource);
  return resource->namespaced ? all.in_namespace(identity.namespace_name) : all;
}

Task<Result<std::optional<json::Document>>> ServerObjects::get(Identity identity) const {
  CO_TRY(auto place, at(identity));
  auto request = get_request(client_, place.resource(), place.namespace_name());
  request.name(identity.name).accept(kMetadataOnly);
  auto found = co_await fetch(std::move(request));
  if (!found && !is_not_found(found.error())) co_return std::unexpected(std::move(found).error());
  if (!found || found->root.string_at({"metadata", "uid"}) != identity.uid) {
    co_return std::optional<json::Document>();
  }
  co_return std::move(*found);
}

Task<Result<void>> ServerObjects::patch(Identity identity, std::string patch) const {
  CO_TRY(auto place, at(identity));
  auto done = co_await place.patch(identity.name, client::rest::PatchType::kMerge, Bytes(std::move(patch)));
  if (!done && !is_not_found(done.error())) co_return std::unexpected(std::move(done).error());
  co_return Result<void>();
}

Task<Result<bool>> ServerObjects::remove(Identity identity, Metadata latest,
                                         client::api::Propagation propagation) const {
  CO_TRY(auto place, at(identity));
  client::api::DeleteOptions options;
  options.propagation = propagation;
  options.uid = latest.uid;
  options.resource_version = latest.resource_version;
  auto done = co_await place.remove(identity.name, options);
  if (!done && is_conflict(done.error())) {
    // It has changed since its owners were looked up. Only its owners matter.
    CO_TRY(auto now, co_await get(identity));
    if (!now) co_return false;
    if (read_metadata(now->root).owners != latest.owners) co_return std::unexpected(std::move(done).error());
    options.resource_version.clear();
    done = co_await place.remove(identity.name, options);
  }
  if (done) co_return true;
  if (is_not_found(done.error())) co_return false;
  co_return std::unexpected(std::move(done).error());
}

Task<Result<void>> ServerObjects::drop_finalizer(Identity identity, json::Document latest,
                                                 std::string_view finalizer) const {
  for (int attempt = 0;; ++attempt) {
    if (!read_metadata(latest.root).has_finalizer(finalizer)) co_return Result<void>();
    auto done = co_await patch(identity, patch_without_finalizer(latest.root, finalizer));
    if (done || !is_conflict(done.error()) || attempt == kConflicts) co_return done;
    CO_TRY(auto now, co_await get(identity));
    if (!now) co_return Result<void>();
    latest = std::move(*now);
  }
}

Task<Result<void>> ServerObjects::drop_owner(Identity identity, std::string owner_uid) const {
  for (int attempt = 0;; ++attempt) {
    CO_TRY(auto latest, co_await get(identity));
    if (!latest) co_return Result<void>();
    const std::string uids[] = {owner_uid};
    auto done = co_await patch(identity, patch_without_owners(latest->root, uids));
    if (done || !is_conflict(done.error()) || attempt == kConflicts) co_return done;
  }
}

}  // namespace pedalion::controllers::garbage_collector
