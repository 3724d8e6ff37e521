#pragma once
// A pod's spec as kube-apiserver has it in memory, in which it shows what an update may not change.
#include <string>

#include "pedalion/apimachinery/json/value.h"

namespace pedalion::registry::builtin::kinds::pods {

/// Equal as Go's types compare them: by amounts, and empty lists being none.
bool same_spec(const json::Value& spec, const json::Value& old);

/// A unified diff of the two, as Go prints them.
std::string spec_diff(const json::Value& old, const json::Value& spec);
/// The same of two ephemeral containers.
std::string ephemeral_diff(const json::Value& old, const json::Value& container);

}  // namespace pedalion::registry::builtin::kinds::pods
