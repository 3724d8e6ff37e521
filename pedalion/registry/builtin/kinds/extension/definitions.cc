// Definitions of custom resources.
#include "pedalion/registry/builtin/kinds/extension/rows.h"

namespace pedalion::registry::builtin::kinds::extension {

namespace {

void prepare_create(Filler& object, const rest::RequestContext&) {
  json::Arena& arena = object.arena();
  Filler status = object.in("status");
  Value stored = Value::array(arena);
  for (const Value& version : items_at(object.object(), {"spec", "versions"})) {
    const Value* storage = version.find("storage");
    if (storage != nullptr && storage->bool_or(false)) stored.push_back(*version.find("name"), arena);
  }
  status.set("storedVersions", stored);
}

}  // namespace

const KindRules kDefinitions{.group = "apiextensions.k8s.io",
                             .resource = "customresourcedefinitions",
                             .prepare_create = prepare_create};

}  // namespace pedalion::registry::builtin::kinds::extension
