#pragma once
// The paths and operations of a group-version, made from what its resources declare; both OpenAPI versions
// write them.
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/endpoints/openapi/parameters.h"
#include "pedalion/registry/rest/resource.h"

namespace pedalion::openapi {

/// Which media types an answer has.
enum class Media : std::uint8_t { kObject, kList /* watchable too */, kLog, kAny, kJson, kJwks };

enum class BodyKind : std::uint8_t { kNone, kObject, kDeleteOptions, kPatch };

struct Operation {
  std::string_view method;  // "get", …
  std::string id, tag;
  std::string_view action;  // x-kubernetes-action; empty: neither action nor kind is told
  meta::GroupVersionKind kind;
  BodyKind body = BodyKind::kNone;
  std::string_view body_schema;  // OpenAPI name of kObject's
  Media media = Media::kObject;
  std::string_view answer_schema;  // OpenAPI name; empty: a string
  std::vector<int> codes;          // besides 401
  Parameters parameters;
};

struct Path {
  std::string path;
  std::vector<Operation> operations;
  Parameters common;  // of all its operations
};

/// Which schemas of its own an operation needs from the outside.
struct Schemas {
  /// The OpenAPI name of a kind's list.
  virtual std::string_view list_of(const registry::rest::Resource& resource) = 0;
  virtual ~Schemas() = default;
};

/// All paths of a group-version, in order, the discovery path first.
std::vector<Path> group_version_paths(const registry::rest::ApiGroupVersion& version, Schemas& schemas);

/// A document with nothing but one path: api, apis, apis/<group>, version, the token issuer's.
Path api_root_path();
Path group_list_path();
Path group_path(std::string_view group);
Path version_path();
Path issuer_path();
Path keys_path();

/// "rbac.authorization.k8s.io" as "rbacAuthorization"; the core group as "core".
std::string tag_of_group(std::string_view group);

}  // namespace pedalion::openapi
