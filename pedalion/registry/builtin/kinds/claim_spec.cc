#include "pedalion/registry/builtin/kinds/claim_spec.h"

#include <algorithm>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"
#include "pedalion/registry/builtin/kinds/selectors.h"

namespace pedalion::registry::builtin::kinds {

namespace {

void check_modes(const Field& modes) {
  static constexpr std::string_view kModes[] = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce",
                                                "ReadWriteOncePod"};
  bool alone = false, shared = false;
  modes.each([&](const Field& mode) {
    if (std::ranges::find(kModes, mode.text()) == std::end(kModes)) {
      mode.reported_at(modes.path()).not_supported(kModes);
    }
    (mode.text() == "ReadWriteOncePod" ? alone : shared) = true;
  });
  if (alone && shared) modes.forbidden("may not use ReadWriteOncePod with other access modes");
}

void check_storage(const Field& resources) {
  Field storage = resources.at({"requests", "storage"}).reported_at(resources.path().key("storage"));
  if (!storage) return storage.required();
  std::size_t before = storage.errors_so_far();
  check_positive_quantity(storage);
  if (storage.errors_so_far() == before) check_resource_amount("storage", storage);
}

void check_source(const Field& source) {
  require_text(source["name"]);
  Field kind = source["kind"], group = source["apiGroup"];
  require_text(kind);
  if (!group.text().empty()) return check_name(group, meta::dns_subdomain_problems);
  if (kind.text() == "PersistentVolumeClaim") return;
  source.invalid(kind.text(), "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
}

bool refers_to_same(const Field& source, const Field& reference) {
  return source["apiGroup"].text() == reference["apiGroup"].text() &&
         source["kind"].text() == reference["kind"].text() &&
         source["name"].text() == reference["name"].text();
}

void check_sources(const Field& spec) {
  Field source = spec["dataSource"], reference = spec["dataSourceRef"], space = reference["namespace"];
  if (source) check_source(source);
  if (reference) check_source(reference);
  bool elsewhere = !space.text().empty();
  if (elsewhere) check_name(space, meta::dns_label_problems);
  if (!source || !reference) return;
  // Shown is the path to the source, which has nothing to show.
  json::Arena arena;
  Value path = Value::object(arena);
  if (elsewhere) {
    spec.invalid(path, "may not be specified when dataSourceRef.namespace is specified");
  } else if (!refers_to_same(source, reference)) {
    spec.invalid(path, "must match dataSourceRef");
  }
}

void check_class(const Field& name) {
  if (!name.text().empty()) check_name(name, meta::dns_subdomain_problems);
}

}  // namespace

void check_claim_spec(const Field& spec) {
  static constexpr std::string_view kVolumeModes[] = {"Block", "Filesystem"};
  Field modes = spec["accessModes"], volume_mode = spec["volumeMode"];
  if (modes.empty()) modes.required("at least 1 access mode is required");
  check_label_selector(spec["selector"]);
  check_modes(modes);
  check_storage(spec["resources"]);
  check_class(spec["storageClassName"]);
  if (volume_mode && std::ranges::find(kVolumeModes, volume_mode.text()) == std::end(kVolumeModes)) {
    volume_mode.not_supported(kVolumeModes);
  }
  check_sources(spec);
  check_class(spec["volumeAttributesClassName"]);
}

}  // namespace pedalion::registry::builtin::kinds
