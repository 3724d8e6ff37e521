#include "pedalion/apimachinery/managedfields/field_lister.h"

#include <algorithm>
#include <memory>

#include "pedalion/apimachinery/managedfields/typed.h"

namespace pedalion::managedfields {

using json::Member;
using json::Value;

void FieldLister::add(const Place& place, const Value& value, FieldSetBuilder& out) {
  if (marks_ == Marks::kAll) out.mark();
  doubt(!place.accepts(value));
  switch (place.form(value)) {
    case Form::kAtomic:
      if (marks_ == Marks::kOwned) doubt(!is_valid(place, value, arena_));
      [[fallthrough]];
    case Form::kScalar:
      out.mark();
      break;
    case Form::kMap:
      add_members(place, value, out);
      break;
    case Form::kSet:
    case Form::kListMap:
      add_items(place, value, out);
      break;
  }
}

void FieldLister::add_members(const Place& place, const Value& object, FieldSetBuilder& out) {
  const std::size_t base = members_.size();
  for (const Member& member : object.members()) members_.push_back(&member);
  auto here = std::span(members_).subspan(base);
  if (!std::ranges::is_sorted(here, {}, &Member::name)) std::ranges::sort(here, {}, &Member::name);
  for (std::size_t i = base, end = members_.size(); i < end; ++i) {
    const Member& member = *members_[i];
    const schema::Field* field = place.field(member.name);
    out.open(field_element(member.name, arena_));
    const auto there = field != nullptr ? Place::of(*field) : place.member(member.name);
    doubt(!there);
    add(there.value_or(Place{}), member.value, out);
    const bool empty_map = member.value.is_object() && member.value.empty();
    if (field == nullptr || empty_map || member.value.is_null()) out.mark();
    out.close();
  }
  members_.resize(base);
}

void FieldLister::add_items(const Place& place, const Value& list, FieldSetBuilder& out) {
  auto* items = static_cast<ListItem*>(arena_.allocate(sizeof(ListItem) * list.size()));
  std::size_t end = 0;
  for (const Value& item : list.items()) {
    auto found = list_item(place, item, arena_);
    if (found) {
      std::construct_at(items + end++, *found);
    } else if (!error_) {
      error_ = std::move(found.error());
      doubt(true);
    }
  }
  sort_items({items, end});
  const Place inner = place.item();
  for (std::size_t i = 0; i < end;) {
    const ListItem& item = items[i];
    std::size_t next = i + 1;
    while (next < end && compare_items(item, items[next]) == 0) ++next;
    out.open(item.element);
    doubt(next != i + 1);
    if (next == i + 1) add(inner, *item.value, out);  // duplicates are owned as a whole
    out.mark();
    out.close();
    i = next;
  }
}

}  // namespace pedalion::managedfields
