#pragma once
// What a claim asks of storage, wherever such a spec lies: in claims, and in what makes them.
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds {

/// Errors of a PersistentVolumeClaimSpec.
void check_claim_spec(const Field& spec);

}  // namespace pedalion::registry::builtin::kinds
