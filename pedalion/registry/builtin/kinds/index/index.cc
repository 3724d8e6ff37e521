#include "pedalion/registry/builtin/kinds/index/index.h"

#include "pedalion/registry/builtin/kinds/access/access.h"

#include "pedalion/registry/builtin/kinds/admissionregistration/admissionregistration.h"
#include "pedalion/registry/builtin/kinds/core/core.h"
#include "pedalion/registry/builtin/kinds/devices/devices.h"
#include "pedalion/registry/builtin/kinds/extension/extension.h"
#include "pedalion/registry/builtin/kinds/flowcontrol/flowcontrol.h"
#include "pedalion/registry/builtin/kinds/networking/networking.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"
#include "pedalion/registry/builtin/kinds/volumes/volumes.h"
#include "pedalion/registry/builtin/kinds/workloads/workloads.h"

namespace pedalion::registry::builtin::kinds::index {

const KindRules* find(std::string_view group, std::string_view resource) {
  for (auto table : {core::rules(), pods::rules(), workloads::rules(), networking::rules(), volumes::rules(),
                     access::rules(), extension::rules(), flowcontrol::rules(), devices::rules(),
                     admissionregistration::rules()}) {
    for (const KindRules& rules : table) {
      if (rules.group == group && rules.resource == resource) return &rules;
    }
  }
  return nullptr;
}

}  // namespace pedalion::registry::builtin::kinds::index
