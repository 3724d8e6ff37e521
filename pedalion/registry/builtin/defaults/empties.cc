#include "pedalion/registry/builtin/defaults/empties.h"

namespace pedalion::registry::builtin::defaults {

void null_empties(json::Value& value, const schema::Type& type) {
  if (type.is_list()) {
    if (type.element->is_struct() || type.element->is_map() || type.element->is_list()) {
      for (json::Value& item : value.items()) null_empties(item, *type.element);
    }
  } else if (type.is_map()) {
    if (!type.element->is_struct() && !type.element->is_list()) return;
    for (json::Member& member : value.members()) null_empties(member.value, *type.element);
  } else if (type.is_struct()) {
    for (json::Member& member : value.members()) {
      const schema::Field* field = type.field(member.name);
      if (field == nullptr) continue;
      const schema::Type& inner = *field->type;
      if (!inner.is_list() && !inner.is_map() && !inner.is_struct()) continue;
      bool container = inner.is_list() || inner.is_map();
      if (container && !field->omitempty && !field->pointer && member.value.empty()) {
        member.value = json::Value();
      } else {
        null_empties(member.value, inner);
      }
    }
  }
}

}  // namespace pedalion::registry::builtin::defaults
