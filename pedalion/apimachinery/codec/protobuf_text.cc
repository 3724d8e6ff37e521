#include "pedalion/apimachinery/codec/protobuf_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <vector>

#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/apimachinery/codec/scalars.h"
#include "pedalion/apimachinery/codec/shape.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/utf8.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/time.h"

namespace pedalion::codec {
namespace {

using schema::Field;
using schema::Shape;
using schema::Type;

constexpr int kMaxDepth = 100;
constexpr std::int64_t kLastSecond = 253402300799;  // of the year 9999
constexpr std::int32_t kNanosOfASecond = 1000000000;

/// Walks the fields of a message; at the first thing amiss it is `broken` and has no more.
class Fields {
 public:
  explicit Fields(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool next() {
    if (at_ == end_) return false;
    begin_ = at_;
    std::uint64_t tag = varint();
    number = static_cast<std::uint32_t>(tag >> 3);
    wire = static_cast<Wire>(tag & 7);
    switch (wire) {
      case Wire::kVarint:
        integer = varint();
        break;
      case Wire::kBytes: {
        std::uint64_t size = varint();
        if (size > static_cast<std::uint64_t>(end_ - at_)) return fail();
        bytes = {at_, static_cast<std::size_t>(size)};
        at_ += size;
        break;
      }
      case Wire::kFixed64:
        if (end_ - at_ < 8) return fail();
        std::memcpy(&integer, at_, 8);
        at_ += 8;
        break;
      default:
        return fail();
    }
    return !broken && tag >> 3 != 0 && tag >> 32 == 0 ? true : fail();
  }
  /// The present field with its tag.
  std::string_view whole() const { return {begin_, at_}; }

  std::uint32_t number = 0;
  Wire wire = Wire::kVarint;
  std::uint64_t integer = 0;
  std::string_view bytes;
  bool broken = false;

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && at_ != end_; shift += 7) {
      auto byte = static_cast<unsigned char>(*at_++);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }
  bool fail() {
    broken = true;
    at_ = end_;
    return false;
  }

  const char *at_, *end_, *begin_ = nullptr;
};

/// Whether it is what servers write as FieldsV1: objects in objects, without white space or anything to
/// escape anew.
bool is_plain_fields(std::string_view text) {
  int depth = 0;
  char before = ':';  // what may stand where depends on it
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '{') {
      if (before != ':') return false;
      ++depth;
    } else if (c == '}') {
      if (before != '{' && before != '}') return false;
      if (--depth == 0) return i + 1 == text.size();
    } else if (c == ',') {
      if (before != '}') return false;
    } else if (c == ':') {
      if (before != '"') return false;
    } else if (c == '"') {
      if (before != '{' && before != ',') return false;
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\' && ++i < text.size() && text[i] != '"' && text[i] != '\\') return false;
        auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20 || byte > 0x7e || byte == '<' || byte == '>' || byte == '&') return false;
      }
    } else {
      return false;
    }
    before = c;
  }
  return false;
}

void append_number(std::int64_t number, std::string& out) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

