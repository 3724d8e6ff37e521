#pragma once
// The spec of claims, of their own and in pods' volumes.
#include "pedalion/registry/builtin/kinds/selectors.h"

namespace pedalion::registry::builtin::kinds::volumes {

/// What an older claim may keep.
struct ClaimLeniency {
  LabelValues labels = LabelValues::kJudged;
  bool any_api_group = false;
};

/// spec of a PersistentVolumeClaim.
void check_claim_spec(const Field& spec, ClaimLeniency leniency = {});

}  // namespace pedalion::registry::builtin::kinds::volumes
