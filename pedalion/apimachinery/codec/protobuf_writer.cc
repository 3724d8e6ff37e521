#include "pedalion/apimachinery/codec/protobuf_writer.h"

#include <bit>
#include <charconv>
#include <vector>

#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/apimachinery/json/cursor.h"
#include "pedalion/apimachinery/meta/time.h"

namespace pedalion::codec {
namespace {

using json::ScannedText;
using schema::Field;
using schema::Shape;
using schema::Type;

constexpr int kMaxDepth = 1000;
constexpr std::string_view kPrefix{"k8s\0", 4};
/// Go's zero time: year 1. It is written as an empty message.
constexpr std::int64_t kZeroTimeSeconds = -62135596800;

/// Walks over the text and writes as it goes. Lengths are not known before what they count is written: a byte
/// is left for each, and what follows is moved when it needs more.
class Writer {
 public:
  Writer(std::string_view text, std::string& out) : at_(text), out_(out), pieces_(kept_pieces()) {
    pieces_.clear();
  }

  bool message(const Type& type) {
    at_.skip_space();
    return structure(type);
  }

 private:
  bool structure(const Type& type) {
    if (++depth_ > kMaxDepth) return false;
    const std::size_t from = at_.offset(), size = out_.size();
    bool written = type.proto_order_is_declared && in_order(type);
    if (!written && (disordered_ || !type.proto_order_is_declared)) {
      disordered_ = false;
      at_.go_to(from);
      out_.resize(size);
      written = gathered(type);
    }
    --depth_;
    return written;
  }

  /// `guess`: the index that is likely.
  static int index_of(const Type& type, std::string_view name, std::size_t guess) {
    bool guessed = guess < type.fields.size() && type.fields[guess].name == name;
    return guessed ? static_cast<int>(guess) : type.field_index(name);
  }

  /// Of types whose fields are numbered as they are declared, and text that has them so. Fails for other
  /// text.
  bool in_order(const Type& type) {
    std::size_t next = 0;
    bool written = at_.for_each_member([&](const ScannedText& key) {
      int index = index_of(type, key.raw, next);
      if (index < 0) return at_.skip_value();
      auto position = static_cast<std::size_t>(index);
      if (position < next) {
        disordered_ = true;
        return false;
      }
      absent(type, next, position);
      next = position + 1;
      return member(type.fields[position]);
    });
    if (written) absent(type, next, type.fields.size());
    return written;
  }

  void absent(const Type& type, std::size_t begin, std::size_t end) {
    for (; begin < end; ++begin) zero_member(type.fields[begin]);
  }

  /// Each field on its own first, then all of them put in order behind, and moved to the front.
  bool gathered(const Type& type) {
    const std::size_t slots = pieces_.size(), begin = out_.size();
    std::size_t next = 0;
    pieces_.resize(slots + type.fields.size());
    bool written = at_.for_each_member([&](const ScannedText& key) {
      int index = index_of(type, key.raw, next);
      if (index < 0) return at_.skip_value();
      const auto position = static_cast<std::size_t>(index);
      const std::size_t start = out_.size();
      if (!member(type.fields[position])) return false;
      pieces_[slots + position] = {start, out_.size() - start, true};
      next = position + 1;
      return true;
    });
    if (written) {
      const std::size_t end = out_.size();
      put_in_order(type, type.proto_order, slots);
      out_.erase(begin, end - begin);
    }
    pieces_.resize(slots);
    return written;
  }

  void put_in_order(const Type& type, std::span<const std::uint16_t> order, std::size_t slots) {
    for (std::uint16_t index : order) {
      if (index < type.fields.size()) {
        const Piece& piece = pieces_[slots + index];
        if (piece.there)
          out_.append(out_, piece.begin, piece.size);
        else
          zero_member(type.fields[index]);
        continue;
      }
      const auto& embedded = type.embedded[index - type.fields.size()];
      append_tag(out_, embedded.proto_number, Wire::kBytes);
      const std::size_t begin = open_length(out_);
      put_in_order(type, embedded.proto_order, slots);
      close_length(out_, begin);
    }
  }

  /// The field whose value comes next.
  bool member(const Field& field) {
    if (field.proto_number == 0) return at_.skip_value();
    if (at_.peek() == 'n') {
      zero_member(field);
      return at_.skip_value();
    }
    const Type& type = *field.type;
    if (type.is_map()) return map(field.proto_number, type);
    if (!type.is_list() || type.proto_message) return value(field.proto_number, type);
    return elements(field.proto_number, type);
  }

  bool elements(std::uint32_t number, const Type& list) {
    return at_.for_each_element([&] { return value(number, *list.element); });
  }

