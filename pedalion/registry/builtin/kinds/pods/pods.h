#pragma once
// Pods and what makes them: their rules, and the checks of a pod's spec that templates share.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::pods {

std::span<const KindRules> rules();

/// Their resources decide how pods are treated when a node runs short.
std::string_view quality_of_service(const Value& pod);
/// Errors of a pod's spec. `pod_name` (empty: not known) decides on the names of claims that are made for it.
void validate_pod_spec(const Value& spec, const FieldPath& path, FieldErrors& errors,
                       std::string_view pod_name = {});
/// Errors of what pods are made from: its labels, annotations and spec.
void validate_pod_template(const Field& pod_template);

/// As errors show them: JSON of Go's internal types. Null is an empty one.
std::string go_pod_spec(const Value* spec);
std::string go_pod_template(const Value* pod_template);

}  // namespace pedalion::registry::builtin::kinds::pods
