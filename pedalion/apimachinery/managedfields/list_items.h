#pragma once
// The items of sets and keyed lists as field tracking sees them: each by its element, in the order of
// FieldsV1.
#include <span>

#include "pedalion/apimachinery/managedfields/place.h"

namespace pedalion::managedfields {

/// A list item and the element that it goes by.
struct ListItem {
  Element element;
  /// The one string that is its whole key or value, when that needs no escapes; else without data. Nearly all
  /// have one, and such items are told apart and ordered by it alone.
  std::string_view plain;
  const json::Value* value = nullptr;
};

/// An item of `list`, whose form must be kSet or kListMap. The error's message says what is wrong with the
/// item, in the words of structured-merge-diff.
Result<ListItem> list_item(const Place& list, const json::Value& item, json::Arena& arena);

/// compare_elements() of two items of one list.
inline int compare_items(const ListItem& a, const ListItem& b) {
  if (a.plain.data() != nullptr && b.plain.data() != nullptr) return a.plain.compare(b.plain);
  return compare_elements(a.element, b.element);
}

/// Items of one array by their elements; those of one element stay as they stand in the array.
void sort_items(std::span<ListItem> items);

}  // namespace pedalion::managedfields
