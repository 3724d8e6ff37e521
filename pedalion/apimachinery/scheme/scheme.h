#pragma once
// Which kinds exist: group, version and kind to schema type. The built-in groups come from api/, embedded in the
// binary and read lazily, one group-version at a time.
#include <memory>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/base/status.h"

namespace pedalion::scheme {

/// Thread-safe; types live as long as it does.
class Scheme {
 public:
  Scheme();
  ~Scheme();

  /// The type of a built-in kind (also List kinds, options such as DeleteOptions, and Status); null when there is none.
  const schema::Type* type(std::string_view group, std::string_view version, std::string_view kind) const;
  const schema::Type* type(const meta::GroupVersionKind& gvk) const { return type(gvk.group, gvk.version, gvk.kind); }
  /// Any named type of a package: named("meta/v1", "ObjectMeta"), named("core/v1", "PodSpec").
  const schema::Type* named(std::string_view package, std::string_view name) const;
  /// Every group-version the api/ files hold, served or not.
  std::vector<meta::GroupVersion> group_versions() const;
  std::vector<std::string_view> kinds(const meta::GroupVersion& gv) const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace pedalion::scheme
