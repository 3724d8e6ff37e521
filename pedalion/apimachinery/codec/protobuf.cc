#include "pedalion/apimachinery/codec/protobuf.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/apimachinery/codec/shape.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/utf8.h"
#include "pedalion/apimachinery/meta/time.h"

namespace pedalion::codec {
namespace {

using json::Arena;
using json::Value;
using schema::Field;
using schema::Shape;
using schema::Type;

constexpr int kMaxDepth = 200;
constexpr std::string_view kPrefix{"k8s\0", 4};

std::unexpected<Status> malformed(std::string why) {
  return std::unexpected(Status(400, "BadRequest", std::move(why)));
}
std::unexpected<Status> cut_off() { return malformed("unexpected EOF"); }

/// One field of a message: its number, and its value as it is on the wire.
struct Token {
  std::uint32_t number = 0;
  Wire wire = Wire::kVarint;
  std::uint64_t integer = 0;  // also the bits of fixed ones
  std::string_view bytes;
};

std::unexpected<Status> wrong_wire(const Token& token, std::string_view field) {
  std::string name(field);  // Go's, as good as one knows it
  if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return malformed("proto: wrong wireType = " + std::to_string(static_cast<int>(token.wire)) + " for field " +
                   name);
}

/// Walks the fields of one message, with the words of Go's generated code for what is wrong.
class Reader {
 public:
  /// `message`: its name in Go.
  Reader(std::string_view text, std::string_view message) : rest_(text), message_(message) {}
  bool at_end() const { return rest_.empty(); }

  Result<Token> next() {
    TRY(std::uint64_t tag, varint());
    if ((tag & 7) == kEndGroup)
      return malformed("proto: " + std::string(message_) + ": wiretype end group for non-group");
    const auto number = static_cast<std::int32_t>(tag >> 3);
    if (number <= 0) {
      return malformed("proto: " + std::string(message_) + ": illegal tag " + std::to_string(number) +
                       " (wire type " + std::to_string(tag) + ")");
    }
    TRY(Token token, value(tag));
    for (int depth = (tag & 7) == kStartGroup ? 1 : 0; depth > 0;) {
      TRY(tag, varint());
      if ((tag & 7) == kEndGroup) {
        --depth;
      } else if ((tag & 7) == kStartGroup) {
        ++depth;
      } else {
        TRY_OK(value(tag));
      }
    }
    return token;
  }

  Result<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) return cut_off();
      auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return malformed("proto: integer overflow");
  }

 private:
  static constexpr std::uint64_t kStartGroup = 3, kEndGroup = 4;

  /// What stands behind a tag; nothing of a group.
  Result<Token> value(std::uint64_t tag) {
    Token token{.number = static_cast<std::uint32_t>(tag >> 3), .wire = static_cast<Wire>(tag & 7)};
    if ((tag & 7) == kStartGroup) return token;
    switch (token.wire) {
      case Wire::kVarint: {
        TRY(token.integer, varint());
        return token;
      }
      case Wire::kFixed64:
        return fixed(token, 8);
      case Wire::kFixed32:
        return fixed(token, 4);
      case Wire::kBytes: {
        TRY(std::uint64_t size, varint());
        if (size >> 63 != 0) return malformed("proto: negative length found during unmarshaling");
        if (size > rest_.size()) return cut_off();
        token.bytes = rest_.substr(0, static_cast<std::size_t>(size));
        rest_.remove_prefix(token.bytes.size());
        return token;
      }
    }
    return malformed("proto: illegal wireType " + std::to_string(tag & 7));
  }

  Result<Token> fixed(Token token, std::size_t size) {
    if (rest_.size() < size) return cut_off();
    std::memcpy(&token.integer, rest_.data(), size);  // little-endian, as this machine is
    rest_.remove_prefix(size);
    return token;
  }

  std::string_view rest_, message_;
};
static_assert(std::endian::native == std::endian::little);

class Decoder {
 public:
  explicit Decoder(Arena& arena) : arena_(arena) {}

  Result<Value> message(std::string_view raw, const Type& type) {
    if (++depth_ > kMaxDepth) return malformed("proto: exceeded max depth");
    Value object = Value::object(arena_);
    TRY_OK(fields(raw, type, 0, Seen::kNothing, object));
    --depth_;
    return object;
  }

 private:
  Value text(std::string_view bytes) {
    return json::is_valid_utf8(bytes) ? Value::string(bytes, arena_)
                                      : Value::string(json::with_replaced_utf8(bytes), arena_);
  }

  /// Finds what a number stands for. Messages come in the order of their numbers: it looks on from where it
  /// was.
  class Numbers {
   public:
    /// `level`: index + 1 of the embedded struct whose message is read; 0: the type's own.
    Numbers(const Type& type, std::uint16_t level)
        : type_(type), order_(level == 0 ? type.proto_order : type.embedded[level - 1U].proto_order) {}
    /// Index into the type's fields, or, beyond them, into what it embeds; nothing for unknown numbers.
    std::optional<std::size_t> find(std::uint32_t number) {
      for (std::size_t tried = 0; tried < order_.size(); ++tried) {
        const std::size_t index = order_[at_];
        if (number_of(index) == number) return index;
        at_ = at_ + 1 == order_.size() ? 0 : at_ + 1;
      }
      return std::nullopt;
    }

