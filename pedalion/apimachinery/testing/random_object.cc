#include "pedalion/apimachinery/testing/random_object.h"

#include <algorithm>
#include <set>
#include <vector>

#include "pedalion/apimachinery/json/write.h"

namespace pedalion::apimachinery::testing {
namespace {

using json::Value;
using schema::Shape;

constexpr int kDeep = 6, kDeepest = 12;
// Also what a form might take for something else.
constexpr std::string_view kTexts[] = {
    "a",     "two words",  "\"<\\>&\n", "Grüße €",      "😀",       "\x01",    "",
    "true",  "null",       "1e3",       "0x1F",         "017",      "1_000",   "2026-01-02",
    ".inf",  "~",          "- a",       "a: b",         "#no",      "'it''s'", "\ttab",
    "|\n x", "x\n\ny\n\n", " ends in ", "\u2028\u0085", "%percent", "@at",     "{{ go }}",
    "=",     "<<",         "on\r\n"};
constexpr std::string_view kBase64[] = {"AA==", "AAE=", "//79"};
constexpr std::string_view kKeys[] = {"a", "b", "c", "d", "TCP", "e/f"};
constexpr std::string_view kTimes[] = {"2026-01-02T03:04:05Z", "1969-12-31T23:59:59Z",
                                       "9999-12-31T23:59:59Z"};
constexpr std::string_view kMicroTimes[] = {"2026-01-02T03:04:05.000006Z", "1969-12-31T23:59:59.999999Z"};
constexpr std::string_view kDurations[] = {"1h2m3s", "-5ms", "0s"};
constexpr std::string_view kQuantities[] = {"0", "100m", "1Gi", "-3"};

bool is_leaf(const schema::Type& type) { return type.fields.empty() && type.element == nullptr; }

/// What the items of a list are told apart by, in server-side apply or in strategic merge patch.
std::vector<std::string_view> keys_of(const schema::Field& field) {
  std::vector<std::string_view> keys(field.list_map_keys.begin(), field.list_map_keys.end());
  if (!field.patch_merge_key.empty() && std::ranges::find(keys, field.patch_merge_key) == keys.end())
    keys.push_back(field.patch_merge_key);
  return keys;
}

bool has_unique_items(const schema::Field& field) {
  return field.list_type == schema::ListType::kSet || field.list_type == schema::ListType::kMap ||
         (field.patch_strategy & schema::kPatchMerge) != 0;
}

}  // namespace

Value RandomObject::of(const schema::Type& type) {
  fullness_ = std::size_t{1} << below(4);
  return value(type, 0);
}

Value RandomObject::value(const schema::Type& type, int depth) {
  switch (type.shape) {
    case Shape::kString:
      return Value::string(kTexts[below(std::size(kTexts))]);
    case Shape::kBytes:
      return Value::string(kBase64[below(std::size(kBase64))]);
    case Shape::kBool:
      return Value::boolean(below(2) != 0);
    case Shape::kInt32:
      return Value::integer(static_cast<std::int32_t>(random_()));
    case Shape::kUint32:
      return Value::integer(static_cast<std::uint32_t>(random_()));
    case Shape::kInt64:
      return Value::integer(static_cast<std::int64_t>(random_()) << below(32));
    case Shape::kDouble:
      return Value::number(static_cast<double>(random_()) / 64);
    case Shape::kStruct:
      return structure(type, depth);
    case Shape::kAlternatives:
      return value(*type.fields[below(type.fields.size())].type, depth + 1);
    case Shape::kList:
      return list(type, depth);
    case Shape::kMap:
      return map(type, depth);
    default:
      return special(type.shape);
  }
}

Value RandomObject::structure(const schema::Type& type, int depth) {
  Value made = Value::object(arena_);
  for (const auto& member : type.fields) {
    if (std::ranges::find(left_out_, std::pair(type.name, member.name)) != left_out_.end()) continue;
    bool leaf = is_leaf(*member.type);
    bool wanted =
        member.proto_number != 0 && (leaf || !member.omitempty || depth < kDeep) && below(8) < fullness_;
    if (wanted && (leaf || depth < kDeepest))
      made.append_member(member.name, field(member, depth + 1), arena_);
  }
  return made;
}

Value RandomObject::field(const schema::Field& field, int depth) {
  if (null_every_ != 0 && below(null_every_) == 0) return {};
  Value made = value(*field.type, depth);
  if (made.is_array() && has_unique_items(field)) make_unique(made, field);
  return made;
}

Value RandomObject::list(const schema::Type& type, int depth) {
  std::size_t count = depth < kDeep ? 1 + below(3) : 1;
  Value made = Value::array(arena_);
  for (std::size_t i = 0; i < count; ++i) made.push_back(value(*type.element, depth + 1), arena_);
  return made;
}

Value RandomObject::map(const schema::Type& type, int depth) {
  std::size_t count = depth < kDeep ? 1 + below(3) : 1;
  Value made = Value::object(arena_);
  for (std::size_t i = 0; i < count; ++i) {
    std::string name = std::to_string(below(30)) + std::string(kTexts[below(std::size(kTexts))]);
    made.set(name, value(*type.element, depth + 1), arena_);
  }
  return made;
}

Value RandomObject::special(Shape shape) {
  auto one_of = [&](const auto& texts) { return Value::string(texts[below(std::size(texts))]); };
  switch (shape) {
    case Shape::kTime:
      return one_of(kTimes);
    case Shape::kMicroTime:
      return one_of(kMicroTimes);
    case Shape::kDuration:
      return one_of(kDurations);
    case Shape::kQuantity:
      return one_of(kQuantities);
    case Shape::kIntOrString:
      return below(2) != 0 ? Value::integer(static_cast<std::int32_t>(random_())) : Value::string("25%");
    default: {  // JSON that stays JSON
      Value made = Value::object(arena_);
      made.append_member("kind", Value::string("A\"B"), arena_);
      made.append_member("list", Value::array(arena_), arena_);
      return made;
    }
  }
}

Value RandomObject::key(const schema::Type& type) {
  if (type.shape == Shape::kString) return Value::string(kKeys[below(std::size(kKeys))]);
  if (type.shape == Shape::kInt32) return Value::integer(1 + static_cast<std::int64_t>(below(6)));
  return value(type, kDeepest);
}

void RandomObject::make_unique(Value& list, const schema::Field& field) {
  const auto keys = keys_of(field);
  const schema::Type& element = *field.type->element;
  std::set<std::string> seen;
  for (std::uint32_t i = 0; i < list.size();) {
    Value& item = list.items()[i];
    std::string identity = item.is_object() ? "" : json::to_string(item);
    for (std::string_view name : keys) {
      if (!item.is_object() || element.field(name) == nullptr) continue;
      item.set(name, key(*element.field(name)->type), arena_);
      if (!uses_merge_keys_ || field.patch_merge_key.empty() || name == field.patch_merge_key)
        identity += json::to_string(*item.find(name)) + ",";
    }
    if (seen.insert(identity).second) {
      ++i;
    } else {
      list.erase_at(i);
    }
  }
}

}  // namespace pedalion::apimachinery::testing
