#pragma once
// The JSON tree: one arena per document, 16-byte values, members in insertion order. What Go's decoder
// accepts and what Go's encoder writes is parse.h and write.h.
#include <bit>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "pedalion/apimachinery/json/arena.h"

namespace pedalion::json {

enum class Kind : std::uint8_t { kNull, kBool, kInt, kDouble, kString, kArray, kObject, kRaw };

struct Member;

/// A JSON value: 16 bytes, trivially copyable. Scalars are values; arrays and objects are references into
/// their Arena, so a copy of such a Value is the same container (use deep_copy for another). Never outlives
/// the Arena it was made in. The as_…() accessors require the kind; the …_or() ones take any.
class Value {
 public:
  constexpr Value() = default;  // null
  static Value boolean(bool value) { return Value(Kind::kBool, 0, value ? 1 : 0); }
  static Value integer(std::int64_t value) { return Value(Kind::kInt, 0, static_cast<std::uint64_t>(value)); }
  static Value number(double value) { return Value(Kind::kDouble, 0, std::bit_cast<std::uint64_t>(value)); }
  /// A double that was written in a way that says more than its value (`1e3` is a quantity of its own form,
  /// `1.50` stays as it is where Go keeps raw JSON). Borrows the text, which must be well-formed.
  static Value written_number(std::string_view text) {
    return Value(Kind::kDouble, static_cast<std::uint32_t>(text.size()),
                 reinterpret_cast<std::uint64_t>(text.data()));
  }
  /// Borrows: `text` must live as long as the document (a literal, or bytes in the arena).
  static Value string(std::string_view text) {
    return Value(Kind::kString, static_cast<std::uint32_t>(text.size()),
                 reinterpret_cast<std::uint64_t>(text.data()));
  }
  static Value string(std::string_view text, Arena& arena) { return string(arena.copy(text)); }  // copies
  /// JSON text that nobody needs as a tree: it has no elements and no members, and is written as it is.
  /// Borrows.
  static Value raw(std::string_view text) {
    return Value(Kind::kRaw, static_cast<std::uint32_t>(text.size()),
                 reinterpret_cast<std::uint64_t>(text.data()));
  }
  static Value array(Arena& arena, std::uint32_t reserve = 0);
  static Value object(Arena& arena, std::uint32_t reserve = 0);
  /// Of copies of these elements and members; the names of the latter differ.
  static Value array(Arena& arena, std::span<const Value> items);
  static Value object(Arena& arena, std::span<const Member> members);

  Kind kind() const { return static_cast<Kind>(bits_[0] & 0xff); }
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_bool() const { return kind() == Kind::kBool; }
  bool is_int() const { return kind() == Kind::kInt; }
  bool is_double() const { return kind() == Kind::kDouble; }
  bool is_number() const { return is_int() || is_double(); }
  bool is_string() const { return kind() == Kind::kString; }
  bool is_array() const { return kind() == Kind::kArray; }
  bool is_object() const { return kind() == Kind::kObject; }
  bool is_raw() const { return kind() == Kind::kRaw; }

  bool as_bool() const { return bits_[1] != 0; }
  std::int64_t as_int() const { return static_cast<std::int64_t>(bits_[1]); }
  /// Of an int or a double.
  double as_double() const;
  /// How a double was written, if that matters; else empty.
  std::string_view written() const { return bits_[0] >> 32 == 0 ? std::string_view() : as_string(); }
  /// A written number that is written the same way again; all else as it is.
  Value verbatim() const;
  bool is_verbatim() const { return (bits_[0] & kVerbatim) != 0; }
  std::string_view as_string() const { return {reinterpret_cast<const char*>(bits_[1]), bits_[0] >> 32}; }
  std::string_view as_raw() const { return as_string(); }
  bool bool_or(bool fallback) const { return is_bool() ? as_bool() : fallback; }
  std::int64_t int_or(std::int64_t fallback) const { return is_int() ? as_int() : fallback; }
  std::string_view string_or(std::string_view fallback = {}) const {
    return is_string() ? as_string() : fallback;
  }

  /// Elements of an array, members of an object; 0 for all else.
  std::uint32_t size() const;
  bool empty() const { return size() == 0; }

  // Arrays. items() of a value that is no array is empty.
  std::span<Value> items();
  std::span<const Value> items() const;
  void push_back(Value value, Arena& arena);
  void insert(std::uint32_t index, Value value, Arena& arena);
  void erase_at(std::uint32_t index);

