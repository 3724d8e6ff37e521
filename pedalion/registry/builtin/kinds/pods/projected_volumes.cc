// Files that are made from what the API holds: items of secrets and config maps, fields of the pod, tokens,
// certificates.
#include <algorithm>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

constexpr std::int64_t kShortestToken = 600, kLongestToken = std::int64_t{1} << 32;

/// `file` lies in a list, but its errors stand at what holds the list.
void check_downward_file(const Field& file) {
  static constexpr std::string_view kFields[] = {"metadata.annotations", "metadata.labels", "metadata.name",
                                                 "metadata.namespace", "metadata.uid"};
  require_text(file["path"]);
  check_volume_path(file["path"]);
  Field field = file["fieldRef"], resource = file["resourceFieldRef"];
  if (field) {
    check_field_ref(field, kFields);
    if (resource)
      file.invalid("resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
  } else if (resource) {
    check_resource_field_ref(resource, true);
  } else {
    file.required("one of fieldRef and resourceFieldRef is required");
  }
  check_file_mode(file["mode"]);
}

/// The files of one volume: each path is taken once.
class Paths {
 public:
  explicit Paths(const Field& projected) : projected_(projected) {}
  /// `shown` is what the error names.
  void take(std::string_view path, std::string_view shown) {
    if (!path.empty() && !taken_.insert(path).second)
      projected_.invalid(shown, "conflicting duplicate paths");
  }

 private:
  const Field& projected_;
  Names taken_;
};

void check_token(const Field& token, const Field& projected) {
  Field seconds = token["expirationSeconds"];
  if (seconds.number() < kShortestToken)
    seconds.invalid(Value::integer(seconds.number()), "may not specify a duration less than 10 minutes");
  if (seconds.number() > kLongestToken)
    seconds.invalid("may not specify a duration larger than 2^32 seconds");
  Field path = token["path"].reported_at(projected.path().child("path"));
  if (require_text(path)) check_volume_path(path);
}

/// Features that are off have been dropped before; only old objects can have what is not judged here.
void check_source(const Field& source, const Field& projected, Paths& paths) {
  int sources = 0;
  for (std::string_view kind : {"secret", "configMap"}) {
    Field ref = source[kind];
    if (!ref) continue;
    ++sources;
    require_text(ref["name"]);
    ref["items"].each([&](const Field& item) {
      check_item(item);
      paths.take(item["path"].text(), ref["name"].text());
    });
  }
  if (Field downward = source["downwardAPI"]; downward) {
    ++sources;
    downward["items"].each([&](const Field& item) {
      check_downward_file(item.reported_at(downward.path()));
      paths.take(item["path"].text(), item["path"].text());
    });
  }
  if (Field token = source["serviceAccountToken"]; token) {
    ++sources;
    check_token(token, projected);
  }
  if (sources > 1) source.forbidden("may not specify more than 1 volume type per source");
}

}  // namespace

void check_item(const Field& item) {
  require_text(item["key"]);
  require_text(item["path"]);
  check_volume_path(item["path"]);
  check_file_mode(item["mode"]);
}

void check_downward_volume(const Field& source) {
  check_file_mode(source["defaultMode"]);
  source["items"].each([&](const Field& file) { check_downward_file(file.reported_at(source.path())); });
}

void check_projected_volume(const Field& source) {
  check_file_mode(source["defaultMode"]);
  Paths paths(source);
  source["sources"].each([&](const Field& one) { check_source(one, source, paths); });
}

}  // namespace pedalion::registry::builtin::kinds::pods
