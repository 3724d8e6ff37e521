#pragma once
// The annotation of client-side kubectl apply, and the way from it to server-side apply.
#include "pedalion/apimachinery/managedfields/field_set.h"
#include "pedalion/apimachinery/schema/type.h"

namespace pedalion::managedfields {

inline constexpr std::string_view kLastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";
/// The only manager whose applies take over from, and write, the annotation.
inline constexpr std::string_view kKubectl = "kubectl";

/// The fields that the annotation of `live` set and that still have its values; empty when there is no such
/// annotation or it is of another version.
FieldSet fields_last_applied(const schema::Type& type, std::string_view api_version, const json::Value& live,
                             json::Arena& arena);

/// Writes `applied` into the annotation of `object`, when it has one.
void renew_last_applied(json::Value& object, const json::Value& applied, json::Arena& arena);

}  // namespace pedalion::managedfields
