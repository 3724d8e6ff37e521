#pragma once
// Requests of controllers whose answers are trees; metadata only, where that is enough.
#include <string>
#include <string_view>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/client/rest/rest_client.h"

namespace pedalion::controllers {

inline constexpr std::string_view kMetadataOnly =
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
inline constexpr std::string_view kMetadataListOnly =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/// GET of a resource, in a namespace or (empty) in none or all. To be completed.
client::rest::Request get_request(client::rest::RestClient& client,
                                  const meta::GroupVersionResource& resource,
                                  std::string_view namespace_name);

/// Sends it, and parses the answer.
Task<Result<json::Document>> fetch(client::rest::Request request);

inline bool is_not_found(const Status& status) { return status.code == 404; }
inline bool is_conflict(const Status& status) {
  return status.code == 409 && status.reason != "AlreadyExists";
}

/// Nothing can be made any more in a namespace that ends: there is no sense in trying again.
bool is_namespace_ending(const Status& status);

}  // namespace pedalion::controllers
