#pragma once
// The documents of discovery as compact JSON, made from what the resources declare.
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/registry/rest/resource.h"

namespace pedalion::endpoints {

/// What authorization may be asked for: sorted, without duplicates.
std::vector<std::string_view> verbs_of(const registry::rest::Resource& resource);

/// APIVersions of the core group; `server_address` ("host:port") is where clients are sent.
std::string api_versions_json(const registry::rest::ApiGroupInfo& core, std::string_view server_address);
std::string api_group_list_json(const std::vector<registry::rest::ApiGroupInfo>& groups);
std::string api_group_json(const registry::rest::ApiGroupInfo& group);
std::string api_resource_list_json(const registry::rest::ApiGroupVersion& version);

/// What follows the opening brace of an APIGroupDiscoveryList and its type: `"metadata":{},"items":[…]}`.
/// Throws std::logic_error for a subresource whose resource is not declared before it.
enum class Groups : bool { kCore, kNamed };
std::string group_discovery_tail(const std::vector<registry::rest::ApiGroupInfo>& groups, Groups which);

}  // namespace pedalion::endpoints
