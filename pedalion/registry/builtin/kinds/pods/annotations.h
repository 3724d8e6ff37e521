#pragma once
// Annotations that mean something to a server: what was said in them before there were fields, and how the
// two agree.
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds::pods {

inline constexpr std::string_view kAppArmorPrefix = "container.apparmor.security.beta.kubernetes.io/";
inline constexpr std::string_view kSeccompPod = "seccomp.security.alpha.kubernetes.io/pod";
inline constexpr std::string_view kSeccompPrefix = "container.seccomp.security.alpha.kubernetes.io/";
inline constexpr std::string_view kMirror = "kubernetes.io/config.mirror";

/// The profile that such an annotation's value names; null for none, and for one that is no valid profile.
Value app_armor_profile(std::string_view annotation, json::Arena& arena);

/// Of a pod, or of a template: `annotations` stands where its errors are shown.
void check_annotations(const Field& annotations, const Field& spec);
/// Some may not come, go or change in a pod that is there.
void check_annotation_updates(const Field& annotations, const Field& old);

/// Where a profile is said by an annotation and by a field, they say the same.
void check_seccomp_agrees(const Field& annotations, const Field& spec);
void check_app_armor_agrees(const Field& annotations, const Field& spec);

}  // namespace pedalion::registry::builtin::kinds::pods
