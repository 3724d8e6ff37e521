#include <algorithm>
#include <vector>

#include "pedalion/apimachinery/managedfields/field_lister.h"
#include "pedalion/apimachinery/managedfields/typed.h"

namespace pedalion::managedfields {

using json::Member;
using json::Value;

namespace {

struct Child {
  std::string_view name;
  const Value* before;
  const Value* after;
};

class Comparer {
 public:
  explicit Comparer(json::Arena& arena) : arena_(arena), whole_(FieldLister::Marks::kAll, arena) {}

  Result<void> members(const Place& place, const Value& before, const Value& after) {
    std::size_t base = children_.size();
    collect(before, after, place.type != nullptr && place.type->is_struct());
    std::size_t end = children_.size();
    for (std::size_t i = base; i < end; ++i) {
      Child child = children_[i];
      auto there = place.member(child.name);
      TRY_OK(descend(there ? *there : Place{}, field_element(child.name, arena_), child.before, child.after));
    }
    children_.resize(base);
    return {};
  }

  Comparison finish() { return {removed_.finish(), modified_.finish(), added_.finish()}; }

 private:
  void open(Element element) {
    removed_.open(element);
    modified_.open(element);
    added_.open(element);
  }
  void close() {
    removed_.close();
    modified_.close();
    added_.close();
  }

  /// At least one of `before` and `after` is there.
  Result<void> descend(const Place& place, Element element, const Value* before, const Value* after) {
    if (before != nullptr && after != nullptr) {
      open(element);
      TRY_OK(walk(place, *before, *after));
      close();
      return {};
    }
    FieldSetBuilder& side = before == nullptr ? added_ : removed_;
    side.open(element);
    whole_.add(place, before == nullptr ? *after : *before, side);
    side.close();
    return listed();
  }

  Result<void> walk(const Place& place, const Value& before, const Value& after) {
    const Form form = place.form(after.is_null() ? before : after);
    if (place.untyped() && !before.is_null() && !after.is_null() && place.form(before) != form)
      return walk_mixed(place, before, after);
    if (form == Form::kScalar || form == Form::kAtomic || (before.empty() && after.empty())) {
      if (!json::equal(before, after)) modified_.mark();
      return {};
    }
    return form == Form::kMap ? members(place, before, after) : items(place, before, after);
  }

  /// A free-form value that turned from a map into something else, or into one.
  Result<void> walk_mixed(const Place& place, const Value& before, const Value& after) {
    modified_.mark();
    if (!before.empty() && before.is_object()) {
      whole_.add_members(place, before, removed_);
    } else if (after.is_object()) {
      whole_.add_members(place, after, added_);
    }
    return listed();
  }

  /// All that is only before, or only after, has been listed.
  Result<void> listed() const {
    if (whole_.error()) return std::unexpected(*whole_.error());
    return {};
  }

  void note(std::string_view name, const Value* before, const Value* after) {
    if (before == nullptr || after == nullptr || !json::equal(*before, *after))
      children_.push_back({name, before, after});
  }

  /// Pushes the members that differ, sorted by name.
  void collect(const Value& left, const Value& right, bool is_struct) {
    auto first = static_cast<std::ptrdiff_t>(children_.size());
    auto sorted = [](std::span<const Member> members) {
      return std::ranges::is_sorted(members, {}, &Member::name);
    };
    if (!is_struct && sorted(left.members()) && sorted(right.members())) {
      join_sorted(left.members(), right.members());
      return;
    }
    std::size_t i = 0, matched = 0;
    for (const Member& member : right.members()) {
      while (i < left.size() && left.members()[i].name != member.name &&
             right.find(left.members()[i].name) == nullptr)
        ++i;
      bool in_step = i < left.size() && left.members()[i].name == member.name;
      const Value* other = in_step ? &left.members()[i++].value : left.find(member.name);
      if (other != nullptr) ++matched;
      note(member.name, other, &member.value);
    }
    if (matched < left.size()) {
      for (const Member& member : left.members()) {
        if (right.find(member.name) == nullptr) note(member.name, &member.value, nullptr);
      }
    }
    std::sort(children_.begin() + first, children_.end(),
              [](const Child& a, const Child& b) { return a.name < b.name; });
  }

  void join_sorted(std::span<const Member> left, std::span<const Member> right) {
    std::size_t i = 0, j = 0;
    while (i < left.size() || j < right.size()) {
      int order = i == left.size() ? 1 : j == right.size() ? -1 : left[i].name.compare(right[j].name);
      if (order < 0) {
        note(left[i].name, &left[i].value, nullptr);
      } else if (order > 0) {
        note(right[j].name, nullptr, &right[j].value);
      } else {
        note(left[i].name, &left[i].value, &right[j].value);
      }
      if (order <= 0) ++i;
      if (order >= 0) ++j;
    }
  }

  Result<std::vector<ListItem>> indexed(const Place& place, const Value& list) {
    std::vector<ListItem> found;
    found.reserve(list.size());
    for (const Value& item : list.items()) {
      TRY(ListItem made, list_item(place, item, arena_));
      found.push_back(made);
    }
    sort_items(found);
    return found;
  }

  Result<void> items(const Place& place, const Value& before, const Value& after) {
    TRY(auto left, indexed(place, before));
    TRY(auto right, indexed(place, after));
    auto run_end = [](const std::vector<ListItem>& items, std::size_t i) {
      std::size_t end = i;
      while (end < items.size() && compare_items(items[end], items[i]) == 0) ++end;
      return end;
    };
    for (std::size_t i = 0, j = 0; i < left.size() || j < right.size();) {
      int order = i == left.size() ? 1 : j == right.size() ? -1 : compare_items(left[i], right[j]);
      std::size_t left_end = order <= 0 ? run_end(left, i) : i,
                  right_end = order >= 0 ? run_end(right, j) : j;
      Element element = order <= 0 ? left[i].element : right[j].element;
      TRY_OK(item_run(place, element, std::span(left).subspan(i, left_end - i),
                      std::span(right).subspan(j, right_end - j)));
      i = left_end;
      j = right_end;
    }
    return {};
  }

  /// The items of one key, before and after. Duplicates count as one opaque thing.
  Result<void> item_run(const Place& place, Element element, std::span<const ListItem> before,
                        std::span<const ListItem> after) {
    const Value* left = before.empty() ? nullptr : before[0].value;
    const Value* right = after.empty() ? nullptr : after[0].value;
    if (before.size() <= 1 && after.size() <= 1) {
      if (left != nullptr && right != nullptr && json::equal(*left, *right)) return {};
      return descend(place.item(), element, left, right);
    }
    open(element);
    if (before.size() >= 2 && after.size() >= 2) {
      auto same = [](const ListItem& a, const ListItem& b) { return json::equal(*a.value, *b.value); };
      if (!std::ranges::equal(before, after, same)) modified_.mark();
    } else if (before.size() >= 2) {
      if (right != nullptr) whole_.add(place.item(), *right, added_);
      removed_.mark();
    } else {
      if (left != nullptr) whole_.add(place.item(), *left, removed_);
      added_.mark();
    }
    close();
    return listed();
  }

  json::Arena& arena_;
  FieldSetBuilder removed_, modified_, added_;
  FieldLister whole_;            // what is on one side only
  std::vector<Child> children_;  // a stack: each level works on its end
};

}  // namespace

Result<Comparison> compare(const schema::Type& type, const Value& before, const Value& after,
                           json::Arena& arena) {
  Comparer comparer(arena);
  TRY_OK(comparer.members(Place::of(type), before, after));
  return comparer.finish();
}

}  // namespace pedalion::managedfields
