#include "pedalion/registry/builtin/kinds/admissionregistration/admissionregistration.h"

#include "pedalion/registry/builtin/kinds/admissionregistration/rows.h"

namespace pedalion::registry::builtin::kinds::admissionregistration {

std::span<const KindRules> rules() {
  static const KindRules kRules[] = {kValidatingWebhooks, kMutatingWebhooks,   kValidatingPolicies,
                                     kMutatingPolicies,   kValidatingBindings, kMutatingBindings};
  return kRules;
}

}  // namespace pedalion::registry::builtin::kinds::admissionregistration
