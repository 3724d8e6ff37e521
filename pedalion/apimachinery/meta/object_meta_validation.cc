#include <algorithm>
#include <unordered_set>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/validation.h"

namespace pedalion::meta {
namespace {

constexpr std::size_t kMaxShownBytes = 64 * 1024;

void append(FieldErrors& errors, FieldErrors more) { std::ranges::move(more, std::back_inserter(errors)); }

void validate_owner(const json::Value& owner, const FieldPath& path, FieldErrors& errors) {
  auto api_version = owner.string_at({"apiVersion"});
  if (api_version.empty() || api_version.ends_with('/') || std::ranges::count(api_version, '/') > 1)
    errors.push_back(FieldError::invalid(path.child("apiVersion"), api_version, "version must not be empty"));
  for (std::string_view field : {"kind", "name", "uid"}) {
    if (owner.string_at({field}).empty())
      errors.push_back(FieldError::invalid(path.child(field), "", "must not be empty"));
  }
  if (api_version == "v1" && owner.string_at({"kind"}) == "Event") {
    errors.push_back(FieldError::invalid(path, owner, "/v1, Kind=Event is disallowed from being an owner"));
  }
}

FieldErrors validate_owners(const json::Value& owners, const FieldPath& path) {
  FieldErrors errors;
  std::string controller;
  std::size_t shown_bytes = 0;  // each complaint shows all owners: there is an end to that
  for (const auto& owner : owners.items()) {
    validate_owner(owner, path, errors);
    const auto* controls = owner.find("controller");
    if (controls == nullptr || !controls->bool_or(false)) continue;
    std::string named = std::string(owner.string_at({"kind"})) + "/" + std::string(owner.string_at({"name"}));
    if (controller.empty()) {
      controller = named;
    } else if (shown_bytes < kMaxShownBytes) {
      errors.push_back(FieldError::invalid(
          path, owners,
          "Only one reference can have Controller set to true. Found \"true\" in references for " +
              controller + " and " + named));
      shown_bytes += errors.back().value.size();
    }
  }
  return errors;
}

FieldErrors validate_finalizers(const json::Value& finalizers, const FieldPath& path) {
  FieldErrors errors;
  bool orphan = false, foreground = false;
  for (const auto& finalizer : finalizers.items()) {
    auto name = finalizer.string_or();
    for (const auto& problem : qualified_name_problems(name))
      errors.push_back(FieldError::invalid(path, name, problem));
    orphan |= name == "orphan";
    foreground |= name == "foregroundDeletion";
  }
  if (orphan && foreground) {
    errors.push_back(
        FieldError::invalid(path, finalizers, "finalizer orphan and foregroundDeletion cannot be both set"));
  }
  return errors;
}

/// Labels, annotations and owners: what an update may change, and is judged like a new object's.
void validate_links(const json::Value& metadata, const FieldPath& path, FieldErrors& errors) {
  if (const auto* labels = metadata.find("labels"))
    append(errors, validate_labels(*labels, path.child("labels")));
  if (const auto* annotations = metadata.find("annotations"))
    append(errors, validate_annotations(*annotations, path.child("annotations")));
  if (const auto* owners = metadata.find("ownerReferences"))
    append(errors, validate_owners(*owners, path.child("ownerReferences")));
}

void check_no_new_finalizers(const json::Value& metadata, const json::Value& old_metadata,
                             const FieldPath& path, FieldErrors& errors) {
  std::unordered_set<std::string_view> known;
  if (const auto* before = old_metadata.find("finalizers")) {
    for (const auto& finalizer : before->items()) known.insert(finalizer.string_or());
  }
  std::string added;
  const auto* finalizers = metadata.find("finalizers");
  for (const auto& finalizer : finalizers ? finalizers->items() : std::span<const json::Value>()) {
    if (known.contains(finalizer.string_or())) continue;
    added += (added.empty() ? "" : ", ") + go_quoted(finalizer.string_or());
  }
  if (added.empty()) return;
  errors.push_back(
      FieldError::forbidden(path,
                            "no new finalizers can be added if the object is being deleted, found new "
                            "finalizers []string{" +
                                added + "}"));
}

/// metadata.field as it is shown in "field is immutable".
void check_immutable(const json::Value& now, const json::Value& before, std::string_view field,
                     const FieldPath& path, FieldErrors& errors) {
  const json::Value none;
  const auto* new_value = now.find(field);
  const auto* old_value = before.find(field);
  if (json::equal(new_value ? *new_value : none, old_value ? *old_value : none)) return;
  const json::Value& shown = new_value ? *new_value : json::Value::string("");
  errors.push_back(FieldError::invalid(path.child(field), shown, "field is immutable"));
}

}  // namespace

FieldErrors validate_object_meta(const json::Value& metadata, const ObjectMetaRules& rules,
                                 const FieldPath& path) {
  FieldErrors errors;
  auto name = metadata.string_at({"name"}), generate_name = metadata.string_at({"generateName"}),
       ns = metadata.string_at({"namespace"});
  if (!generate_name.empty()) {
    // A trailing dash is masked: what is appended makes the name whole.
    std::string masked(generate_name);
    if (masked.size() > 1 && masked.back() == '-') masked.back() = 'a';
    for (const auto& problem : rules.name(masked))
      errors.push_back(FieldError::invalid(path.child("generateName"), generate_name, problem));
  }
  if (name.empty()) {
    errors.push_back(FieldError::required(path.child("name"), "name or generateName is required"));
  } else {
    for (const auto& problem : rules.name(name))
      errors.push_back(FieldError::invalid(path.child("name"), name, problem));
  }
  if (rules.namespaced) {
    if (ns.empty())
      errors.push_back(FieldError::required(path.child("namespace"), ""));
    else
      for (const auto& problem : dns_label_problems(ns))
        errors.push_back(FieldError::invalid(path.child("namespace"), ns, problem));
  } else if (!ns.empty()) {
    errors.push_back(FieldError::forbidden(path.child("namespace"), "not allowed on this type"));
  }
  if (const auto* generation = metadata.find("generation");
      generation != nullptr && generation->int_or(0) < 0) {
    errors.push_back(FieldError::invalid(path.child("generation"), generation->as_int(),
                                         "must be greater than or equal to 0"));
  }
  validate_links(metadata, path, errors);
  if (const auto* finalizers = metadata.find("finalizers"))
    append(errors, validate_finalizers(*finalizers, path.child("finalizers")));
  if (rules.core_finalizers) append(errors, validate_core_finalizers(metadata, path));
  return errors;
}

FieldErrors validate_core_finalizers(const json::Value& metadata, const FieldPath& path) {
  FieldErrors errors;
  const auto* finalizers = metadata.find("finalizers");
  if (finalizers == nullptr) return errors;
  std::size_t index = 0;
  for (const auto& finalizer : finalizers->items()) {
    auto name = finalizer.string_or();
    bool standard = name == "orphan" || name == "foregroundDeletion" || name == "kubernetes";
    if (!standard && name.find('/') == std::string_view::npos) {
      errors.push_back(
          FieldError::invalid(path.child("finalizers").index(index), name,
                              "name is neither a standard finalizer name nor is it fully qualified"));
    }
    ++index;
  }
  return errors;
}

FieldErrors validate_object_meta_update(const json::Value& metadata, const json::Value& old_metadata,
                                        const FieldPath& path) {
  FieldErrors errors;
  if (old_metadata.find("deletionTimestamp") != nullptr)
    check_no_new_finalizers(metadata, old_metadata, path.child("finalizers"), errors);
  auto generation = [](const json::Value& of) {
    const auto* member = of.find("generation");
    return member == nullptr ? 0 : member->int_or(0);
  };
  if (generation(metadata) < generation(old_metadata)) {
    errors.push_back(
        FieldError::invalid(path.child("generation"), generation(metadata), "must not be decremented"));
  }
  for (std::string_view field :
       {"name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"}) {
    check_immutable(metadata, old_metadata, field, path, errors);
  }
  validate_links(metadata, path, errors);
  return errors;
}

}  // namespace pedalion::meta
