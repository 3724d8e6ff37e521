#pragma once
// The declaration of a resource or subresource: the row from which routes, discovery and OpenAPI are made.
#include <string>
#include <vector>

#include "pedalion/apimachinery/managedfields/field_manager.h"
#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/registry/rest/storage.h"
#include "pedalion/registry/rest/table.h"

namespace pedalion::registry::rest {

/// Pointers are borrowed from the registry that declares the resource and live as long as the server. A null
/// capability is a verb that the resource does not have.
struct Resource {
  meta::GroupVersionResource gvr;      // where it is served
  std::string subresource;             // "status", "scale", …; empty for the resource itself
  meta::GroupVersionKind kind;         // what it answers with (Scale is autoscaling/v1 under apps/v1)
  const schema::Type* type = nullptr;  // of `kind`
  std::optional<meta::GroupVersion> also_accepts;  // a version of `kind`, of the same fields, for bodies
  bool namespaced = false;
  std::string singular_name;
  std::vector<std::string> short_names, categories;
  std::string storage_version_hash;            // of discovery; empty: none is listed
  std::vector<std::string> selectable_fields;  // field labels besides metadata.name and metadata.namespace
  std::string deprecation_warning;             // "v1 ComponentStatus is deprecated in v1.19+"; empty: none

  /// The fields that nobody comes to own by applying here; null: none.
  const managedfields::FieldSet* reset_fields = nullptr;
  managedfields::Convert convert;  // what is applied here, in the API's other versions

  Getter* getter = nullptr;
  Lister* lister = nullptr;
  Watcher* watcher = nullptr;
  Creater* creater = nullptr;
  Updater* updater = nullptr;  // PUT and PATCH …
  bool patchable = true;       // … PATCH too
  Deleter* deleter = nullptr;
  CollectionDeleter* collection_deleter = nullptr;
  Connecter* connecter = nullptr;
  std::vector<std::string> connect_methods;  // those discovery lists as verbs
  const TableConvertor* table = nullptr;     // null: the default columns Name and Created At
};

/// A group-version with its resources, in discovery order.
struct ApiGroupVersion {
  meta::GroupVersion group_version;
  std::vector<Resource> resources;  // sorted by name, subresources after their resource
};

struct ApiGroupInfo {
  std::string group;
  std::vector<ApiGroupVersion> versions;  // preferred first
};

}  // namespace pedalion::registry::rest
