#include "pedalion/apimachinery/json/value.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <memory>
#include <random>
#include <type_traits>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/base/words.h"

namespace pedalion::json {

namespace {

/// Objects with more room than this find their members by hash; the small ones by looking at each.
constexpr std::uint32_t kLargestWithoutIndex = 24;

/// Seeded once a process, so that nobody can choose keys that collide.
std::uint64_t hash_key(std::string_view key) {
  static const std::uint64_t seed = std::random_device{}() * 0x9e3779b97f4a7c15ULL;
  std::uint64_t hash = seed ^ key.size();
  auto mix = [&hash](std::uint64_t word) {
    auto product = static_cast<unsigned __int128>(hash ^ word) * (seed | 0x9ddfea08eb382d69ULL);
    hash = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  };
  for (; key.size() > 8; key.remove_prefix(8)) mix(load_word<std::uint64_t>(key.data()));
  mix(word_of(key));
  return hash;
}

}  // namespace

template <class Element>
Value::Container<Element>* Value::Container<Element>::create(Arena& arena, std::uint32_t reserve) {
  // In one piece: elements that come later than these lie elsewhere.
  auto* made = static_cast<Container*>(arena.allocate(sizeof(Container) + sizeof(Element) * reserve));
  *made = {reinterpret_cast<Element*>(made + 1), 0, reserve, nullptr, 0};
  if constexpr (std::is_same_v<Element, Member>) {
    if (reserve > kLargestWithoutIndex) made->make_index(arena);
  }
  return made;
}

template <class Element>
Value::Container<Element>* Value::Container<Element>::create(Arena& arena,
                                                             std::span<const Element> elements) {
  const auto size = static_cast<std::uint32_t>(elements.size());
  auto* made = static_cast<Container*>(arena.allocate(sizeof(Container) + sizeof(Element) * size));
  *made = {reinterpret_cast<Element*>(made + 1), size, size, nullptr, 0};
  std::uninitialized_copy(elements.begin(), elements.end(), made->data);
  if constexpr (std::is_same_v<Element, Member>) {
    if (size > kLargestWithoutIndex) made->make_index(arena);
  }
  return made;
}

template <class Element>
void Value::Container<Element>::grow(Arena& arena, std::uint32_t wanted) {
  auto* larger = static_cast<Element*>(arena.allocate(sizeof(Element) * wanted));
  if (size > 0) std::memcpy(static_cast<void*>(larger), data, sizeof(Element) * size);
  data = larger;
  room = wanted;
  if constexpr (std::is_same_v<Element, Member>) {
    if (room > kLargestWithoutIndex) make_index(arena);
  }
}

template <>
void Value::Container<Member>::add_to_index(std::uint32_t position) {
  auto slot = static_cast<std::uint32_t>(hash_key(data[position].name)) & slot_mask;
  while (slots[slot] != 0) slot = (slot + 1) & slot_mask;
  slots[slot] = position + 1;
}

/// Only the members of objects are ever indexed.
template <>
void Value::Container<Value>::add_to_index(std::uint32_t) {}

template <class Element>
void Value::Container<Element>::fill_index() {
  std::memset(slots, 0, sizeof(std::uint32_t) * (slot_mask + 1));
  for (std::uint32_t position = 0; position < size; ++position) add_to_index(position);
}

template <class Element>
void Value::Container<Element>::make_index(Arena& arena) {
  std::uint32_t count = std::bit_ceil(room) * 2;
  slots = static_cast<std::uint32_t*>(arena.allocate(sizeof(std::uint32_t) * count));
  slot_mask = count - 1;
  fill_index();
}

template <>
std::uint32_t Value::Container<Member>::position_of(std::string_view key) const {
  if (slots != nullptr) {
    auto slot = static_cast<std::uint32_t>(hash_key(key)) & slot_mask;
    for (; slots[slot] != 0; slot = (slot + 1) & slot_mask) {
      std::uint32_t position = slots[slot] - 1;
      if (data[position].name == key) return position;
    }
    return size;
  }
  std::uint32_t position = 0;
  while (position < size && data[position].name != key) ++position;
  return position;
}

template <class Element>
void Value::Container<Element>::erase(std::uint32_t index) {
  std::memmove(static_cast<void*>(data + index), data + index + 1, sizeof(Element) * (size - index - 1));
  --size;
  slots = nullptr;  // until the object grows again
}

template struct Value::Container<Value>;
template struct Value::Container<Member>;

Value Value::array(Arena& arena, std::uint32_t reserve) {
  return Value(Kind::kArray, 0, reinterpret_cast<std::uint64_t>(Container<Value>::create(arena, reserve)));
}

Value Value::object(Arena& arena, std::uint32_t reserve) {
  return Value(Kind::kObject, 0, reinterpret_cast<std::uint64_t>(Container<Member>::create(arena, reserve)));
}

Value Value::array(Arena& arena, std::span<const Value> items) {
  return Value(Kind::kArray, 0, reinterpret_cast<std::uint64_t>(Container<Value>::create(arena, items)));
}

Value Value::object(Arena& arena, std::span<const Member> members) {
  return Value(Kind::kObject, 0, reinterpret_cast<std::uint64_t>(Container<Member>::create(arena, members)));
}

Value Value::verbatim() const {
  Value same = *this;
  if (!written().empty() && is_double()) same.bits_[0] |= kVerbatim;
  return same;
}

double Value::as_double() const {
  if (is_int()) return static_cast<double>(as_int());
  if (written().empty()) return std::bit_cast<double>(bits_[1]);
  double number = 0;  // stays so for what is too small
  std::from_chars(written().data(), written().data() + written().size(), number);
  return number;
}

void Value::insert(std::uint32_t index, Value value, Arena& arena) {
  auto* rep = container<Value>();
  rep->append(arena, value);
  std::memmove(static_cast<void*>(rep->data + index + 1), rep->data + index,
               sizeof(Value) * (rep->size - 1 - index));
  rep->data[index] = value;
}

void Value::erase_at(std::uint32_t index) { container<Value>()->erase(index); }

const Value* Value::find(std::string_view key) const {
  if (!is_object()) return nullptr;
  const auto* rep = container<Member>();
  std::uint32_t position = rep->position_of(key);
  return position < rep->size ? &rep->data[position].value : nullptr;
}

Value* Value::find(std::string_view key) {
  return const_cast<Value*>(static_cast<const Value*>(this)->find(key));
}

const Value* Value::at(std::initializer_list<std::string_view> path) const {
  const Value* here = this;
  for (auto key : path) {
    here = here->find(key);
    if (here == nullptr) return nullptr;
  }
  return here;
}

Value* Value::at(std::initializer_list<std::string_view> path) {
  return const_cast<Value*>(static_cast<const Value*>(this)->at(path));
}

std::string_view Value::string_at(std::initializer_list<std::string_view> path) const {
  const Value* found = at(path);
  return found == nullptr ? std::string_view() : found->string_or();
}

Value& Value::set(std::string_view key, Value value, Arena& arena) {
  if (Value* found = find(key)) {
    *found = value;
    return *found;
  }
  return container<Member>()->append(arena, Member{arena.copy(key), value}).value;
}

Value& Value::insert_member(std::uint32_t index, std::string_view key, Value value, Arena& arena) {
  auto* rep = container<Member>();
  rep->append(arena, Member{key, value});
  std::rotate(rep->data + index, rep->data + rep->size - 1, rep->data + rep->size);
  if (rep->slots != nullptr) rep->fill_index();
  return rep->data[index].value;
}

Value& Value::object_at(std::string_view key, Arena& arena) {
  Value* found = find(key);
  if (found != nullptr && found->is_object()) return *found;
  return set(key, object(arena), arena);
}

bool Value::erase(std::string_view key) {
  if (!is_object()) return false;
  auto* rep = container<Member>();
  std::uint32_t position = rep->position_of(key);
  if (position == rep->size) return false;
  rep->erase(position);
  return true;
}

void Value::clear() {
  if (is_array()) container<Value>()->size = 0;
  if (!is_object()) return;
  container<Member>()->size = 0;
  container<Member>()->slots = nullptr;
}

void Value::sort_members() {
  if (std::ranges::is_sorted(members(), {}, &Member::name)) return;
  std::ranges::sort(members(), {}, &Member::name);
  if (container<Member>()->slots != nullptr) container<Member>()->fill_index();
}

Value deep_copy(const Value& value, Arena& arena) {
  switch (value.kind()) {
    case Kind::kString:
      return Value::string(value.as_string(), arena);
    case Kind::kRaw:
      return Value::raw(arena.copy(value.as_raw()));
    case Kind::kDouble:
      if (value.written().empty()) return value;
      if (value.is_verbatim()) return Value::written_number(arena.copy(value.written())).verbatim();
      return Value::written_number(arena.copy(value.written()));
    case Kind::kArray: {
      Value copy = Value::array(arena, value.size());
      for (const Value& item : value.items()) copy.push_back(deep_copy(item, arena), arena);
      return copy;
    }
    case Kind::kObject: {
      Value copy = Value::object(arena, value.size());
      for (const Member& member : value.members()) {
        copy.append_member(arena.copy(member.name), deep_copy(member.value, arena), arena);
      }
      return copy;
    }
    default:
      return value;
  }
}

namespace {

/// Copies of a tree share its texts, which need not be looked at then.
bool same_text(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.data() == b.data() || a == b);
}

bool equal_raw(const Value& a, const Value& b) {
  if (a.is_raw() && b.is_raw() && a.as_raw() == b.as_raw()) return true;
  Arena arena;
  const auto tree = [&](const Value& value) { return value.is_raw() ? parse(value.as_raw(), arena) : value; };
  const auto left = tree(a), right = tree(b);
  return left && right && equal(*left, *right);
}

}  // namespace

bool equal(const Value& a, const Value& b) {
  if (a.is_raw() || b.is_raw()) return equal_raw(a, b);
  if (a.is_number() && b.is_number()) {
    return a.is_int() && b.is_int() ? a.as_int() == b.as_int() : a.as_double() == b.as_double();
  }
  if (a.kind() != b.kind() || a.size() != b.size()) return false;
  switch (a.kind()) {
    case Kind::kBool:
      return a.as_bool() == b.as_bool();
    case Kind::kString:
      return same_text(a.as_string(), b.as_string());
    case Kind::kArray:
      if (a.items().data() == b.items().data()) return true;
      for (std::uint32_t i = 0; i < a.size(); ++i) {
        if (!equal(a.items()[i], b.items()[i])) return false;
      }
      return true;
    case Kind::kObject:
      if (a.members().data() == b.members().data()) return true;
      for (const Member& member : a.members()) {
        // Mostly both have the same order.
        const Member& there = b.members()[static_cast<std::size_t>(&member - a.members().data())];
        const Value* other = same_text(there.name, member.name) ? &there.value : b.find(member.name);
        if (other == nullptr || !equal(member.value, *other)) return false;
      }
      return true;
    default:
      return true;
  }
}

}  // namespace pedalion::json
