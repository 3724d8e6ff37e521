#include "pedalion/registry/builtin/kinds/pods/annotations.h"

#include <charconv>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"

namespace pedalion::registry::builtin::kinds::pods {

namespace {

constexpr std::string_view kTolerations = "scheduler.alpha.kubernetes.io/tolerations";
constexpr std::string_view kDeletionCost = "controller.kubernetes.io/pod-deletion-cost";
constexpr std::string_view kLocalhost = "localhost/", kRuntimeDefault = "runtime/default",
                           kDockerDefault = "docker/default", kUnconfined = "unconfined";
constexpr std::size_t kLongestProfile = 4095;

/// As it was written before there was the field: a list of tolerations, in JSON.
void check_tolerations_in(const Field& annotations) {
  Field entry = annotations[kTolerations];
  if (entry.text().empty()) return;
  auto parsed = json::parse(entry.text());
  if (!parsed) return annotations.invalid(kTolerations, parsed.error().message);
  check_tolerations(Field(&parsed->root, entry.path(), entry.errors()));
}

bool is_deletion_cost(std::string_view text) {
  bool plain = text == "0" || text.starts_with('-') || (!text.empty() && text[0] >= '1' && text[0] <= '9');
  std::int32_t cost = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), cost);
  return plain && problem == std::errc() && end == text.data() + text.size();
}

void check_seccomp_profile(const Field& annotation) {
  std::string_view profile = annotation.text();
  if (profile == kRuntimeDefault || profile == kDockerDefault || profile == kUnconfined) return;
  if (!profile.starts_with(kLocalhost)) return annotation.invalid(profile, "must be a valid seccomp profile");
  Value path = Value::string(profile.substr(kLocalhost.size()));
  check_local_path(Field(&path, annotation.path(), annotation.errors()));
}

void check_app_armor(const Field& annotation, std::string_view key, const Field& spec) {
  std::string_view container = key.substr(kAppArmorPrefix.size()), profile = annotation.text();
  bool found = false;
  each_container(spec, [&](const Field& one) { found = found || one["name"].text() == container; });
  if (!found) annotation.invalid(container, "container not found");
  if (profile.empty() || profile == kRuntimeDefault || profile == kUnconfined) return;
  if (!profile.starts_with(kLocalhost)) {
    annotation.invalid(profile, "invalid AppArmor profile name: " + meta::go_quoted(profile));
  }
}

/// `field` is a profile; `unconfined` and the like are how the annotation says its type.
void check_agrees(std::string_view annotation, const Field& field, std::string_view what,
                  bool docker_default) {
  std::string_view type = field["type"].text();
  Field name = field["localhostProfile"];
  std::string types_differ = std::string(what) + " type in annotation and field must match";
  bool agrees = true;
  if (type == "Unconfined") {
    agrees = annotation == kUnconfined;
  } else if (type == "RuntimeDefault") {
    agrees = annotation == kRuntimeDefault || (docker_default && annotation == kDockerDefault);
  } else if (type == "Localhost") {
    agrees = annotation.starts_with(kLocalhost);
    if (agrees && (!name || annotation.substr(kLocalhost.size()) != name.text())) {
      name.forbidden(std::string(what) + " profile in annotation and field must match");
    }
  }
  if (!agrees) field["type"].forbidden(types_differ);
}

/// The annotation of one container.
Field annotation_of(const Field& annotations, std::string_view prefix, const Field& container) {
  std::string key = std::string(prefix) + std::string(container["name"].text());
  const Value* value = annotations.value() == nullptr ? nullptr : annotations.value()->find(key);
  return {value, FieldPath(), annotations.errors()};
}

}  // namespace

Value app_armor_profile(std::string_view annotation, json::Arena& arena) {
  Value profile = Value::object(arena);
  auto typed = [&](std::string_view type) {
    profile.append_member("type", Value::string(type), arena);
    return profile;
  };
  if (annotation == kUnconfined) return typed("Unconfined");
  if (annotation == kRuntimeDefault) return typed("RuntimeDefault");
  if (!annotation.starts_with(kLocalhost)) return {};
  std::string_view name = annotation.substr(kLocalhost.size());
  if (name.empty() || name.size() > kLongestProfile || is_padded(name)) return {};
  typed("Localhost");
  profile.append_member("localhostProfile", Value::string(name), arena);
  return profile;
}

void check_annotations(const Field& annotations, const Field& spec) {
  Field mirror = annotations.entry(kMirror), cost = annotations.entry(kDeletionCost);
  if (mirror && spec["nodeName"].text().empty())
    mirror.invalid(mirror.text(), "must set spec.nodeName if mirror pod annotation is set");
  check_tolerations_in(annotations);
  if (cost && !is_deletion_cost(cost.text())) cost.invalid(cost.text(), "must be a 32bit integer");
  if (annotations[kSeccompPod]) check_seccomp_profile(annotations[kSeccompPod]);
  annotations.each_entry([&](std::string_view key, const Field&) {
    if (key.starts_with(kSeccompPrefix)) check_seccomp_profile(annotations[key]);
  });
  annotations.each_entry([&](std::string_view key, const Field& entry) {
    if (key.starts_with(kAppArmorPrefix)) check_app_armor(entry, key, spec);
  });
}

void check_annotation_updates(const Field& annotations, const Field& old) {
  old.each_entry([&](std::string_view key, const Field& before) {
    Field now = annotations.entry(key);
    if (now && now.text() == before.text()) return;
    if (key.starts_with(kAppArmorPrefix)) now.forbidden("may not remove or update AppArmor annotations");
    if (key == kMirror) now.forbidden("may not remove or update mirror pod annotation");
  });
  annotations.each_entry([&](std::string_view key, const Field& now) {
    if (old.entry(key)) return;
    if (key.starts_with(kAppArmorPrefix)) now.forbidden("may not add AppArmor annotations");
    if (key == kMirror) now.forbidden("may not add mirror pod annotation");
  });
}

void check_seccomp_agrees(const Field& annotations, const Field& spec) {
  Field of_pod = spec["securityContext"]["seccompProfile"];
  if (of_pod && annotations[kSeccompPod])
    check_agrees(annotations[kSeccompPod].text(), of_pod, "seccomp", true);
  each_container(spec, [&](const Field& container) {
    Field profile = container["securityContext"]["seccompProfile"];
    Field annotation = annotation_of(annotations, kSeccompPrefix, container);
    if (profile && annotation) check_agrees(annotation.text(), profile, "seccomp", true);
  });
}

void check_app_armor_agrees(const Field& annotations, const Field& spec) {
  if (spec["os"]["name"].text() == "windows") return;
  Field of_pod = spec["securityContext"]["appArmorProfile"];
  each_container(spec, [&](const Field& container) {
    Field own = container["securityContext"]["appArmorProfile"];
    Field annotation = annotation_of(annotations, kAppArmorPrefix, container);
    if (!annotation || (!own && !of_pod)) return;
    check_agrees(annotation.text(), (own ? own : of_pod).reported_at(own.path()), "apparmor", false);
  });
}

}  // namespace pedalion::registry::builtin::kinds::pods