   private:
    std::uint32_t number_of(std::size_t index) const {
      const std::size_t fields = type_.fields.size();
      return index < fields ? type_.fields[index].proto_number : type_.embedded[index - fields].proto_number;
    }
    const Type& type_;
    const std::span<const std::uint16_t> order_;
    std::size_t at_ = 0;
  };

  /// What of a message has been read into the object before: a field that comes once more replaces the one
  /// before.
  enum class Seen : bool { kNothing, kSome };

  Result<void> fields(std::string_view raw, const Type& type, std::uint16_t level, Seen seen, Value& object) {
    Numbers numbers(type, level);
    std::uint32_t highest = 0;
    const auto name = level == 0 ? type.name : type.embedded[level - 1U].type->name;
    for (Reader reader(raw, name); !reader.at_end();) {
      TRY(Token token, reader.next());
      const bool is_new = seen == Seen::kNothing && token.number > highest;
      highest = std::max(highest, token.number);
      auto index = numbers.find(token.number);
      if (!index) continue;
      const std::size_t embedded = *index - type.fields.size();
      if (*index < type.fields.size()) {
        TRY_OK(member(type.fields[*index], token, is_new, object));
        continue;
      }
      if (token.wire != Wire::kBytes) return wrong_wire(token, type.embedded[embedded].type->name);
      TRY_OK(fields(token.bytes, type, static_cast<std::uint16_t>(embedded + 1),
                    is_new ? Seen::kNothing : Seen::kSome, object));
    }
    return {};
  }

  static bool is_number(const Type& type) {
    return type.shape == Shape::kBool || type.shape == Shape::kInt32 || type.shape == Shape::kInt64 ||
           type.shape == Shape::kUint32;
  }
  static Wire wire_of(const Type& type) {
    if (type.shape == Shape::kDouble) return Wire::kFixed64;
    return is_number(type) ? Wire::kVarint : Wire::kBytes;
  }

  /// Go writes most fields that are not set, too; JSON leaves them out.
  static bool is_left_out(const Field& field, const Token& token) {
    if (!field.omitempty || field.pointer) return false;
    return is_number(*field.type) ? token.integer == 0
                                  : field.type->shape == Shape::kString && token.bytes.empty();
  }

  /// `is_new`: the object has no such member yet.
  Result<void> member(const Field& field, const Token& token, bool is_new, Value& object) {
    const Type& type = *field.type;
    const bool elements = type.is_list() && !type.proto_message;
    const Wire wanted = wire_of(elements ? *type.element : type);
    const bool packed = elements && wanted == Wire::kVarint && token.wire == Wire::kBytes;
    if (token.wire != wanted && !packed) return wrong_wire(token, field.name);
    if (type.is_list() && !type.proto_message) {
      Value* list = object.find(field.name);
      if (list == nullptr) list = &object.append_member(field.name, Value::array(arena_), arena_);
      return element(type, token, *list);
    }
    if (type.is_map()) return entry(type, token, object.object_at(field.name, arena_));
    if (is_new && is_left_out(field, token)) return {};
    TRY(Value made, value(type, token));
    if (is_new)
      object.append_member(field.name, made, arena_);
    else
      object.set(field.name, made, arena_);
    return {};
  }

  Result<void> element(const Type& list_type, const Token& token, Value& list) {
    // A list of numbers may come packed.
    if (token.wire != Wire::kBytes || !is_number(*list_type.element)) {
      TRY(Value made, value(*list_type.element, token));
      list.push_back(made, arena_);
      return {};
    }
    for (Reader reader(token.bytes, list_type.name); !reader.at_end();) {
      TRY(std::uint64_t number, reader.varint());
      TRY(Value made, value(*list_type.element, Token{.integer = number}));
      list.push_back(made, arena_);
    }
    return {};
  }

  Result<void> entry(const Type& map_type, const Token& token, Value& map) {
    Value key = Value::string(""), content;
    bool has_content = false;
    for (Reader reader(token.bytes, map_type.name); !reader.at_end();) {
      TRY(Token part, reader.next());
      if (part.number == 1) key = text(part.bytes);
      if (part.number != 2) continue;
      TRY(content, value(*map_type.element, part));
      has_content = true;
    }
    if (!has_content) {
      TRY(content, value(*map_type.element, Token{.number = 2, .wire = Wire::kBytes}));
    }
    map.set(key.as_string(), content, arena_);
    return {};
  }

