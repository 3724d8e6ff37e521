#pragma once
// The JSON tree: one arena per document, 16-byte values, members in insertion order. What Go's decoder accepts and
// what Go's encoder writes is parse.h and write.h.
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "pedalion/apimachinery/json/arena.h"

namespace pedalion::json {

enum class Kind : std::uint8_t { kNull, kBool, kInt, kDouble, kString, kArray, kObject };

struct Member;

/// A JSON value: 16 bytes, trivially copyable. Scalars are values; arrays and objects are references into their Arena, so
/// a copy of such a Value is the same container (use deep_copy for another). Never outlives the Arena it was made in.
/// The as_…() accessors require the kind; the …_or() ones take any.
class Value {
 public:
  constexpr Value() = default;  // null
  static Value boolean(bool value);
  static Value integer(std::int64_t value);
  static Value number(double value);
  /// Borrows: `text` must live as long as the document (a literal, or bytes in the arena).
  static Value string(std::string_view text);
  static Value string(std::string_view text, Arena& arena);  // copies
  static Value array(Arena& arena, std::uint32_t reserve = 0);
  static Value object(Arena& arena, std::uint32_t reserve = 0);

  Kind kind() const;
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_bool() const { return kind() == Kind::kBool; }
  bool is_int() const { return kind() == Kind::kInt; }
  bool is_double() const { return kind() == Kind::kDouble; }
  bool is_number() const { return is_int() || is_double(); }
  bool is_string() const { return kind() == Kind::kString; }
  bool is_array() const { return kind() == Kind::kArray; }
  bool is_object() const { return kind() == Kind::kObject; }

  bool as_bool() const;
  std::int64_t as_int() const;
  double as_double() const;  // of an int or a double
  std::string_view as_string() const;
  bool bool_or(bool fallback) const;
  std::int64_t int_or(std::int64_t fallback) const;
  std::string_view string_or(std::string_view fallback = {}) const;

  /// Elements of an array, members of an object; 0 for all else.
  std::uint32_t size() const;
  bool empty() const { return size() == 0; }

  // Arrays. items() of a value that is no array is empty.
  std::span<Value> items();
  std::span<const Value> items() const;
  void push_back(Value value, Arena& arena);
  void insert(std::uint32_t index, Value value, Arena& arena);
  void erase_at(std::uint32_t index);

  // Objects. members() of a value that is no object is empty.
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
  /// Replaces the member, or appends it. Returns where it lies (until the object changes again). Copies the key.
  Value& set(std::string_view key, Value value, Arena& arena);
  /// The member's object, made empty when absent or null.
  Value& object_at(std::string_view key, Arena& arena);
  /// True when there was one. Keeps the others' order.
  bool erase(std::string_view key);
  /// Empties an array or object, keeping its room.
  void clear();

 private:
  friend class ValueAccess;
  std::uint64_t bits_[2] = {0, 0};
};

/// One member of an object. Keys are interned in the arena's key table (see json/key.h), so equal keys of one document
/// are mostly equal pointers, and writing one is a single copy.
struct Member {
  std::string_view key() const;
  const void* key_rep = nullptr;
  Value value;
};

/// A whole document: the tree and the arena it lives in. Movable (the tree stays valid), not copyable.
struct Document {
  Arena arena;
  Value root;
};

/// Copies all of `value` into `arena`.
Value deep_copy(const Value& value, Arena& arena);

/// Semantic equality: objects regardless of order; 1 equals 1.0.
bool equal(const Value& a, const Value& b);

}  // namespace pedalion::json
