#include "pedalion/apimachinery/codec/scalars.h"

#include <algorithm>
#include <limits>
#include <string>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/quantity.h"
#include "pedalion/apimachinery/meta/time.h"

namespace pedalion::codec {
namespace {

using json::Arena;
using json::Value;
using schema::Shape;

constexpr std::string_view kSpace = " \t\n\v\f\r";

std::unexpected<Status> wrong_kind(const Value& value) {
  return std::unexpected(Status(400, std::string(kKindMismatch), std::string(kind_word(value))));
}

Result<Value> integer(const Value& value, std::int64_t least, std::int64_t most) {
  if (!value.is_number()) return wrong_kind(value);
  if (value.is_double() || value.as_int() < least || value.as_int() > most) {
    return std::unexpected(
        Status(400, std::string(kKindMismatch),
               "number " + (value.is_double() && !value.written().empty() ? std::string(value.written())
                                                                          : json::to_string(value))));
  }
  return value;
}

/// Go's decoder skips line breaks; the error names the first byte that does not belong.
Result<Value> base64(const Value& value, Arena& arena) {
  if (!value.is_string()) return wrong_kind(value);
  auto text = value.as_string();
  std::string kept;
  std::size_t padding = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\r' || c == '\n') continue;
    bool letter =
        (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    bool pad = c == '=' && kept.size() % 4 >= 2;
    if ((!letter && !pad) || (letter && padding > 0)) {
      return std::unexpected(
          Status(400, "BadRequest", "illegal base64 data at input byte " + std::to_string(i)));
    }
    padding += pad;
    kept += c;
  }
  if (kept.size() % 4 != 0) {
    return std::unexpected(Status(
        400, "BadRequest", "illegal base64 data at input byte " + std::to_string(text.size() / 4 * 4)));
  }
  return kept.size() == text.size() ? value : Value::string(kept, arena);
}

Result<Value> time(const Value& value, Arena& arena, bool micro) {
  if (!value.is_string()) return wrong_kind(value);
  TRY(auto instant, micro ? meta::parse_micro_time(value.as_string()) : meta::parse_time(value.as_string()));
  if (instant.seconds == meta::kZeroTimeSeconds && instant.nanos == 0) return Value();
  return Value::string(micro ? meta::format_micro_time(instant) : meta::format_time(instant.seconds), arena);
}

Result<Value> quantity(const Value& value, Arena& arena) {
  std::string written;  // whatever it is, its JSON is taken for a quantity's text
  if (!value.is_string()) written = json::to_string(value);
  std::string_view text = value.is_string() ? value.as_string() : std::string_view(written);
  if (value.is_double() && !value.written().empty()) text = value.written();
  text = text.substr(std::min(text.find_first_not_of(kSpace), text.size()));
  text = text.substr(0, text.find_last_not_of(kSpace) + 1);
  TRY(auto parsed, meta::Quantity::parse(text));
  std::string canonical = parsed.text();
  return value.is_string() && canonical == value.as_string() ? value : Value::string(canonical, arena);
}

}  // namespace

std::string_view kind_word(const Value& value) {
  switch (value.kind()) {
    case json::Kind::kBool:
      return "bool";
    case json::Kind::kInt:
    case json::Kind::kDouble:
      return "number";
    case json::Kind::kString:
      return "string";
    case json::Kind::kArray:
      return "array";
    case json::Kind::kObject:
      return "object";
    default:
      return "null";
  }
}

Result<Value> shape_scalar(const schema::Type& type, Value value, Arena& arena) {
  switch (type.shape) {
    case Shape::kString:
      if (!value.is_string()) return wrong_kind(value);
      return value;
    case Shape::kBool:
      if (!value.is_bool()) return wrong_kind(value);
      return value;
    case Shape::kInt32:
      return integer(value, std::numeric_limits<std::int32_t>::min(),
                     std::numeric_limits<std::int32_t>::max());
    case Shape::kUint32:
      return integer(value, 0, std::numeric_limits<std::uint32_t>::max());
    case Shape::kInt64:
      return integer(value, std::numeric_limits<std::int64_t>::min(),
                     std::numeric_limits<std::int64_t>::max());
    case Shape::kDouble:
      if (!value.is_number()) return wrong_kind(value);
      return value;
    case Shape::kBytes:
      return base64(value, arena);
    case Shape::kTime:
      return time(value, arena, false);
    case Shape::kMicroTime:
      return time(value, arena, true);
    case Shape::kQuantity:
      return quantity(value, arena);
    case Shape::kDuration: {
      if (!value.is_string()) return wrong_kind(value);
      TRY(auto duration, meta::parse_go_duration(value.as_string()));
      return Value::string(meta::format_go_duration(duration), arena);
    }
    case Shape::kIntOrString:
      if (value.is_string()) return value;
      return integer(value, std::numeric_limits<std::int32_t>::min(),
                     std::numeric_limits<std::int32_t>::max());
    default:
      return value;
  }
}

}  // namespace pedalion::codec