  bool map(std::uint32_t number, const Type& type) {
    const std::size_t begin = out_.size();
    std::string_view last;
    bool sorted = true;
    bool written = at_.for_each_member([&](const ScannedText& key) {
      sorted = sorted && !key.escaped && last <= key.raw;
      last = key.raw;
      append_tag(out_, number, Wire::kBytes);
      const std::size_t entry = open_length(out_);
      append_tag(out_, 1, Wire::kBytes);
      text(key);
      bool nothing = at_.peek() == 'n' && type.element->shape == Shape::kBytes;
      if (!(nothing ? at_.skip_value() : value(2, *type.element))) return false;
      close_length(out_, entry);
      return true;
    });
    if (written && !sorted) sort_map_entries(out_, begin);
    return written;
  }

  /// A value that is one field on the wire.
  bool value(std::uint32_t number, const Type& type) {
    if (at_.peek() == 'n') {
      zero(number, type);
      return at_.skip_value();
    }
    switch (type.shape) {
      case Shape::kString:
        append_tag(out_, number, Wire::kBytes);
        return string();
      case Shape::kBool:
        append_tag(out_, number, Wire::kVarint);
        out_.push_back(at_.peek() == 't' ? '\1' : '\0');
        return at_.skip_value();
      case Shape::kInt32:
      case Shape::kInt64:
      case Shape::kUint32:
        append_tag(out_, number, Wire::kVarint);
        return integer();
      case Shape::kDouble:
        append_tag(out_, number, Wire::kFixed64);
        return real();
      default: {
        append_tag(out_, number, Wire::kBytes);
        const std::size_t begin = open_length(out_);
        if (!content(type)) return false;
        close_length(out_, begin);
        return true;
      }
    }
  }

  /// What lies within the length of a value.
  bool content(const Type& type) {
    switch (type.shape) {
      case Shape::kStruct:
        return structure(type);
      case Shape::kAlternatives:
        return alternative(type);
      case Shape::kList:
        return elements(1, type);
      case Shape::kBytes: {
        ScannedText text;
        return at_.string(text) && append_base64_decoded(out_, text.raw);
      }
      case Shape::kQuantity:
        append_tag(out_, 1, Wire::kBytes);
        return string();
      case Shape::kIntOrString:
        return int_or_string();
      case Shape::kTime:
      case Shape::kMicroTime:
        return time(type.shape == Shape::kMicroTime);
      case Shape::kDuration:
        return duration();
      default:
        return raw();
    }
  }

  /// The fields of the one that is given; a boolean beside another says that there is one.
  bool alternative(const Type& type) {
    const char first = at_.peek();
    bool taken = false;
    for (const Field& field : type.fields) {
      if (field.type->shape == Shape::kBool) {
        append_tag(out_, field.proto_number, Wire::kVarint);
        out_.push_back(first == 'f' ? '\0' : '\1');
        if (first != 't' && first != 'f') continue;
        taken = at_.skip_value();
      } else if (first == (field.type->is_list() ? '[' : '{')) {
        taken = member(field);
        if (!taken) return false;
      }
    }
    return taken;
  }

  bool string() {
    ScannedText found;
    if (!at_.string(found)) return false;
    text(found);
    return true;
  }
  void text(const ScannedText& found) {
    if (!found.escaped) {
      append_varint(out_, found.raw.size());
      out_.append(found.raw);
      return;
    }
    const std::size_t begin = open_length(out_);
    json::unescape(found.raw, out_);
    close_length(out_, begin);
  }

  bool integer() {
    std::string_view digits;
    std::int64_t number = 0;
    if (!at_.scalar(digits)) return false;
    auto [end, error] = std::from_chars(digits.begin(), digits.end(), number);
    append_varint(out_, static_cast<std::uint64_t>(number));
    return error == std::errc() && end == digits.end();
  }

  bool real() {
    std::string_view digits;
    double number = 0;
    if (!at_.scalar(digits)) return false;
    auto [end, error] = std::from_chars(digits.begin(), digits.end(), number);
    auto bits = std::bit_cast<std::uint64_t>(number);
    for (int i = 0; i < 8; ++i) out_.push_back(static_cast<char>(bits >> 8 * i));
    return error == std::errc() && end == digits.end();
  }

  bool int_or_string() {
    constexpr std::string_view kIsInt{"\x08\x00\x10", 3}, kIsString{"\x08\x01\x10\x00\x1a", 5},
        kNoString{"\x1a\x00", 2};
    if (at_.peek() == '"') {
      out_.append(kIsString);
      return string();
    }
    out_.append(kIsInt);
    if (!integer()) return false;
    out_.append(kNoString);
    return true;
  }

