#pragma once
// What clients are warned of in pods and in what makes them.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::pods {

void warn_of_pod(const Value& pod, Warnings& warnings);
/// Of a template that lies at `path`.
void warn_of_pod_template(const Value& pod_template, const FieldPath& path, Warnings& warnings);
/// Of what has a pod template at spec.template.
void warn_of_template(const Value& object, Warnings& warnings);

// volume_warnings.cc: volumes of kinds that are gone, and files that would lie in each other's way.
void warn_of_volumes(const Value& spec, const FieldPath& path, Warnings& warnings);
void warn_of_overlapping_files(const Value& spec, Warnings& warnings);

}  // namespace pedalion::registry::builtin::kinds::pods
