#include "pedalion/registry/builtin/kinds/volumes/claims.h"

#include <algorithm>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"
#include "pedalion/registry/builtin/kinds/struct_diff.h"
#include "pedalion/registry/builtin/kinds/volumes/rows.h"
#include "pedalion/registry/builtin/kinds/volumes/volume_spec.h"
#include "pedalion/registry/builtin/kinds/warnings.h"

namespace pedalion::registry::builtin::kinds::volumes {

namespace {

constexpr std::string_view kClassAnnotation = "volume.beta.kubernetes.io/storage-class";
constexpr std::string_view kSource = "dataSource", kSourceRef = "dataSourceRef";

bool is_claim_or_snapshot(const Value& source) {
  std::string_view group = source.string_at({"apiGroup"}), kind = source.string_at({"kind"});
  return (kind == "PersistentVolumeClaim" && group.empty()) ||
         (kind == "VolumeSnapshot" && group == "snapshot.storage.k8s.io");
}

/// The same reference in the other member.
void copy_source(Filler& spec, std::string_view from, std::string_view to) {
  Value copy = json::deep_copy(*spec.find(from), spec.arena());
  copy.erase("namespace");
  spec.set(to, copy);
}

/// Both members hold the reference, whichever was written. What the older one never could hold is dropped,
/// unless the claim had one before.
void prepare_sources(Filler& object, const Value* old) {
  if (!object.has("spec")) return;
  Filler spec = object.in("spec");
  const Value* old_ref = old == nullptr ? nullptr : old->at({"spec", kSourceRef});
  bool had_one = old_ref != nullptr || (old != nullptr && old->at({"spec", kSource}) != nullptr);
  const Value* ref = spec.find(kSourceRef);
  if (ref != nullptr && old_ref == nullptr && !ref->string_at({"namespace"}).empty()) {
    spec.object().erase(kSourceRef);  // other namespaces' sources are an alpha feature
    ref = nullptr;
  }
  const Value* source = spec.find(kSource);
  if (source != nullptr && ref == nullptr && !had_one && !is_claim_or_snapshot(*source)) {
    spec.object().erase(kSource);
    source = nullptr;
  }
  if (source != nullptr && ref == nullptr) copy_source(spec, kSource, kSourceRef);
  if (ref != nullptr && source == nullptr && ref->string_at({"namespace"}).empty()) {
    copy_source(spec, kSourceRef, kSource);
  }
}

void prepare(Filler& object, const rest::RequestContext&) {
  object.in("status").set("phase", Value::string("Pending"));
  prepare_sources(object, nullptr);
}

void prepare_update(Filler& object, const Value& old) { prepare_sources(object, &old); }

void check_source(const Field& source, const ClaimLeniency& leniency) {
  if (!source) return;
  require_text(source["name"]);
  require_text(source["kind"]);
  Field group = source["apiGroup"];
  if (group.text().empty() && source["kind"].text() != "PersistentVolumeClaim") {
    source.invalid(source["kind"].text(),
                   "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
  }
  if (!group.text().empty() && !leniency.any_api_group) check_name(group, meta::dns_subdomain_problems);
  Field ns = source["namespace"];
  if (!ns.text().empty()) check_name(ns, meta::dns_label_problems);
}

void check_sources(const Field& spec, const ClaimLeniency& leniency) {
  Field source = spec[kSource], ref = spec[kSourceRef];
  check_source(source, leniency);
  check_source(ref, leniency);
  if (!source || !ref) return;
  json::Arena arena;
  Value shown = Value::object(arena);  // kube-apiserver shows a path here, which has nothing to show
  if (!ref["namespace"].text().empty()) {
    spec.invalid(shown, "may not be specified when dataSourceRef.namespace is specified");
  } else if (!same(source["apiGroup"], ref["apiGroup"]) || source["kind"].text() != ref["kind"].text() ||
             source["name"].text() != ref["name"].text()) {
    spec.invalid(shown, "must match dataSourceRef");
  }
}

void check_size(const Field& spec) {
  Field size =
      spec.at({"resources", "requests", "storage"}).reported_at(spec["resources"].path().key("storage"));
  if (!size) return size.required();
  std::size_t before = size.errors_so_far();
  check_positive_quantity(size);
  if (size.errors_so_far() == before) check_resource_amount("storage", size);
}

void check_class_name(const Field& name) {
  if (!name.text().empty()) check_name(name, meta::dns_subdomain_problems);
}

void validate(const Value& object, FieldErrors& errors) { check_claim_spec(Field(object, errors)["spec"]); }

ClaimLeniency leniency_of(const Value& old) {
  bool grouped =
      old.at({"spec", kSource, "apiGroup"}) != nullptr || old.at({"spec", kSourceRef, "apiGroup"}) != nullptr;
  bool valid = is_valid_label_selector(old.at({"spec", "selector"}));
  return {valid ? LabelValues::kJudged : LabelValues::kLetPass, grouped};
}

/// A class may be named once where none was, in the annotation's words if there are such.
bool names_class_first(const Field& claim, const Field& old) {
  Field now = claim.at({"spec", "storageClassName"}),
        annotation = old["metadata"]["annotations"][kClassAnnotation];
  if (!now || old.at({"spec", "storageClassName"})) return false;
  return !annotation || now.text() == annotation.text();
}

void check_class_annotation(const Field& claim, const Field& old) {
  Field now = claim["metadata"]["annotations"][kClassAnnotation];
  Field before = old["metadata"]["annotations"][kClassAnnotation];
  if (before && names_class_first(claim, old) && (!now || now.text() == before.text())) return;
  if (now.text() == before.text()) return;
  now.reported_at(claim.path().child("metadata").child("annotations").child(kClassAnnotation))
      .invalid(now.text(), "field is immutable");
}

void keep(Value& spec, const Value& old, std::string_view member, json::Arena& arena) {
  const Value* before = old.find(member);
  if (before == nullptr) {
    spec.erase(member);
  } else {
    spec.set(member, *before, arena);
  }
}

/// The new spec with the old one's values where they may change.
Value without_changes(const Field& claim, const Field& old, json::Arena& arena) {
  Value spec = json::deep_copy(*claim["spec"].value(), arena);
  const Value& before = *old["spec"].value();
  if (names_class_first(claim, old)) spec.erase("storageClassName");
  if (claim.at({"status", "phase"}).text() != "Bound") return spec;
  keep(spec, before, "volumeAttributesClassName", arena);
  const Value* size = before.at({"resources", "requests", "storage"});
  Value* requests = spec.at({"resources", "requests"});
  if (size != nullptr && requests != nullptr) requests->set("storage", *size, arena);
  return spec;
}

void check_same_spec(const Field& claim, const Field& old) {
  json::Arena arena;
  if (!claim["spec"] || !old["spec"]) return;
  Value now = without_changes(claim, old, arena), before = json::deep_copy(*old["spec"].value(), arena);
  if (before.string_at({"volumeName"}).empty()) keep(before, now, "volumeName", arena);
  if (json::equal(now, before)) return;
  claim["spec"].forbidden(
      "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound "
      "claims\n" +
      struct_diff(before, now, {"core/v1", "PersistentVolumeClaimSpec"}));
}

/// A claim may shrink again as long as the volume has not grown.
void check_not_smaller(const Field& claim, const Field& old) {
  Field size = claim["spec"]["resources"]["requests"]["storage"];
  meta::Quantity now = quantity_of(size);
  if (now >= quantity_of(old.at({"spec", "resources", "requests", "storage"}))) return;
  if (now > quantity_of(old.at({"status", "capacity", "storage"}))) return;
  size.forbidden("field can not be less than status.capacity");
}

void check_attributes_class(const Field& name, const Field& old) {
  if (!old || same(name, old)) return;
  if (!name) return name.forbidden("update from non-nil value to nil is forbidden");
  if (name.text().empty()) name.forbidden("update from non-nil value to an empty string is forbidden");
}

void validate_update(const Value& object, const Value& before, FieldErrors& errors) {
  FieldErrors none;
  Field claim(object, errors), old(before, none);
  Field spec = claim["spec"], old_spec = old["spec"];
  // kube-apiserver judges the spec twice here, and says so twice.
  check_claim_spec(spec, leniency_of(before));
  check_claim_spec(spec, leniency_of(before));
  check_class_annotation(claim, old);
  check_same_spec(claim, old);
  check_not_smaller(claim, old);
  check_immutable(spec["volumeMode"].reported_at(FieldPath("volumeMode")), old_spec["volumeMode"]);
  check_attributes_class(spec["volumeAttributesClassName"], old_spec["volumeAttributesClassName"]);
}

void check_amount(const Field& amount) {
  std::int64_t value = quantity_of(amount).value();
  if (value < 0) amount.invalid(Value::integer(value), "must be a valid resource quantity");
}

/// Of the resources that grow there is storage, and what others call theirs. False when it is reported at
/// `map`.
bool check_key(std::string_view key, const Field& map) {
  static constexpr std::string_view kStorage[] = {"storage"};
  auto problems = meta::qualified_name_problems(key);
  for (const std::string& problem : problems) map.invalid(key, problem);
  if (!problems.empty()) return false;
  if (!is_native_resource(key) || key == kStorage[0]) return true;
  map.errors().push_back(FieldError::not_supported(map.path(), key, kStorage));
  return false;
}

void validate_status(const Value& object, const Value&, FieldErrors& errors) {
  static constexpr std::string_view kStatuses[] = {"ControllerResizeInProgress", "ControllerResizeInfeasible",
                                                   "NodeResizeInProgress", "NodeResizeInfeasible",
                                                   "NodeResizePending"};
  Field claim(object, errors), status = claim["status"];
  if (claim.at({"spec", "accessModes"}).empty()) {
    claim["spec"].reported_at(FieldPath("Spec").child("accessModes")).required();
  }
  status["capacity"].each_entry([](std::string_view, const Field& amount) { check_amount(amount); });
  Field statuses =
      status["allocatedResourceStatuses"].reported_at(status.path().child("allocatedResourceStatus"));
  statuses.each_entry([&](std::string_view key, const Field& value) {
    check_key(key, statuses);
    if (std::ranges::find(kStatuses, value.text()) != std::end(kStatuses)) return;
    errors.push_back(FieldError::not_supported(statuses.path(), key, kStatuses));
  });
  Field amounts = status["allocatedResources"];
  amounts.each_entry([&](std::string_view key, const Field& amount) {
    if (!check_key(key, amounts)) return;
    std::size_t before = errors.size();
    check_amount(amount);
    if (errors.size() == before) check_resource_amount("storage", amount);
  });
}

void warn(const Value& claim, Warnings& warnings) {
  if (claim.at({"metadata", "annotations", kClassAnnotation}) != nullptr) {
    warnings.push_back("metadata.annotations[" + std::string(kClassAnnotation) +
                       "]: deprecated since v1.8; use \"storageClassName\" attribute instead");
  }
  warn_of_fraction(claim.at({"spec", "resources", "requests"}), "storage",
                   FieldPath("spec").child("resources").child("requests"), warnings);
}

}  // namespace

void check_claim_spec(const Field& spec, ClaimLeniency leniency) {
  Field modes = spec["accessModes"];
  if (modes.empty()) modes.required("at least 1 access mode is required");
  check_label_selector(spec["selector"], leniency.labels);
  check_access_modes(modes);
  check_size(spec);
  check_class_name(spec["storageClassName"]);
  check_volume_mode(spec["volumeMode"]);
  check_sources(spec, leniency);
  check_class_name(spec["volumeAttributesClassName"]);
}

constinit const KindRules kClaims{.group = "",
                                  .resource = "persistentvolumeclaims",
                                  .prepare_create = prepare,
                                  .prepare_update = prepare_update,
                                  .validate = validate,
                                  .validate_update = validate_update,
                                  .update_judged_alone = true,
                                  .validate_status_update = validate_status,
                                  .warn = warn};

}  // namespace pedalion::registry::builtin::kinds::volumes
