#include "pedalion/registry/builtin/kinds/flowcontrol/flowcontrol.h"

#include <set>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/flowcontrol/rows.h"

namespace pedalion::registry::builtin::kinds::flowcontrol {

void validate_status(const Value& object, const Value&, FieldErrors& errors) {
  std::set<std::string_view> seen;
  Field(object, errors).at({"status", "conditions"}).each([&](const Field& condition) {
    Field type = condition["type"];
    if (!seen.insert(type.text()).second) type.duplicate(type.text());
    require_text(type);
  });
}

std::span<const KindRules> rules() {
  static const KindRules kRules[] = {kFlowSchemas, kPriorityLevels};
  return kRules;
}

}  // namespace pedalion::registry::builtin::kinds::flowcontrol
