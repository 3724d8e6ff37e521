#pragma once
// Names of kinds and resources: GroupVersion, GroupVersionKind, GroupVersionResource, GroupResource.
#include <compare>
#include <string>
#include <string_view>

#include "pedalion/base/status.h"

namespace pedalion::meta {

struct GroupVersion {
  std::string group, version;  // group is empty for the core group
  auto operator<=>(const GroupVersion&) const = default;
  /// "v1", "apps/v1": what apiVersion holds.
  std::string api_version() const { return group.empty() ? version : group + "/" + version; }
  /// Parses an apiVersion. Fails with 400 `unexpected GroupVersion string: a/b/c`.
  static Result<GroupVersion> parse(std::string_view api_version);
};

struct GroupVersionKind {
  std::string group, version, kind;
  auto operator<=>(const GroupVersionKind&) const = default;
  GroupVersion group_version() const { return {group, version}; }
};

struct GroupVersionResource {
  std::string group, version, resource;
  auto operator<=>(const GroupVersionResource&) const = default;
  GroupVersion group_version() const { return {group, version}; }
};

struct GroupResource {
  std::string group, resource;
  auto operator<=>(const GroupResource&) const = default;
  /// "pods", "deployments.apps": how error messages name it.
  std::string text() const { return group.empty() ? resource : resource + "." + group; }
};

}  // namespace pedalion::meta
