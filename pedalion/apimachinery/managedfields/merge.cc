#include <algorithm>
#include <vector>

#include "pedalion/apimachinery/managedfields/list_items.h"
#include "pedalion/apimachinery/managedfields/typed.h"

namespace pedalion::managedfields {
namespace {

using json::Value;

/// An item of one of two lists that merge. What the other list has of its element: an item of the live one
/// knows the applied item, the applied item what it merges with.
struct Entry : ListItem {
  Entry* applied = nullptr;
  const Value* live = nullptr;
  bool done = false;
};
using Entries = std::vector<Entry>;

/// The entries by element; they stay where they are.
std::vector<Entry*> by_element(Entries& entries) {
  std::vector<Entry*> sorted;
  sorted.reserve(entries.size());
  for (Entry& entry : entries) sorted.push_back(&entry);
  auto less = [](const Entry* a, const Entry* b) { return compare_items(*a, *b) < 0; };
  if (!std::ranges::is_sorted(sorted, less)) std::ranges::sort(sorted, less);
  return sorted;
}

class Merger {
 public:
  explicit Merger(json::Arena& arena) : arena_(arena) {}

  /// At least one of `live` and `applied` is there.
  Result<Value> walk(const Place& place, const Value* live, const Value* applied) {
    Form form = place.form(applied != nullptr && !applied->is_null() ? *applied
                           : live != nullptr                         ? *live
                                                                     : *applied);
    bool nothing = (live == nullptr || live->empty()) && (applied == nullptr || applied->empty());
    if (form == Form::kScalar || form == Form::kAtomic || nothing)
      return applied != nullptr ? *applied : *live;
    if (applied == nullptr || live == nullptr) return applied != nullptr ? *applied : *live;
    return form == Form::kMap ? members(place, *live, *applied) : items(place, *live, *applied);
  }

  Result<Value> members(const Place& place, const Value& live, const Value& applied) {
    Value out = Value::object(arena_, applied.size() + live.size());
    for (const auto& member : live.members()) {
      auto there = place.member(member.name);
      TRY(Value made, walk(there ? *there : Place{}, &member.value, applied.find(member.name)));
      out.append_member(member.name, made, arena_);
    }
    for (const auto& member : applied.members()) {
      if (live.find(member.name) == nullptr) out.append_member(member.name, member.value, arena_);
    }
    return out;
  }

 private:
  Result<Entries> listed(const Place& place, const Value& list) {
    Entries entries;
    entries.reserve(list.size());
    for (const Value& item : list.items()) {
      TRY(ListItem made, list_item(place, item, arena_));
      entries.push_back({made});
    }
    return entries;
  }

  /// Finds the pairs. Duplicates (live objects may have them) merge with nothing: they count as null.
  static void pair_up(Entries& live, Entries& applied) {
    static const Value kNull;
    auto left = by_element(live), right = by_element(applied);
    for (std::size_t i = 0, j = 0; i < left.size() && j < right.size();) {
      int order = compare_items(*left[i], *right[j]);
      if (order == 0) {
        left[i]->applied = right[j];
        right[j]->live = right[j]->live == nullptr ? left[i]->value : &kNull;
      }
      if (order <= 0) ++i;
      if (order > 0) ++j;
    }
  }

