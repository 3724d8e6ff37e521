#pragma once
// What the collector asks of the server and does there, with objects named by their identity.
#include <optional>
#include <string>

#include "pedalion/client/api/discovery.h"
#include "pedalion/client/api/dynamic_client.h"
#include "pedalion/controllers/garbage_collector/graph.h"

namespace pedalion::controllers::garbage_collector {

/// Code of the Status of what has a kind that the server does not have (now).
inline constexpr int kUnknownKind = 421;

/// Where objects of its kind are; null: the server has none of that kind.
const client::api::ApiResource* find_kind(const client::api::Discovery& resources, const Identity& identity);

/// `client` and `resources`, which may change, outlive it. Each act concerns the object of that uid only, and
/// nothing is wrong when it is not there any more.
class ServerObjects {
 public:
  ServerObjects(client::rest::RestClient& client, const client::api::Discovery& resources)
      : client_(client), resources_(resources) {}

  /// Its metadata. None when it does not exist, or another has its name.
  Task<Result<std::optional<json::Document>>> get(Identity identity) const;
  /// A JSON merge patch.
  Task<Result<void>> patch(Identity identity, std::string patch) const;
  /// False when it was not there. Does not delete it when its owners are not those of `latest` any more
  /// (409).
  Task<Result<bool>> remove(Identity identity, Metadata latest, client::api::Propagation propagation) const;
  Task<Result<void>> drop_finalizer(Identity identity, json::Document latest,
                                    std::string_view finalizer) const;
  Task<Result<void>> drop_owner(Identity identity, std::string owner_uid) const;

 private:
  Result<client::api::ResourceClient> at(const Identity& identity) const;

  client::rest::RestClient& client_;
  const client::api::Discovery& resources_;
};

}  // namespace pedalion::controllers::garbage_collector
