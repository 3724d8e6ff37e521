#pragma once
// OpenAPI documents made from the schema engine and what the resources declare: nothing of them is stored.
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/scheme/scheme.h"
#include "pedalion/base/status.h"
#include "pedalion/registry/rest/resource.h"

namespace pedalion::openapi {

/// Thread-safe. Making a document costs about a millisecond per 300 kB; callers keep what they need of it.
class Generator {
 public:
  /// Both must outlive the generator, and the groups must not change.
  Generator(const scheme::Scheme& scheme, std::span<const registry::rest::ApiGroupInfo> groups);

  /// What /openapi/v3 lists: "api", "api/v1", "apis", "apis/apps", "apis/apps/v1", "version", …; sorted.
  std::vector<std::string> v3_paths() const;
  /// The document /openapi/v3/<path> answers with, as compact JSON. Fails with 404 when there is none.
  Result<std::string> v3(std::string_view path) const;
  /// The one document of /openapi/v2.
  std::string v2() const;

 private:
  const registry::rest::ApiGroupVersion* find(std::string_view path) const;
  bool has_group(std::string_view name) const;

  const scheme::Scheme& scheme_;
  std::span<const registry::rest::ApiGroupInfo> groups_;
};

}  // namespace pedalion::openapi
