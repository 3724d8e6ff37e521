#include "pedalion/registry/generic/admitted_form.h"

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/codec/shape.h"

namespace pedalion::registry::generic {

Result<void> restore_form(const admission::Attributes& attributes, const schema::Type& type) {
  using enum admission::Attributes::Changed;
  json::Document& object = *attributes.object;
  if (attributes.changed == kNothing) return {};
  json::Value* spec = object.root.find("spec");
  const schema::Field* field = type.field("spec");
  if (attributes.changed == kAnything || spec == nullptr || field == nullptr || !field->type->is_struct())
    return codec::reshape(object, type);
  codec::order_members(*spec, *field->type, object.arena);
  codec::order_members(object.root, type, object.arena);  // spec may be new
  return {};
}

}  // namespace pedalion::registry::generic
