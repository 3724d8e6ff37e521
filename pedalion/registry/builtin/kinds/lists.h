#pragma once
// Lists that must not grow without bound, and sets.
#include <algorithm>
#include <string>
#include <vector>

#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds {

/// Judges each element with check(Field), unless there are too many: then only that is reported.
template <class Check>
bool check_list(const Field& list, std::size_t limit, Check check) {
  if (list.size() > limit) {
    list.too_many(limit);
    return false;
  }
  list.each(check);
  return true;
}

/// Reports each element whose key(Field), a text, an earlier one has.
template <class Key>
void check_unique(const Field& list, Key key) {
  std::vector<std::string> seen;
  list.each([&](const Field& item) {
    std::string own(key(item));
    if (std::ranges::find(seen, own) != seen.end()) return item.duplicate(own);
    seen.push_back(std::move(own));
  });
}

/// Both: the elements first.
template <class Key, class Check>
void check_set(const Field& list, std::size_t limit, Key key, Check check) {
  if (check_list(list, limit, check)) check_unique(list, key);
}

/// Keys of sets: the element itself, or its name.
inline std::string_view own_text(const Field& item) { return item.text(); }
inline std::string_view own_name(const Field& item) { return item["name"].text(); }

}  // namespace pedalion::registry::builtin::kinds
