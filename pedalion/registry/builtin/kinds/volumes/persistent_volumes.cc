// Persistent volumes: what they are made of does not change.
#include <algorithm>
#include <array>
#include <string>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/struct_diff.h"
#include "pedalion/registry/builtin/kinds/volumes/rows.h"
#include "pedalion/registry/builtin/kinds/volumes/volume_spec.h"
#include "pedalion/registry/builtin/kinds/warnings.h"

namespace pedalion::registry::builtin::kinds::volumes {

namespace {

constexpr std::string_view kMountOptions = "volume.beta.kubernetes.io/mount-options";
constexpr std::string_view kStorageClass = "volume.beta.kubernetes.io/storage-class";

void prepare(Filler& object, const rest::RequestContext&) {
  Filler status = object.in("status");
  status.set("phase", Value::string("Pending"));
  status.set_text("lastPhaseTransitionTime", meta::format_time(meta::now_seconds()));
}

/// A new phase has begun now, unless the client says when.
void prepare_status(Filler& object, const Value& old) {
  static constexpr std::string_view kSince = "lastPhaseTransitionTime";
  const Value& now = object.object();
  if (now.string_at({"status", "phase"}) == old.string_at({"status", "phase"})) return;
  std::string_view since = now.string_at({"status", kSince});
  if (!since.empty() && since != old.string_at({"status", kSince})) return;
  object.in("status").set_text(kSince, meta::format_time(meta::now_seconds()));
}

/// The annotation is for sources that are mounted with options.
void check_mount_options(const Field& volume) {
  static constexpr std::string_view kMounted[] = {"gcePersistentDisk",
                                                  "awsElasticBlockStore",
                                                  "glusterfs",
                                                  "nfs",
                                                  "rbd",
                                                  "quobyte",
                                                  "iscsi",
                                                  "cinder",
                                                  "cephfs",
                                                  "azureFile",
                                                  "vsphereVolume",
                                                  "azureDisk",
                                                  "photonPersistentDisk"};
  Field option = volume["metadata"]["annotations"][kMountOptions];
  if (!option) return;
  Field spec = volume["spec"];
  if (std::ranges::any_of(kMounted, [&](std::string_view source) { return bool(spec[source]); })) return;
  option.forbidden("may not specify mount options for this volume type");
}

void check(const Field& volume, LabelValues labels) {
  check_volume_spec(volume["spec"], volume["metadata"]["name"].text(), SpecPlace::kVolume, labels);
}

void validate(const Value& object, FieldErrors& errors) {
  Field volume(object, errors);
  check(volume, LabelValues::kJudged);
  check_mount_options(volume);
}

/// What stands in the embedded PersistentVolumeSource.
Value source_of(const Value& volume, json::Arena& arena) {
  static constexpr std::string_view kOthers[] = {
      "capacity",     "accessModes", "claimRef",     "persistentVolumeReclaimPolicy", "storageClassName",
      "mountOptions", "volumeMode",  "nodeAffinity", "volumeAttributesClassName"};
  Value source = Value::object(arena);
  const Value* spec = volume.find("spec");
  if (spec == nullptr) return source;
  for (const json::Member& member : spec->members()) {
    if (std::ranges::find(kOthers, member.name) != std::end(kOthers)) continue;
    source.append_member(member.name, json::deep_copy(member.value, arena), arena);
  }
  return source;
}

/// The secret with which a volume is expanded may be named later.
void check_same_source(const Field& volume, const Value& old) {
  json::Arena arena;
  Value now = source_of(*volume.value(), arena), before = source_of(old, arena);
  constexpr std::string_view kSecret = "controllerExpandSecretRef";
  const Value* csi_before = before.find("csi");
  if (csi_before != nullptr && csi_before->find(kSecret) == nullptr) {
    if (Value* csi = now.find("csi")) csi->erase(kSecret);
  }
  if (json::equal(now, before)) return;
  volume["spec"]["persistentvolumesource"].forbidden(
      "spec.persistentvolumesource is immutable after creation\n" +
      struct_diff(before, now, {"core/v1", "PersistentVolumeSource"}));
}

/// "kubernetes.io/os" for "beta.kubernetes.io/os"; empty for what has no successor.
std::string_view general_label(std::string_view beta) {
  static constexpr std::array<std::string_view, 2> kLabels[] = {
      {"failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"},
      {"failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"},
      {"beta.kubernetes.io/os", "kubernetes.io/os"},
      {"beta.kubernetes.io/arch", "kubernetes.io/arch"},
      {"beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"},
  };
  auto found = std::ranges::find(kLabels, beta, [](const auto& pair) { return pair[0]; });
  return found == std::end(kLabels) ? std::string_view() : (*found)[1];
}

/// The two are equal, but for labels that became general.
bool same_affinity(const Value* now, const Value& old, json::Arena& arena) {
  if (now == nullptr) return false;
  Value before = json::deep_copy(old, arena);
  FieldErrors none;
  Field terms = Field(now, FieldPath(), none).at({"required", "nodeSelectorTerms"});
  Value* required = before.find("required");
  Value* terms_before = required == nullptr ? nullptr : required->find("nodeSelectorTerms");
  for (std::size_t i = 0; terms_before != nullptr && i < terms_before->size(); ++i) {
    Value* expressions = terms_before->items()[i].find("matchExpressions");
    for (std::size_t j = 0; expressions != nullptr && j < expressions->size(); ++j) {
      if (i >= terms.size() || j >= terms.item(i)["matchExpressions"].size()) continue;
      std::string_view key = terms.item(i)["matchExpressions"].item(j)["key"].text();
      Value& expression = expressions->items()[j];
      if (key.empty() || key != general_label(expression.string_at({"key"}))) continue;
      expression.set("key", Value::string(key, arena), arena);
    }
  }
  return json::equal(*now, before);
}

void check_same_affinity(const Field& affinity, const Field& old) {
  json::Arena arena;
  if (!old || same_affinity(affinity.value(), *old.value(), arena)) return;
  invalid_struct(affinity.reported_at(FieldPath("nodeAffinity")), {"core/v1", "VolumeNodeAffinity"},
                 "field is immutable, except for updating from beta label to GA");
}

void validate_update(const Value& object, const Value& old, FieldErrors& errors) {
  FieldErrors none;
  Field volume(object, errors), before(old, none);
  Field spec = volume["spec"], spec_before = before["spec"];
  LabelValues labels =
      has_invalid_label_value(spec_before.at({"nodeAffinity", "required", "nodeSelectorTerms"}))
          ? LabelValues::kLetPass
          : LabelValues::kJudged;
  // kube-apiserver judges the spec twice here, and says so twice.
  check(volume, labels);
  check_mount_options(volume);
  check(volume, labels);
  check_same_source(volume, old);
  check_immutable(spec["volumeMode"].reported_at(FieldPath("volumeMode")), spec_before["volumeMode"]);
  check_same_affinity(spec["nodeAffinity"], spec_before["nodeAffinity"]);
  Field attributes = spec["volumeAttributesClassName"];
  if (spec_before["volumeAttributesClassName"] && !attributes) {
    attributes.forbidden("update from non-nil value to nil is forbidden");
  }
}

struct Retired {
  std::string_view source, text;
};
constexpr Retired kRetired[] = {
    {"cephfs", "spec.cephfs: deprecated in v1.28, non-functional in v1.31+"},
    {"photonPersistentDisk", "spec.photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+"},
    {"scaleIO", "spec.scaleIO: deprecated in v1.16, non-functional in v1.22+"},
    {"storageos", "spec.storageOS: deprecated in v1.22, non-functional in v1.25+"},
    {"glusterfs", "spec.glusterfs: deprecated in v1.25, non-functional in v1.26+"},
    {"rbd", "spec.rbd: deprecated in v1.28, non-functional in v1.31+"},
};

void warn_of_labels(const Value& volume, Warnings& warnings) {
  FieldErrors none;
  Field(volume, none)
      .at({"spec", "nodeAffinity", "required", "nodeSelectorTerms"})
      .each([&](const Field& term) {
        term["matchExpressions"].each([&](const Field& expression) {
          Field key = expression["key"];
          std::string_view why = node_label_deprecation(key.text());
          if (why.empty()) return;
          warnings.push_back(key.path().text() + ": " + std::string(key.text()) + " is " + std::string(why));
        });
      });
}

void warn(const Value& volume, Warnings& warnings) {
  auto annotated = [&](std::string_view annotation, std::string_view what) {
    if (volume.at({"metadata", "annotations", annotation}) == nullptr) return;
    warnings.push_back("metadata.annotations[" + std::string(annotation) + "]: deprecated since " +
                       std::string(what));
  };
  annotated(kStorageClass, "v1.8; use \"storageClassName\" attribute instead");
  annotated(kMountOptions, "v1.31; use \"mountOptions\" attribute instead");
  if (volume.string_at({"spec", "persistentVolumeReclaimPolicy"}) == "Recycle") {
    warnings.push_back(
        "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the "
        "recommended approach is to use dynamic provisioning.");
  }
  warn_of_labels(volume, warnings);
  for (const Retired& retired : kRetired) {
    if (volume.at({"spec", retired.source}) != nullptr) warnings.emplace_back(retired.text);
  }
}

}  // namespace

constinit const KindRules kPersistentVolumes{.group = "",
                                             .resource = "persistentvolumes",
                                             .prepare_create = prepare,
                                             .prepare_status_update = prepare_status,
                                             .validate = validate,
                                             .validate_update = validate_update,
                                             .update_judged_alone = true,
                                             .warn = warn};

}  // namespace pedalion::registry::builtin::kinds::volumes
