#include "pedalion/registry/builtin/kinds/warnings.h"

#include <utility>

#include "pedalion/apimachinery/meta/quantity.h"

namespace pedalion::registry::builtin::kinds {

using json::Value;
using meta::FieldPath;

namespace {

constexpr std::pair<std::string_view, std::string_view> kDeprecatedNodeLabels[] = {
    {"beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"},
    {"beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"},
    {"failure-domain.beta.kubernetes.io/region",
     "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead"},
    {"failure-domain.beta.kubernetes.io/zone",
     "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead"},
    {"beta.kubernetes.io/instance-type",
     "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead"},
    {"app.kubernetes.io/created-by", "deprecated since v1.9"},
    {"scheduler.alpha.kubernetes.io/preferAvoidPods",
     "deprecated since v1.22; use Taints and Tolerations instead"},
    {"node-role.kubernetes.io/master", "use \"node-role.kubernetes.io/control-plane\" instead"},
};

}  // namespace

void warn_of_fraction(const Value* list, std::string_view resource, const FieldPath& path,
                      std::vector<std::string>& warnings) {
  const Value* amount = list == nullptr ? nullptr : list->find(resource);
  if (amount == nullptr) return;
  auto quantity = meta::Quantity::parse(amount->string_or());
  if (!quantity || quantity->milli_value() % 1000 == 0) return;
  warnings.push_back(path.key(resource).text() + ": fractional byte value " +
                     meta::go_quoted(amount->string_or()) + " is invalid, must be an integer");
}

std::string_view node_label_deprecation(std::string_view label) {
  for (const auto& [deprecated, why] : kDeprecatedNodeLabels) {
    if (label == deprecated) return why;
  }
  return {};
}

}  // namespace pedalion::registry::builtin::kinds