  Result<Value> value(const Type& type, const Token& token) {
    switch (type.shape) {
      case Shape::kBool:
        return Value::boolean(token.integer != 0);
      case Shape::kInt32:
        return Value::integer(static_cast<std::int32_t>(token.integer));
      case Shape::kInt64:
        return Value::integer(static_cast<std::int64_t>(token.integer));
      case Shape::kUint32:
        return Value::integer(static_cast<std::uint32_t>(token.integer));
      case Shape::kDouble:
        return Value::number(std::bit_cast<double>(token.integer));
      default:
        break;
    }
    switch (type.shape) {
      case Shape::kString:
        return text(token.bytes);
      case Shape::kBytes:
        return Value::string(base64_of(token.bytes), arena_);
      case Shape::kStruct:
        return message(token.bytes, type);
      case Shape::kAlternatives:
        return alternative(token.bytes, type);
      case Shape::kList:
        return wrapped_list(token.bytes, type);
      default:
        return special(type, token.bytes);
    }
  }

  Result<Value> wrapped_list(std::string_view raw, const Type& type) {
    Value list = Value::array(arena_);
    for (Reader reader(raw, type.name); !reader.at_end();) {
      TRY(Token token, reader.next());
      if (token.number == 1) TRY_OK(element(type, token, list));
    }
    return list;
  }

  /// Of the alternatives' fields the last that is there and says something counts.
  Result<Value> alternative(std::string_view raw, const Type& type) {
    Value chosen;
    Numbers numbers(type, 0);
    for (Reader reader(raw, type.name); !reader.at_end();) {
      TRY(Token token, reader.next());
      auto index = numbers.find(token.number);
      if (!index) continue;
      Value holder = Value::object(arena_);
      Field named = type.fields[*index];
      named.name = "value";
      if (named.type->is_list() && chosen.is_array()) holder.append_member("value", chosen, arena_);
      TRY_OK(member(named, token, false, holder));
      chosen = *holder.find("value");
    }
    return chosen;
  }

  /// The types with a form of their own: a message of few fields, and text in JSON.
  Result<Value> special(const Type& type, std::string_view raw) {
    std::int64_t integers[4] = {};
    std::string_view texts[4];
    bool any = false, is_time = type.shape == Shape::kTime || type.shape == Shape::kMicroTime;
    for (Reader reader(raw, is_time ? "Timestamp" : type.name); !reader.at_end();) {
      TRY(Token token, reader.next());
      any = true;
      if (token.number > 3) continue;
      integers[token.number] = static_cast<std::int64_t>(token.integer);
      texts[token.number] = token.bytes;
    }
    switch (type.shape) {
      case Shape::kTime:
        return any ? Value::string(meta::format_time(integers[1]), arena_) : Value();
      case Shape::kMicroTime:
        return any ? Value::string(
                         meta::format_micro_time({integers[1], static_cast<std::int32_t>(integers[2])}),
                         arena_)
                   : Value();
      case Shape::kDuration:
        return Value::string(meta::format_go_duration(std::chrono::nanoseconds(integers[1])), arena_);
      case Shape::kQuantity:
        return text(texts[1]);
      case Shape::kIntOrString:
        return integers[1] == 0 ? Value::integer(static_cast<std::int32_t>(integers[2])) : text(texts[3]);
      default:
        return raw_json(type, texts[1]);
    }
  }

  Result<Value> raw_json(const Type& type, std::string_view raw) {
    if (raw.empty()) return Value();
    TRY(Value value, json::parse(raw, arena_));
    if (type.shape == Shape::kRawExtension) keep_numbers(value);
    return value;
  }

  Arena& arena_;
  int depth_ = 0;
};

}  // namespace

Result<ProtobufEnvelope> open_envelope(std::string_view body) {
  if (body.empty()) return malformed("empty data");
  if (!body.starts_with(kPrefix)) {
    return malformed(
        "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  }
  if (body.size() == kPrefix.size()) return malformed("empty body");
  static constexpr std::string_view kFields[] = {"typeMeta", "raw", "contentEncoding", "contentType"};
  ProtobufEnvelope envelope;
  for (Reader reader(body.substr(kPrefix.size()), "Unknown"); !reader.at_end();) {
    TRY(Token token, reader.next());
    if (token.number > std::size(kFields)) continue;
    if (token.wire != Wire::kBytes) return wrong_wire(token, kFields[token.number - 1]);
    if (token.number == 2) envelope.raw = token.bytes;
    if (token.number != 1) continue;
    for (Reader inner(token.bytes, "TypeMeta"); !inner.at_end();) {
      TRY(Token part, inner.next());
      if (part.number > 2) continue;
      if (part.wire != Wire::kBytes) return wrong_wire(part, part.number == 1 ? "APIVersion" : "Kind");
      (part.number == 1 ? envelope.api_version : envelope.kind) = part.bytes;
    }
  }
  return envelope;
}

Result<Value> decode_message(std::string_view raw, const Type& type, Arena& arena) {
  return Decoder(arena).message(raw, type);
}

}  // namespace pedalion::codec
