#pragma once
// What clients are warned of in pods and in what makes them.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::pods {

void warn_of_pod_spec(const Value& spec, const meta::FieldPath& path, std::vector<std::string>& warnings);
void warn_of_pod(const Value& pod, std::vector<std::string>& warnings);
/// Of what has a pod template at spec.template.
void warn_of_template(const Value& object, std::vector<std::string>& warnings);

}  // namespace pedalion::registry::builtin::kinds::pods