  /// Keeps live's order where it can, the applied order among applied items.
  Result<Value> items(const Place& place, const Value& live, const Value& applied) {
    if (json::equal(live, applied)) return live;
    TRY(Entries right, listed(place, applied));
    TRY(Entries left, listed(place, live));
    pair_up(left, right);
    std::vector<const Entry*> shared;  // what both have, as applied
    for (const Entry& item : right) {
      if (item.live != nullptr) shared.push_back(&item);
    }
    const Place inner = place.item();
    Value out = Value::array(arena_, static_cast<std::uint32_t>(left.size() + right.size()));
    std::size_t l = 0, r = 0, next_shared = 0;
    auto take = [&](const Value* from_live, const Value* from_applied) -> Result<void> {
      TRY(Value made, walk(inner, from_live, from_applied));
      out.push_back(made, arena_);
      return {};
    };
    auto take_applied = [&] {
      Entry& item = right[r++];
      item.done = true;
      if (item.live != nullptr) ++next_shared;
      return take(item.live, item.value);
    };
    while (l < left.size() || r < right.size()) {
      const Entry* applied = l < left.size() ? left[l].applied : nullptr;
      if (applied != nullptr && r < right.size()) {
        if (applied == &right[r]) {
          ++l;
          TRY_OK(take_applied());
          continue;
        }
        if (next_shared < shared.size() && shared[next_shared] != applied) {
          ++l;  // an item of both, but not the one whose turn it is
          continue;
        }
      }
      if (l < left.size()) {
        if (applied == nullptr) {
          TRY_OK(take(left[l++].value, nullptr));
          continue;
        }
        if (applied->done) ++l;
      }
      if (r < right.size()) TRY_OK(take_applied());
    }
    return out;
  }

  json::Arena& arena_;
};

class Remover {
 public:
  explicit Remover(json::Arena& arena) : arena_(arena) {}
  using Nodes = std::span<const FieldSet::Node>;

  Value walk(const Place& place, const Value& value, Nodes nodes) {
    switch (place.form(value)) {
      case Form::kScalar:
        return value;
      case Form::kAtomic:
        return value.is_array() || value.is_object() ? Value() : value;
      case Form::kMap:
        return members(place, value, nodes);
      default:
        return items(place, value, nodes);
    }
  }

 private:
  struct Hit {
    bool whole = false;
    Nodes below;
  };
  static Hit find(Nodes nodes, Element element) {
    for (std::size_t i = 0; i < nodes.size(); i += nodes[i].size) {
      if (compare_elements(nodes[i].element(), element) == 0)
        return {nodes[i].member == 1, nodes.subspan(i + 1, nodes[i].size - 1)};
    }
    return {};
  }
  static Hit find_field(Nodes nodes, std::string_view name) {
    for (std::size_t i = 0; i < nodes.size(); i += nodes[i].size) {
      Element element = nodes[i].element();
      if (element[0] == 'f' && element.substr(2) == name)
        return {nodes[i].member == 1, nodes.subspan(i + 1, nodes[i].size - 1)};
    }
    return {};
  }

  Value members(const Place& place, const Value& value, Nodes nodes) {
    if (value.empty()) return {};
    Value out = Value::object(arena_, value.size());
    for (const auto& member : value.members()) {
      Hit hit = find_field(nodes, member.name);
      if (hit.whole) continue;
      auto there = place.member(member.name);
      out.append_member(
          member.name,
          hit.below.empty() ? member.value : walk(there ? *there : Place{}, member.value, hit.below), arena_);
    }
    return out.empty() ? Value() : out;
  }

  Value items(const Place& place, const Value& list, Nodes nodes) {
    if (list.empty()) return {};
    Value out = Value::array(arena_, list.size());
    for (const Value& item : list.items()) {
      auto found = list_item(place, item, arena_);
      Hit hit = found ? find(nodes, found->element) : Hit{};
      if (hit.whole) continue;
      out.push_back(hit.below.empty() ? item : walk(place.item(), item, hit.below), arena_);
    }
    return out.empty() ? Value() : out;
  }

  json::Arena& arena_;
};

}  // namespace

Result<Value> merge(const schema::Type& type, const Value& live, const Value& applied, json::Arena& arena) {
  return Merger(arena).members(Place::of(type), live, applied);
}

Value remove_fields(const schema::Type& type, const Value& object, const FieldSet& fields,
                    json::Arena& arena) {
  if (fields.empty()) return object;
  Value out = Remover(arena).walk(Place::of(type), object, fields.nodes());
  return out.is_null() ? Value::object(arena) : out;
}

}  // namespace pedalion::managedfields
