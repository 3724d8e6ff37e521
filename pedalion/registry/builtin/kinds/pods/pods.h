#pragma once
// Pods and what makes them: their rules, and the checks that templates share.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::pods {

std::span<const KindRules> rules();

/// Errors of a pod's annotations and spec, new or not.
void validate_pod(const Field& pod);
/// Errors of what pods are made from: its labels, annotations and spec.
void validate_pod_template(const Field& pod_template);

/// As errors show them: JSON of Go's internal types. Null is an empty one.
std::string go_pod_spec(const Value* spec);
std::string go_pod_template(const Value* pod_template);

}  // namespace pedalion::registry::builtin::kinds::pods
