#pragma once
// Pods and what makes them: their rules, and the checks of a pod's spec that templates share.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::pods {

std::span<const KindRules> rules();

/// Their resources decide how pods are treated when a node runs short.
std::string_view quality_of_service(const Value& pod);
/// Errors of a pod's or a template's spec.
void validate_pod_spec(const Value& spec, const meta::FieldPath& path, meta::FieldErrors& errors);

}  // namespace pedalion::registry::builtin::kinds::pods
