#include "pedalion/apimachinery/managedfields/list_items.h"

#include <algorithm>
#include <array>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/field_error.h"

namespace pedalion::managedfields {
namespace {

using json::Value;
using schema::Shape;

constexpr std::size_t kMaxKeys = 16;

bool is_plain(const Value& value) { return value.is_string() && is_plain_text(value.as_string()); }

Status bad_item(std::string text) { return Status(500, "", std::move(text)); }

/// The value of a key that an item leaves out; null when it has none. What Go always writes defaults to its
/// zero value.
Result<Value> key_default(const schema::Field* field, json::Arena& arena) {
  if (field == nullptr) return Value();
  if (!field->default_json.empty()) return json::parse(field->default_json, arena);
  if (field->omitempty || field->omitzero || field->pointer || field->type == nullptr) return Value();
  switch (field->type->shape) {
    case Shape::kString:
      return Value::string("");
    case Shape::kBool:
      return Value::boolean(false);
    case Shape::kInt32:
    case Shape::kInt64:
    case Shape::kUint32:
      return Value::integer(0);
    default:
      return Value();
  }
}

std::string quoted_list(std::span<const std::string_view> names) {
  std::string text = "[";
  for (auto name : names) text += (text.size() == 1 ? "" : " ") + meta::go_quoted(name);
  return text + "]";
}

Result<ListItem> keyed_item(const Place& list, const Value& item, json::Arena& arena) {
  if (item.is_null())
    return std::unexpected(bad_item("associative list with keys may not have a null element"));
  if (!item.is_object())
    return std::unexpected(bad_item("associative list with keys may not have non-map elements"));
  if (list.keys.size() == 1) {
    const Value* only = item.find(list.keys[0]);
    if (only != nullptr && is_plain(*only) && is_plain_text(list.keys[0])) {
      auto text = only->as_string();
      return ListItem{plain_key_element(list.keys[0], text, arena), text, &item};
    }
  }
  std::array<KeyPart, kMaxKeys> parts;
  std::size_t count = 0;
  Place element = list.item();
  for (auto key : list.keys) {
    if (count == parts.size()) break;
    if (const Value* given = item.find(key)) {
      parts[count++] = {key, *given};
    } else {
      TRY(Value fallback, key_default(element.field(key), arena));
      if (!fallback.is_null()) parts[count++] = {key, fallback};
    }
  }
  if (count == 0) {
    return std::unexpected(bad_item("associative list with keys has an element that omits all key fields " +
                                    quoted_list(list.keys) +
                                    " (and doesn't have default values for any key fields)"));
  }
  std::span<KeyPart> used(parts.data(), count);
  std::ranges::sort(used, {}, &KeyPart::name);
  return ListItem{key_element(used, arena), {}, &item};
}

}  // namespace

Result<ListItem> list_item(const Place& list, const Value& item, json::Arena& arena) {
  if (list.form(item) == Form::kListMap) return keyed_item(list, item, arena);
  if (item.is_object())
    return std::unexpected(bad_item("associative list without keys has an element that's a map type"));
  if (item.is_array())
    return std::unexpected(bad_item("not supported: associative list with lists as elements"));
  if (item.is_null())
    return std::unexpected(bad_item("associative list without keys has an element that's an explicit null"));
  return ListItem{value_element(item, arena), is_plain(item) ? item.as_string() : std::string_view(), &item};
}

void sort_items(std::span<ListItem> items) {
  auto less = [](const ListItem& a, const ListItem& b) {
    int order = compare_items(a, b);
    return order != 0 ? order < 0 : a.value < b.value;
  };
  if (!std::ranges::is_sorted(items, less)) std::ranges::sort(items, less);
}

}  // namespace pedalion::managedfields
