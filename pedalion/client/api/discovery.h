#pragma once
// What a server serves: groups, versions, resources, and which resource stands for which kind.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/client/rest/rest_client.h"

namespace pedalion::client::api {

/// A resource or a subresource (`pods/status`), as discovery lists it.
struct ApiResource {
  meta::GroupVersionResource resource;
  meta::GroupVersionKind kind;  // of its objects; may be of another group than the resource (scale)
  bool namespaced = false;
  bool preferred = false;  // no other version of its group comes before this one and has it, too
  std::string singular;
  std::vector<std::string> short_names, categories, verbs;
  bool has_verb(std::string_view verb) const;
  bool is_subresource() const { return resource.resource.contains('/'); }
};

struct ApiGroup {
  std::string name;
  std::vector<std::string> versions;  // preferred ones first
};

/// All of it at one moment. A value.
struct Discovery {
  std::vector<ApiGroup> groups;
  std::vector<ApiResource> resources;
  /// Group-versions that could not be asked for: what is listed is not all.
  std::vector<std::pair<meta::GroupVersion, Status>> failed;

  /// Those that are preferred and that all of `wanted_verbs` can be done to; no subresources.
  std::vector<const ApiResource*> preferred(const std::vector<std::string_view>& wanted_verbs) const;
  /// The resource of that version that stands for a kind; null: there is none.
  const ApiResource* find(const meta::GroupVersionKind& kind) const;
  /// Whether that version could not be asked for.
  bool is_unknown(const meta::GroupVersion& version) const;
};

/// Asks for the aggregated form (two requests), and group by group where a server has none.
Task<Result<Discovery>> discover(rest::RestClient& client);

/// From kinds to resources and back, and from what people write (`deploy`, `deployments.apps`) to resources.
/// Borrows nothing: holds what it was made of.
class RestMapper {
 public:
  explicit RestMapper(Discovery discovery) : discovery_(std::move(discovery)) {}

  /// Fails with 404 `no matches for kind "X" in version "g/v"`. The version may be empty: the preferred one.
  Result<const ApiResource*> for_kind(const meta::GroupVersionKind& kind) const;
  /// Of a name: plural, singular or short, with or without `.group` or `.version.group`.
  Result<const ApiResource*> for_resource(std::string_view name) const;
  Result<const ApiResource*> for_resource(const meta::GroupVersionResource& resource) const;
  const Discovery& discovery() const { return discovery_; }

 private:
  Discovery discovery_;
};

}  // namespace pedalion::client::api
