#include "pedalion/registry/builtin/kinds/volumes/volume_spec.h"

#include <algorithm>
#include <ranges>
#include <string>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"
#include "pedalion/registry/builtin/kinds/volume_sources.h"

namespace pedalion::registry::builtin::kinds::volumes {

namespace {

/// In the order in which a second one is found; where its errors stand, when that is elsewhere.
struct Source {
  std::string_view member, path, second = {};
};
constexpr Source kSources[] = {
    {"hostPath", "hostPath"},
    {"gcePersistentDisk", "persistentDisk", "gcePersistentDisk"},
    {"awsElasticBlockStore", "awsElasticBlockStore"},
    {"glusterfs", "glusterfs"},
    {"flocker", "flocker"},
    {"nfs", "nfs"},
    {"rbd", "rbd"},
    {"quobyte", "quobyte"},
    {"cephfs", "cephfs", "cephFS"},
    {"iscsi", "iscsi"},
    {"cinder", "cinder"},
    {"fc", "fc"},
    {"flexVolume", "flexVolume"},
    {"azureFile", "azureFile"},
    {"vsphereVolume", "vsphereVolume"},
    {"photonPersistentDisk", "photonPersistentDisk"},
    {"portworxVolume", "portworxVolume"},
    {"azureDisk", "azureDisk"},
    {"scaleIO", "scaleIO"},
    {"local", "local"},
    {"storageos", "storageos"},
    {"csi", "csi"},
};

void forbid_inline(const Field& field) {
  if (field) field.forbidden("may not be specified in the context of inline volumes");
}

void check_capacity(const Field& capacity) {
  static constexpr std::string_view kStorage[] = {"storage"};
  if (capacity.empty()) capacity.required();
  if (capacity.size() != 1 || !capacity["storage"]) {
    capacity.errors().push_back(FieldError::not_supported(capacity.path(), "", kStorage));
    capacity.errors().back().value =
        capacity ? json::to_string(*capacity.value(), json::SortKeys::kYes) : "null";
  }
  capacity.each_entry([](std::string_view, const Field& amount) {
    std::int64_t value = quantity_of(amount).value();
    if (value < 0) amount.invalid(Value::integer(value), "must be a valid resource quantity");
    check_positive_quantity(amount);
  });
}

void check_reclaim_policy(const Field& policy, SpecPlace place) {
  static constexpr std::string_view kPolicies[] = {"Delete", "Recycle", "Retain"};
  if (policy.text().empty()) return;
  if (place == SpecPlace::kVolume) return check_one_of(policy, kPolicies);
  if (policy.text() != "Retain") policy.forbidden("may only be Retain in the context of inline volumes");
}

void check_node_affinity(const Field& affinity, SpecPlace place, LabelValues labels) {
  if (place == SpecPlace::kInline) return forbid_inline(affinity);
  if (!affinity) return;
  Field required = affinity["required"];
  if (!required) return required.required("must specify required node constraints");
  check_node_selector(required, labels);
}

void check_local(const Field& source, const Field& affinity) {
  if (require_text(source["path"])) check_no_backsteps(source["path"]);
  if (!affinity) affinity.required("Local volume requires node affinity");
}

void check_source(const Field& spec, const Source& source, std::string_view volume_name) {
  Field place = spec[source.member].reported_at(spec.path().child(source.path));
  if (source.member == "local") return check_local(place, spec["nodeAffinity"]);
  check_volume_source(source.member, place, VolumeOwner::kPersistentVolume, volume_name);
}

/// Judges the first; a flexVolume does not count whether there is one before it.
void check_sources(const Field& spec, std::string_view volume_name) {
  int sources = 0;
  for (const Source& source : kSources) {
    Field place = spec[source.member];
    if (!place) continue;
    if (sources++ == 0 || source.member == "flexVolume") {
      check_source(spec, source, volume_name);
      continue;
    }
    place.reported_at(spec.path().child(source.second.empty() ? source.member : source.second))
        .forbidden("may not specify more than 1 volume type");
  }
  if (sources == 0) spec.required("must specify a volume type");
}

/// Go's path.Clean of it is "/".
bool is_root(std::string_view path) {
  if (!path.starts_with('/')) return false;
  std::size_t depth = 0;
  for (auto part : std::views::split(path, '/')) {
    std::string_view name(part.begin(), part.end());
    if (name.empty() || name == ".") continue;
    if (name != "..") {
      ++depth;
    } else if (depth > 0) {
      --depth;
    }
  }
  return depth == 0;
}

void check_class_name(const Field& name, SpecPlace place) {
  if (name.text().empty()) return;
  if (place == SpecPlace::kInline) return forbid_inline(name);
  check_name(name, meta::dns_subdomain_problems);
}

void check_attributes_class(const Field& spec) {
  Field name = spec["volumeAttributesClassName"];
  if (!name) return;
  if (require_text(name, "an empty string is disallowed")) check_name(name, meta::dns_subdomain_problems);
  if (!spec["csi"]) spec["csi"].required("has to be specified when using volumeAttributesClassName");
}

}  // namespace

void check_volume_spec(const Field& spec, std::string_view volume_name, SpecPlace place, LabelValues labels) {
  bool is_inline = place == SpecPlace::kInline;
  if (is_inline) {
    forbid_inline(spec["claimRef"]);
    forbid_inline(spec["capacity"]);
    if (!spec["csi"]) spec["csi"].required("has to be specified in the context of inline volumes");
  }
  if (spec["accessModes"].empty()) spec["accessModes"].required();
  check_access_modes(spec["accessModes"]);
  if (!is_inline) check_capacity(spec["capacity"]);
  check_reclaim_policy(spec["persistentVolumeReclaimPolicy"], place);
  check_node_affinity(spec["nodeAffinity"], place, labels);
  check_sources(spec, volume_name);
  Field policy = spec["persistentVolumeReclaimPolicy"];
  if (policy.text() == "Recycle" && spec["hostPath"] && is_root(spec["hostPath"]["path"].text())) {
    policy.forbidden("may not be 'recycle' for a hostPath mount of '/'");
  }
  check_class_name(spec["storageClassName"], place);
  Field mode = spec["volumeMode"];
  if (is_inline && mode && mode.text() != "Filesystem") {
    mode.forbidden("may not specify volumeMode other than Filesystem in the context of inline volumes");
  } else if (!is_inline) {
    check_volume_mode(mode);
  }
  check_attributes_class(spec);
}

void check_access_modes(const Field& modes) {
  static constexpr std::string_view kModes[] = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce",
                                                "ReadWriteOncePod"};
  bool alone = false, shared = false;
  modes.each([&](const Field& mode) {
    bool known = std::ranges::find(kModes, mode.text()) != std::end(kModes);
    if (!known) mode.reported_at(modes.path()).not_supported(kModes);
    bool single = mode.text() == "ReadWriteOncePod";
    alone = alone || single;
    shared = shared || (known && !single);
  });
  if (alone && shared) modes.forbidden("may not use ReadWriteOncePod with other access modes");
}

void check_volume_mode(const Field& mode) {
  static constexpr std::string_view kModes[] = {"Block", "Filesystem"};
  if (mode && std::ranges::find(kModes, mode.text()) == std::end(kModes)) mode.not_supported(kModes);
}

}  // namespace pedalion::registry::builtin::kinds::volumes
