#pragma once
// What the containers of a pod ask for together.
#include <map>
#include <string>
#include <string_view>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/quantity.h"

namespace pedalion::registry::builtin::defaults {

/// Amounts by the resource's name.
using Amounts = std::map<std::string, meta::Quantity, std::less<>>;

/// A list of amounts, as they are written; an absent one has none.
Amounts amounts_of(const json::Value* list);
/// `list` is "requests" or "limits". Containers run together; init containers run before them one after the
/// other, but for those that restart always: these stay.
Amounts sum_of_containers(const json::Value& pod_spec, std::string_view list);
/// cpu, memory and huge pages can be asked for by a pod as a whole.
bool is_pod_level_resource(std::string_view name);

}  // namespace pedalion::registry::builtin::defaults
