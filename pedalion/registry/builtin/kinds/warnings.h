#pragma once
// The warnings of each kind, as rows of KindRules name them.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds {

void warn_of_pod_spec(const Value& spec, const meta::FieldPath& path, std::vector<std::string>& warnings);
void warn_of_pod(const Value& pod, std::vector<std::string>& warnings);
/// Of what has a pod template at spec.template.
void warn_of_template(const Value& object, std::vector<std::string>& warnings);
void warn_of_service(const Value& service, std::vector<std::string>& warnings);
void warn_of_claim(const Value& claim, std::vector<std::string>& warnings);
void warn_of_volume(const Value& volume, std::vector<std::string>& warnings);
void warn_of_secret(const Value& secret, std::vector<std::string>& warnings);
void warn_of_driver(const Value& driver, std::vector<std::string>& warnings);
void warn_of_slice(const Value& slice, std::vector<std::string>& warnings);
void warn_of_ingress(const Value& ingress, std::vector<std::string>& warnings);

}  // namespace pedalion::registry::builtin::kinds
