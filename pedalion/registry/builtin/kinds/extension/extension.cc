#include "pedalion/registry/builtin/kinds/extension/extension.h"

#include "pedalion/registry/builtin/kinds/extension/rows.h"

namespace pedalion::registry::builtin::kinds::extension {

std::span<const KindRules> rules() {
  static const KindRules kRules[] = {kApiServices, kDefinitions, kLeases, kPriorityClasses, kRuntimeClasses};
  return kRules;
}

}  // namespace pedalion::registry::builtin::kinds::extension
