#pragma once
// Which kinds exist: group, version and kind to schema type. The built-in groups come from api/, embedded in
// the binary and read lazily, one group-version at a time.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/apimachinery/schema/package.h"
#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/base/status.h"

namespace pedalion::scheme {

/// Thread-safe, without a lock once a group-version has been read (at its first use, with those it refers to:
/// about 0.1 ms, core/v1 0.5 ms). Types live as long as it does.
class Scheme {
 public:
  Scheme();
  /// With more group-versions, each a text in the form of the api/ files.
  explicit Scheme(std::vector<std::string> more);
  ~Scheme();

  /// The type of a built-in kind (also List kinds); null when there is none. The option kinds (DeleteOptions,
  /// …) and WatchEvent are part of every group-version, whatever its name; Status and its like of v1 and
  /// meta.k8s.io/v1.
  const schema::Type* type(std::string_view group, std::string_view version, std::string_view kind) const;
  const schema::Type* type(const meta::GroupVersionKind& gvk) const {
    return type(gvk.group, gvk.version, gvk.kind);
  }
  /// Whether kube-apiserver's scheme knows the kind: those with a type, and those of versions that are no
  /// longer served, which have none here.
  bool registered(std::string_view group, std::string_view version, std::string_view kind) const;
  /// Any named type of a package: named("meta/v1", "ObjectMeta"), named("core/v1", "PodSpec").
  const schema::Type* named(std::string_view package, std::string_view name) const;
  /// The package of a group-version; null when api/ has none.
  const schema::Package* package(std::string_view group, std::string_view version) const;
  /// The group-version whose types a package such as "core/v1" holds.
  std::optional<meta::GroupVersion> group_version(std::string_view package) const;
  /// Every group-version the api/ files hold, served or not, sorted.
  std::vector<meta::GroupVersion> group_versions() const;
  /// The kinds that a group-version declares itself.
  std::vector<std::string_view> kinds(const meta::GroupVersion& gv) const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace pedalion::scheme