  bool time(bool micro) {
    ScannedText text;
    if (!at_.string(text)) return false;
    auto instant = meta::parse_time(text.raw);
    if (!instant) return false;
    if (instant->seconds == kZeroTimeSeconds && instant->nanos == 0) return true;
    append_tag(out_, 1, Wire::kVarint);
    append_varint(out_, static_cast<std::uint64_t>(instant->seconds));
    append_tag(out_, 2, Wire::kVarint);
    append_varint(out_, micro ? static_cast<std::uint64_t>(instant->nanos) : 0);
    return true;
  }

  bool duration() {
    ScannedText text;
    if (!at_.string(text)) return false;
    auto parsed = meta::parse_go_duration(text.raw);
    if (!parsed) return false;
    append_tag(out_, 1, Wire::kVarint);
    append_varint(out_, static_cast<std::uint64_t>(parsed->count()));
    return true;
  }

  /// JSON that stays JSON.
  bool raw() {
    const std::size_t begin = at_.offset();
    if (!at_.skip_value()) return false;
    auto text = at_.since(begin);
    append_field_opening(out_, 1, text.size());
    out_.append(text);
    return true;
  }

  /// What Go writes for a field that is not set.
  void zero_member(const Field& field) {
    const Type& type = *field.type;
    bool nothing = field.pointer || field.proto_number == 0 || type.is_list() || type.is_map() ||
                   type.shape == Shape::kBytes;
    if (!nothing) zero(field.proto_number, type);
  }

  void zero(std::uint32_t number, const Type& type) {
    switch (type.shape) {
      case Shape::kBool:
      case Shape::kInt32:
      case Shape::kInt64:
      case Shape::kUint32:
        append_tag(out_, number, Wire::kVarint);
        out_.push_back('\0');
        return;
      case Shape::kDouble:
        append_tag(out_, number, Wire::kFixed64);
        out_.append(8, '\0');
        return;
      default: {
        append_tag(out_, number, Wire::kBytes);
        const std::size_t begin = open_length(out_);
        zero_content(type);
        close_length(out_, begin);
      }
    }
  }

  void zero_content(const Type& type) {
    constexpr std::string_view kQuantity{
        "\x0a\x01"
        "0"};
    constexpr std::string_view kIntOrString{"\x08\x00\x10\x00\x1a\x00", 6}, kDuration{"\x08\x00", 2};
    if (type.shape == Shape::kQuantity) out_.append(kQuantity);
    if (type.shape == Shape::kIntOrString) out_.append(kIntOrString);
    if (type.shape == Shape::kDuration) out_.append(kDuration);
    if (type.shape == Shape::kAlternatives) absent(type, 0, type.fields.size());
    if (type.shape != Shape::kStruct) return;
    const std::size_t slots = pieces_.size();
    pieces_.resize(slots + type.fields.size());
    put_in_order(type, type.proto_order, slots);
    pieces_.resize(slots);
  }

  /// A field's bytes in out_.
  struct Piece {
    std::size_t begin = 0, size = 0;
    bool there = false;
  };

  json::Cursor at_;
  std::string& out_;
  /// The thread's, which have room already.
  static std::vector<Piece>& kept_pieces() {
    thread_local std::vector<Piece> pieces;
    return pieces;
  }

  std::vector<Piece>& pieces_;  // of all structures that are being gathered, a slot a field
  int depth_ = 0;
  bool disordered_ = false;  // in_order() has failed for the order of members, not for what they are
};

}  // namespace

bool has_protobuf(const schema::Type& type) { return !type.proto_order.empty(); }

Result<void> append_message(std::string_view text, const Type& type, std::string& out) {
  if (Writer(text, out).message(type)) return {};
  return std::unexpected(Status(
      500, "InternalError", "an object cannot be written as protobuf: it is not " + std::string(type.name)));
}

std::string envelope_opening(std::string_view api_version, std::string_view kind) {
  std::string type_meta;
  append_field(type_meta, 1, api_version);
  append_field(type_meta, 2, kind);
  std::string out(kPrefix);
  append_field(out, 1, type_meta);
  return out;
}

Result<std::string> protobuf_object(std::string_view text, const meta::GroupVersionKind& gvk,
                                    const Type& type) {
  constexpr std::size_t kMostKept = 256 << 10;
  thread_local std::string message;  // grows to what is usual
  if (message.capacity() > kMostKept) message = {};
  message.clear();
  TRY_OK(append_message(text, type, message));
  std::string out = envelope_opening(gvk.group_version().api_version(), gvk.kind);
  out.reserve(out.size() + message.size() + 16);
  append_field(out, 2, message);
  out += kEnvelopeClosing;
  return out;
}

}  // namespace pedalion::codec
