#pragma once
// Admission webhooks, admission policies and their bindings: their rules.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::admissionregistration {

std::span<const KindRules> rules();

}  // namespace pedalion::registry::builtin::kinds::admissionregistration