  // Objects. members() of a value that is no object is empty. Their values may be changed through it, not
  // their names or their order. Looking a member up takes constant time, however many there are.
  std::span<Member> members();
  std::span<const Member> members() const;
  /// Null when absent, or when this is no object.
  Value* find(std::string_view key);
  const Value* find(std::string_view key) const;
  /// find() along a path of keys: at({"metadata", "name"}).
  const Value* at(std::initializer_list<std::string_view> path) const;
  Value* at(std::initializer_list<std::string_view> path);
  /// The string at a path, or empty.
  std::string_view string_at(std::initializer_list<std::string_view> path) const;
  /// Replaces the member, or appends it. Returns where it lies (until the object changes again). Copies the
  /// key.
  Value& set(std::string_view key, Value value, Arena& arena);
  /// Appends a member that is known to be new. Borrows the key.
  Value& append_member(std::string_view key, Value value, Arena& arena);
  /// The same before the member at `index`. Costs what comes after it.
  Value& insert_member(std::uint32_t index, std::string_view key, Value value, Arena& arena);
  /// The member's object, made empty when absent or null.
  Value& object_at(std::string_view key, Arena& arena);
  /// True when there was one. Keeps the others' order.
  bool erase(std::string_view key);
  /// Puts the members in the order of their names.
  void sort_members();
  /// Empties an array or object, keeping its room.
  void clear();

 private:
  template <class Element>
  struct Container;  // what an array or object refers to: elements, size, room
  Value(Kind kind, std::uint32_t length, std::uint64_t payload)
      : bits_{static_cast<std::uint64_t>(kind) | static_cast<std::uint64_t>(length) << 32, payload} {}
  template <class Element>
  Container<Element>* container() const {
    return reinterpret_cast<Container<Element>*>(bits_[1]);
  }

  static constexpr std::uint64_t kVerbatim = 0x100;

  std::uint64_t bits_[2] = {0, 0};  // kind, kVerbatim and string length; payload
};

/// One member of an object. The key's bytes lie in the arena (or in a literal).
struct Member {
  std::string_view name;
  Value value;
  std::string_view key() const { return name; }
};

/// What an array or object refers to.
template <class Element>
struct Value::Container {
  Element* data;
  std::uint32_t size, room;
  /// Of large objects: where each key lies, as position + 1 at the first free slot from its hash on; a power
  /// of two of slots. Null: there is none. Whatever moves members fills it anew.
  std::uint32_t* slots;
  std::uint32_t slot_mask;

  static Container* create(Arena& arena, std::uint32_t reserve);
  static Container* create(Arena& arena, std::span<const Element> elements);
  void grow(Arena& arena, std::uint32_t wanted);
  void make_index(Arena& arena);
  void fill_index();
  void add_to_index(std::uint32_t position);
  Element& append(Arena& arena, const Element& element) {
    if (size == room) [[unlikely]]
      grow(arena, room == 0 ? 4 : room * 2);
    data[size] = element;
    if (slots != nullptr) [[unlikely]]
      add_to_index(size);
    return data[size++];
  }
  /// Position of the member, or `size`.
  std::uint32_t position_of(std::string_view key) const;
  void erase(std::uint32_t index);
};

inline std::uint32_t Value::size() const {
  if (is_array()) return container<Value>()->size;
  return is_object() ? container<Member>()->size : 0;
}
inline std::span<Value> Value::items() {
  if (!is_array()) return {};
  return {container<Value>()->data, container<Value>()->size};
}
inline std::span<const Value> Value::items() const {
  if (!is_array()) return {};
  return {container<Value>()->data, container<Value>()->size};
}
inline std::span<Member> Value::members() {
  if (!is_object()) return {};
  return {container<Member>()->data, container<Member>()->size};
}
inline std::span<const Member> Value::members() const {
  if (!is_object()) return {};
  return {container<Member>()->data, container<Member>()->size};
}
inline void Value::push_back(Value value, Arena& arena) { container<Value>()->append(arena, value); }
inline Value& Value::append_member(std::string_view key, Value value, Arena& arena) {
  return container<Member>()->append(arena, Member{key, value}).value;
}

/// A whole document: the tree and the arena it lives in. Movable (the tree stays valid), not copyable.
struct Document {
  Arena arena;
  Value root;
};

/// Copies all of `value` into `arena`.
Value deep_copy(const Value& value, Arena& arena);

/// Semantic equality: objects regardless of order; 1 equals 1.0; raw text is what it says. Quick for trees
/// whose members come in the same order, and for what they share.
bool equal(const Value& a, const Value& b);

}  // namespace pedalion::json
