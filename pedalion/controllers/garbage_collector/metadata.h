#pragma once
// As much of an object's metadata as the collector needs.
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"

namespace pedalion::controllers::garbage_collector {

inline constexpr std::string_view kForegroundFinalizer = "foregroundDeletion";
inline constexpr std::string_view kOrphanFinalizer = "orphan";

struct OwnerReference {
  std::string api_version, kind, name, uid;
  bool controller = false, blocks_deletion = false;
  bool operator==(const OwnerReference&) const = default;
  bool same_object_as(const OwnerReference& other) const {
    return api_version == other.api_version && kind == other.kind && name == other.name && uid == other.uid;
  }
};

struct Metadata {
  std::string api_version, kind, namespace_name, name, uid, resource_version;
  bool deleted = false;
  std::vector<std::string> finalizers;
  std::vector<OwnerReference> owners;

  bool has_finalizer(std::string_view name) const;
  bool waits_for_dependents() const { return deleted && has_finalizer(kForegroundFinalizer); }
  bool orphans_dependents() const { return deleted && has_finalizer(kOrphanFinalizer); }
};

/// Of an object, or of its PartialObjectMetadata; those have the apiVersion and kind of the latter then.
Metadata read_metadata(const json::Value& object);
OwnerReference read_owner(const json::Value& reference);

}  // namespace pedalion::controllers::garbage_collector