/// What became of a value. kUnusual: the slow way has to say.
enum class Outcome : std::uint8_t { kWritten, kNull, kUnusual };

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  /// `head`: members that stand before those of the message, with a comma behind them.
  bool message(std::string_view raw, const Type& type, std::string_view head = {}) {
    std::array<std::string_view, 48> few;
    std::vector<std::string_view> many;
    std::span<std::string_view> slots(few.data(), std::min(few.size(), type.fields.size()));
    if (type.fields.size() > few.size()) {
      many.resize(type.fields.size());
      slots = many;
    }
    if (++depth_ > kMaxDepth || !sort_out(raw, type, 0, slots)) return false;
    out_ += '{';
    out_ += head;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (!member(type, type.fields[i], slots[i], head)) return false;
    }
    if (out_.back() == ',') out_.pop_back();
    out_ += '}';
    --depth_;
    return true;
  }

 private:
  /// Where in the message each field is. False unless they come by their numbers, and all are known.
  bool sort_out(std::string_view raw, const Type& type, std::uint16_t level,
                std::span<std::string_view> slots) {
    const auto order = level == 0 ? type.proto_order : type.embedded[level - 1U].proto_order;
    std::size_t at = 0;
    Fields fields(raw);
    while (fields.next()) {
      while (at < order.size() && number_of(type, order[at]) < fields.number) ++at;
      if (at == order.size() || number_of(type, order[at]) != fields.number) return false;
      const std::size_t index = order[at];
      if (index >= type.fields.size()) {
        const auto inner = static_cast<std::uint16_t>(index - type.fields.size() + 1);
        if (fields.wire != Wire::kBytes || !sort_out(fields.bytes, type, inner, slots)) return false;
        ++at;  // a second one would replace what the first one says
        continue;
      }
      std::string_view& slot = slots[index];
      std::string_view whole = fields.whole();
      slot = slot.empty() ? whole : std::string_view(slot.data(), slot.size() + whole.size());
    }
    return !fields.broken;
  }

  static std::uint32_t number_of(const Type& type, std::size_t index) {
    const std::size_t fields = type.fields.size();
    return index < fields ? type.fields[index].proto_number : type.embedded[index - fields].proto_number;
  }

  /// Writes the member with a comma behind it, or leaves it out.
  bool member(const Type& owner, const Field& field, std::string_view slot, std::string_view head) {
    if (!head.empty() && (field.name == "kind" || field.name == "apiVersion")) return true;
    if (slot.empty()) return absent(field);
    const std::size_t mark = out_.size();
    out_ += '"';
    out_ += field.name;
    out_ += "\":";
    const std::size_t begin = out_.size();
    switch (content(*field.type, slot)) {
      case Outcome::kUnusual:
        return false;
      case Outcome::kNull:
        out_.resize(mark);
        return absent(field);
      case Outcome::kWritten:
        break;
    }
    if (field.omitempty && !field.pointer && is_empty(*field.type, std::string_view(out_).substr(begin))) {
      out_.resize(mark);
      return true;
    }
    if (field.name == "resourceVersion" && owner.name.ends_with("Meta")) return false;
    out_ += ',';
    return true;
  }

  bool absent(const Field& field) {
    const Type& type = *field.type;
    const bool never_empty = type.shape == Shape::kStruct || type.shape == Shape::kTime ||
                             type.shape == Shape::kMicroTime || type.shape == Shape::kDuration ||
                             type.shape == Shape::kQuantity || type.shape == Shape::kIntOrString ||
                             type.shape == Shape::kRawExtension || type.shape == Shape::kAlternatives;
    if (field.omitzero || (field.omitempty && (field.pointer || !never_empty))) return true;
    out_ += '"';
    out_ += field.name;
    out_ += "\":";
    if (field.pointer) {
      out_ += "null";
    } else if (!zero(type)) {
      return false;
    }
    out_ += ',';
    return true;
  }

  bool zero(const Type& type) {
    switch (type.shape) {
      case Shape::kString:
        out_ += "\"\"";
        return true;
      case Shape::kBool:
        out_ += "false";
        return true;
      case Shape::kInt32:
      case Shape::kInt64:
      case Shape::kUint32:
      case Shape::kIntOrString:
      case Shape::kDouble:
        out_ += '0';
        return true;
      case Shape::kQuantity:
        out_ += "\"0\"";
        return true;
      case Shape::kDuration:
        out_ += "\"0s\"";
        return true;
      case Shape::kStruct:
        return message({}, type);
      default:
        out_ += "null";
        return true;
    }
  }

  static bool is_empty(const Type& type, std::string_view text) {
    switch (type.shape) {
      case Shape::kString:
      case Shape::kBytes:
        return text == "\"\"";
      case Shape::kBool:
        return text == "false";
      case Shape::kInt32:
      case Shape::kInt64:
      case Shape::kUint32:
        return text == "0";
      case Shape::kDouble:
        return text == "0" || text == "-0";
      case Shape::kList:
        return text == "[]";
      case Shape::kMap:
        return text == "{}";
      default:
        return false;
    }
  }

  /// All that the message says of one field.
  Outcome content(const Type& type, std::string_view slot) {
    Fields fields(slot);
    if (type.is_map()) return map(type, fields);
    if (type.is_list() && !type.proto_message) return list(type, fields);
    if (!fields.next() || fields.whole().size() != slot.size())
      return Outcome::kUnusual;  // or it is there twice
    return value(type, fields);
  }

  Outcome list(const Type& type, Fields& fields) {
    out_ += '[';
    while (fields.next()) {
      if (fields.number == 0 || value(*type.element, fields) != Outcome::kWritten) return Outcome::kUnusual;
      out_ += ',';
    }
    if (fields.broken) return Outcome::kUnusual;
    if (out_.back() == ',') out_.pop_back();
    out_ += ']';
    return Outcome::kWritten;
  }

  Outcome map(const Type& type, Fields& fields) {
    out_ += '{';
    std::string_view last;
    for (bool first = true; fields.next(); first = false) {
      if (fields.wire != Wire::kBytes) return Outcome::kUnusual;
      Fields entry(fields.bytes);
      if (!entry.next() || entry.number != 1 || entry.wire != Wire::kBytes) return Outcome::kUnusual;
      if (!first && entry.bytes <= last) return Outcome::kUnusual;
      last = entry.bytes;
      if (!string(entry.bytes)) return Outcome::kUnusual;
      out_ += ':';
      if (!entry.next() || entry.number != 2 || value(*type.element, entry) != Outcome::kWritten ||
          entry.next() || entry.broken) {
        return Outcome::kUnusual;
      }
      out_ += ',';
    }
    if (fields.broken) return Outcome::kUnusual;
    if (out_.back() == ',') out_.pop_back();
    out_ += '}';
    return Outcome::kWritten;
  }

  bool string(std::string_view text) {
    const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<signed char>(c) >= 0; });
    if (!ascii && !json::is_valid_utf8(text)) return false;
    json::write_string(text, out_);
    return true;
  }

  static Outcome written(bool well) { return well ? Outcome::kWritten : Outcome::kUnusual; }

  Outcome value(const Type& type, const Fields& field) {
    const bool number = type.shape == Shape::kBool || type.shape == Shape::kInt32 ||
                        type.shape == Shape::kInt64 || type.shape == Shape::kUint32;
    const Wire wanted = number ? Wire::kVarint : type.shape == Shape::kDouble ? Wire::kFixed64 : Wire::kBytes;
    if (field.wire != wanted) return Outcome::kUnusual;
    switch (type.shape) {
      case Shape::kBool:
        out_ += field.integer != 0 ? "true" : "false";
        return Outcome::kWritten;
      case Shape::kInt32:
        append_number(static_cast<std::int32_t>(field.integer), out_);
        return Outcome::kWritten;
      case Shape::kInt64:
        append_number(static_cast<std::int64_t>(field.integer), out_);
        return Outcome::kWritten;
      case Shape::kUint32:
        append_number(static_cast<std::uint32_t>(field.integer), out_);
        return Outcome::kWritten;
      case Shape::kDouble:
        json::write(json::Value::number(std::bit_cast<double>(field.integer)), out_);
        return Outcome::kWritten;
      case Shape::kString:
        return written(string(field.bytes));
      case Shape::kBytes:
        out_ += '"';
        out_ += base64_of(field.bytes);
        out_ += '"';
        return Outcome::kWritten;
      case Shape::kStruct:
        return written(message(field.bytes, type));
      case Shape::kList:
        return wrapped_list(type, field.bytes);
      case Shape::kMap:
      case Shape::kAlternatives:
        return Outcome::kUnusual;
      default:
        return special(type, field.bytes);
    }
  }

  Outcome wrapped_list(const Type& type, std::string_view raw) {
    for (Fields fields(raw); fields.next();) {
      if (fields.number != 1) return Outcome::kUnusual;
    }
    Fields fields(raw);
    return list(type, fields);
  }

  /// The types with a form of their own: a message of few fields, and text in JSON.
  Outcome special(const Type& type, std::string_view raw) {
    std::int64_t integers[4] = {};
    std::string_view texts[4];
    Fields fields(raw);
    while (fields.next()) {
      if (fields.number > 3) return Outcome::kUnusual;
      if (fields.wire == Wire::kBytes)
        texts[fields.number] = fields.bytes;
      else
        integers[fields.number] = static_cast<std::int64_t>(fields.integer);
    }
    if (fields.broken) return Outcome::kUnusual;
    switch (type.shape) {
      case Shape::kTime:
      case Shape::kMicroTime:
        return raw.empty() ? Outcome::kNull : time(type, integers[1], integers[2]);
      case Shape::kDuration:
        out_ += '"' + meta::format_go_duration(std::chrono::nanoseconds(integers[1])) + '"';
        return Outcome::kWritten;
      case Shape::kQuantity:
        return quantity(type, texts[1]);
      case Shape::kIntOrString:
        if (integers[1] != 0) return written(string(texts[3]));
        append_number(static_cast<std::int32_t>(integers[2]), out_);
        return Outcome::kWritten;
      default:
        return raw_json(type, texts[1]);
    }
  }

  Outcome time(const Type& type, std::int64_t seconds, std::int64_t nanos) {
    if (seconds <= meta::kZeroTimeSeconds || seconds > kLastSecond || nanos < 0 || nanos >= kNanosOfASecond)
      return Outcome::kUnusual;
    out_ += '"';
    out_ += type.shape == Shape::kTime ? meta::format_time(seconds)
                                       : meta::format_micro_time({seconds, static_cast<std::int32_t>(nanos)});
    out_ += '"';
    return Outcome::kWritten;
  }

  Outcome quantity(const Type& type, std::string_view text) {
    json::Document document;
    auto canonical = shape_scalar(type, json::Value::string(text), document.arena);
    return written(canonical && string(canonical->as_string()));
  }

  Outcome raw_json(const Type& type, std::string_view raw) {
    if (raw.empty()) return Outcome::kNull;
    if (is_plain_fields(raw)) {
      out_ += raw;
      return Outcome::kWritten;
    }
    json::Document document;
    auto parsed = json::parse(raw, document.arena);
    if (!parsed) return Outcome::kUnusual;
    if (parsed->is_null()) return Outcome::kNull;
    if (type.shape == Shape::kRawExtension) keep_numbers(*parsed);
    json::write(*parsed, out_);
    return Outcome::kWritten;
  }

  std::string& out_;
  int depth_ = 0;
};

}  // namespace

bool append_object_text(std::string_view raw, const Type& type, const meta::GroupVersionKind& gvk,
                        std::string& out) {
  std::string head =
      "\"kind\":\"" + gvk.kind + "\",\"apiVersion\":\"" + gvk.group_version().api_version() + "\",";
  const std::size_t mark = out.size();
  if (Writer(out).message(raw, type, head)) return true;
  out.resize(mark);
  return false;
}

}  // namespace pedalion::codec
