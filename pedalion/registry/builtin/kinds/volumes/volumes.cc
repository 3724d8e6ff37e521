// Claims, volumes, storage classes and drivers.
#include "pedalion/registry/builtin/kinds/volumes/volumes.h"

#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/registry/builtin/kinds/warnings.h"

namespace pedalion::registry::builtin::kinds::volumes {

namespace {

void prepare_claim(Filler& object, const rest::RequestContext&) {
  object.in("status").set("phase", Value::string("Pending"));
}

void prepare_volume(Filler& object, const rest::RequestContext&) {
  Filler status = object.in("status");
  status.set("phase", Value::string("Pending"));
  status.set_text("lastPhaseTransitionTime", meta::format_time(meta::now_seconds()));
}

void validate_storage_class_update(const Value& object, const Value& old, meta::FieldErrors& errors) {
  if (differs(object, old, {"parameters"})) {
    errors.push_back(FieldError::forbidden(FieldPath("parameters"), "updates to parameters are forbidden."));
  }
  if (differs(object, old, {"provisioner"})) {
    errors.push_back(
        FieldError::forbidden(FieldPath("provisioner"), "updates to provisioner are forbidden."));
  }
  if (differs(object, old, {"reclaimPolicy"})) {
    errors.push_back(
        FieldError::forbidden(FieldPath("reclaimPolicy"), "updates to reclaimPolicy are forbidden."));
  }
  require_same(object, old, {"volumeBindingMode"}, errors);
}

void warn_of_claim(const Value& claim, Warnings& warnings) {
  constexpr std::string_view kOld = "volume.beta.kubernetes.io/storage-class";
  if (claim.at({"metadata", "annotations", kOld}) != nullptr) {
    warnings.push_back("metadata.annotations[" + std::string(kOld) +
                       "]: deprecated since v1.8; use \"storageClassName\" attribute instead");
  }
  warn_of_fraction(claim.at({"spec", "resources", "requests"}), "storage",
                   FieldPath("spec").child("resources").child("requests"), warnings);
}

void warn_of_volume(const Value& volume, Warnings& warnings) {
  if (volume.string_at({"spec", "persistentVolumeReclaimPolicy"}) != "Recycle") return;
  warnings.push_back(
      "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the "
      "recommended "
      "approach is to use dynamic provisioning.");
}

void warn_of_driver(const Value& driver, Warnings& warnings) {
  if (items_at(driver, {"spec", "tokenRequests"}).empty()) return;
  if (driver.at({"spec", "serviceAccountTokenInSecrets"}) != nullptr) return;
  warnings.push_back(
      "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent "
      "possible logging of tokens in volume attributes");
}

constexpr KindRules kRules[] = {
    {.group = "",
     .resource = "persistentvolumeclaims",
     .prepare_create = prepare_claim,
     .warn = warn_of_claim},
    {.group = "", .resource = "persistentvolumes", .prepare_create = prepare_volume, .warn = warn_of_volume},
    {.group = "storage.k8s.io",
     .resource = "storageclasses",
     .validate_update = validate_storage_class_update},
    {.group = "storage.k8s.io", .resource = "csidrivers", .warn = warn_of_driver},
};

}  // namespace

std::span<const KindRules> rules() { return kRules; }

}  // namespace pedalion::registry::builtin::kinds::volumes
