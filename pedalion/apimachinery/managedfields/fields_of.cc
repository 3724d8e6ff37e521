#include "pedalion/apimachinery/managedfields/field_lister.h"
#include "pedalion/apimachinery/managedfields/typed.h"

namespace pedalion::managedfields {
namespace {

using json::Value;
using Node = FieldSet::Node;
using Nodes = std::span<const Node>;

/// Where the nodes below `element` stand; nothing when the schema does not know.
std::optional<Place> place_below(const std::optional<Place>& place, Element element) {
  if (!place) return std::nullopt;
  if (element[0] == 'f') return place->member(element.substr(2));
  if (element[0] == 'k' && place->type != nullptr && place->type->is_list()) return place->item();
  return std::nullopt;
}

void add_named_parents(Nodes nodes, const std::optional<Place>& place, FieldSetBuilder& out) {
  for (std::size_t i = 0; i < nodes.size(); i += nodes[i].size) {
    const Node& node = nodes[i];
    out.open(node.element());
    bool named = node.element()[0] == 'f' && place && place->field(node.element().substr(2)) != nullptr;
    if (node.member || (node.size > 1 && named)) out.mark();
    add_named_parents(nodes.subspan(i + 1, node.size - 1), place_below(place, node.element()), out);
    out.close();
  }
}

/// A place all of whose values are atomic, whatever they hold.
bool is_atomic(const Place& place) {
  if (place.untyped()) return false;
  static const Value kNone;
  return place.form(kNone) == Form::kAtomic;
}

bool has_below_atomic(Nodes nodes, const Place& place) {
  for (std::size_t i = 0; i < nodes.size(); i += nodes[i].size) {
    if (nodes[i].size == 1) continue;
    auto there = place_below(place, nodes[i].element());
    if (!there || there->untyped()) continue;
    if (is_atomic(*there) || has_below_atomic(nodes.subspan(i + 1, nodes[i].size - 1), *there)) return true;
  }
  return false;
}

void reconcile(Nodes nodes, const Place& place, FieldSetBuilder& out) {
  for (std::size_t i = 0; i < nodes.size(); i += nodes[i].size) {
    const Node& node = nodes[i];
    auto there = node.size == 1 ? std::nullopt : place_below(place, node.element());
    if (!there || there->untyped()) {
      out.copy(nodes.subspan(i, node.size));
      continue;
    }
    out.open(node.element());
    if (is_atomic(*there)) {
      out.mark();
    } else {
      if (node.member) out.mark();
      reconcile(nodes.subspan(i + 1, node.size - 1), *there, out);
    }
    out.close();
  }
}

}  // namespace

FieldSet fields_of(const schema::Type& type, const Value& object, json::Arena& arena) {
  FieldSetBuilder fields;
  FieldLister(FieldLister::Marks::kOwned, arena).add_members(Place::of(type), object, fields);
  return fields.finish();
}

Result<FieldSet> valid_fields_of(const schema::Type& type, const Value& object, json::Arena& arena) {
  FieldSetBuilder fields;
  FieldLister lister(FieldLister::Marks::kOwned, arena);
  lister.add_members(Place::of(type), object, fields);
  if (!lister.is_sound()) TRY_OK(validate(type, object, arena));
  return fields.finish();
}

FieldSet with_named_parents(const schema::Type& type, const FieldSet& fields) {
  FieldSetBuilder out;
  add_named_parents(fields.nodes(), Place::of(type), out);
  return out.finish();
}

std::optional<FieldSet> reconciled(const schema::Type& type, const FieldSet& fields) {
  Place root = Place::of(type);
  if (!has_below_atomic(fields.nodes(), root)) return std::nullopt;
  FieldSetBuilder out;
  reconcile(fields.nodes(), root, out);
  return out.finish();
}

}  // namespace pedalion::managedfields
