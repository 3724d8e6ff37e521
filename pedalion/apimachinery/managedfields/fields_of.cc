#include <algorithm>
#include <vector>

#include "pedalion/apimachinery/managedfields/list_items.h"
#include "pedalion/apimachinery/managedfields/typed.h"

namespace pedalion::managedfields {
namespace {

using json::Value;
using Node = FieldSet::Node;
using Nodes = std::span<const Node>;

class Collector {
 public:
  explicit Collector(json::Arena& arena) : arena_(arena) {}

  void walk(const Place& place, const Value& value) {
    switch (place.form(value)) {
      case Form::kScalar:
      case Form::kAtomic:
        builder_.mark();
        break;
      case Form::kMap:
        members(place, value);
        break;
      case Form::kSet:
      case Form::kListMap:
        items(place, value);
        break;
    }
  }

  void members(const Place& place, const Value& value) {
    const std::size_t base = members_.size();
    for (const auto& member : value.members()) members_.push_back(&member);
    auto here = std::span(members_).subspan(base);
    if (!std::ranges::is_sorted(here, {}, &json::Member::name))
      std::ranges::sort(here, {}, &json::Member::name);
    for (std::size_t i = base, end = members_.size(); i < end; ++i) {
      const json::Member& member = *members_[i];
      auto there = place.member(member.name);
      builder_.open(field_element(member.name, arena_));
      walk(there ? *there : Place{}, member.value);
      bool empty_map = member.value.is_object() && member.value.empty();
      if (member.value.is_null() || empty_map || place.field(member.name) == nullptr) builder_.mark();
      builder_.close();
    }
    members_.resize(base);
  }

  FieldSet finish() { return builder_.finish(); }

 private:
  void items(const Place& place, const Value& list) {
    const std::size_t base = items_.size();
    for (const Value& item : list.items()) {
      if (auto found = list_item(place, item, arena_)) items_.push_back(*found);
    }
    sort_items(std::span(items_).subspan(base));
    const Place inner = place.item();
    for (std::size_t i = base, end = items_.size(); i < end;) {
      const ListItem item = items_[i];
      std::size_t next = i + 1;
      while (next < end && compare_items(item, items_[next]) == 0) ++next;
      builder_.open(item.element);
      if (next == i + 1) walk(inner, *item.value);  // duplicates are owned as a whole
      builder_.mark();
      builder_.close();
      i = next;
    }
    items_.resize(base);
  }

  json::Arena& arena_;
  FieldSetBuilder builder_;
  // Stacks: each level sorts its own part.
  std::vector<const json::Member*> members_;
  std::vector<ListItem> items_;
};

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
  Collector collector(arena);
  collector.members(Place::of(type), object);
  return collector.finish();
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
