#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "pedalion/apimachinery/managedfields/typed.h"

namespace pedalion::managedfields {
namespace {

using json::Value;

struct Item {
  Element element;
  const Value* value;
};

/// The items of a list by element. Duplicates (live objects may have them) merge with nothing: they count as
/// null.
struct Index {
  std::vector<Item> items;
  std::unordered_map<std::string_view, const Value*> values;
  bool contains(Element element) const { return values.contains(element); }
  const Value* at(Element element) const {
    auto found = values.find(element);
    return found == values.end() ? nullptr : found->second;
  }
};

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
  enum class Duplicates : bool { kRefuse, kAllow };
  Result<Index> indexed(const Place& place, const Value& list, Duplicates duplicates) {
    static const Value kNull;
    Index index;
    index.items.reserve(list.size());
    index.values.reserve(list.size());
    for (const Value& item : list.items()) {
      TRY(Element element, item_element(place, item, arena_));
      auto [at, inserted] = index.values.try_emplace(element, &item);
      if (!inserted && duplicates == Duplicates::kRefuse) {
        std::string text = "duplicate entries for key ";
        append_element_text(element, text);
        return std::unexpected(Status(500, "", std::move(text)));
      }
      if (!inserted) at->second = &kNull;
      index.items.push_back({element, &item});
    }
    return index;
  }

  /// Keeps live's order where it can, the applied order among applied items.
  Result<Value> items(const Place& place, const Value& live, const Value& applied) {
    TRY(Index right, indexed(place, applied, Duplicates::kRefuse));
    TRY(Index left, indexed(place, live, Duplicates::kAllow));
    std::vector<Element> shared;
    for (const Item& item : right.items) {
      if (left.contains(item.element)) shared.push_back(item.element);
    }
    std::size_t next_shared = 0;
    std::unordered_set<std::string_view> done;
    Value out = Value::array(arena_, static_cast<std::uint32_t>(left.items.size() + right.items.size()));
    auto take = [&](Element element, const Value* from_live, const Value* from_applied) -> Result<void> {
      if (from_applied != nullptr) done.insert(element);
      TRY(Value made, walk(place.item(), from_live, from_applied));
      out.push_back(made, arena_);
      return {};
    };
    std::size_t l = 0, r = 0;
    while (l < left.items.size() || r < right.items.size()) {
      if (l < left.items.size() && r < right.items.size()) {
        Element element = left.items[l].element;
        if (element == right.items[r].element) {
          TRY_OK(take(element, left.at(element), right.at(element)));
          ++l;
          ++r;
          ++next_shared;
          continue;
        }
        if (right.contains(element) && next_shared < shared.size() && shared[next_shared] != element) {
          ++l;  // an item of both, but not the one whose turn it is
          continue;
        }
      }
      if (l < left.items.size()) {
        const Item& item = left.items[l];
        if (!right.contains(item.element)) {
          TRY_OK(take(item.element, item.value, nullptr));
          ++l;
          continue;
        }
        if (done.contains(item.element)) ++l;
      }
      if (r < right.items.size()) {
        Element element = right.items[r].element;
        TRY_OK(take(element, left.at(element), right.at(element)));
        ++r;
        if (next_shared < shared.size() && shared[next_shared] == element) ++next_shared;
      }
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
      auto element = item_element(place, item, arena_);
      Hit hit = element ? find(nodes, *element) : Hit{};
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
