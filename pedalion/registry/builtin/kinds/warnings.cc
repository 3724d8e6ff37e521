#include "pedalion/registry/builtin/kinds/warnings.h"

#include "pedalion/apimachinery/meta/quantity.h"

namespace pedalion::registry::builtin::kinds {

using json::Value;
using meta::FieldPath;

void warn_of_fraction(const Value* list, std::string_view resource, const FieldPath& path,
                      std::vector<std::string>& warnings) {
  const Value* amount = list == nullptr ? nullptr : list->find(resource);
  if (amount == nullptr) return;
  auto quantity = meta::Quantity::parse(amount->string_or());
  if (!quantity || quantity->milli_value() % 1000 == 0) return;
  warnings.push_back(path.key(resource).text() + ": fractional byte value " +
                     meta::go_quoted(amount->string_or()) + " is invalid, must be an integer");
}

}  // namespace pedalion::registry::builtin::kinds
