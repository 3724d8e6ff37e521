#include "pedalion/apimachinery/json/value.h"

#include <cstring>

namespace pedalion::json {

template <class Element>
struct Value::Container {
  Element* data;
  std::uint32_t size, room;

  static Container* create(Arena& arena, std::uint32_t reserve) {
    auto* made = static_cast<Container*>(arena.allocate(sizeof(Container)));
    *made = {nullptr, 0, 0};
    if (reserve > 0) made->grow(arena, reserve);
    return made;
  }
  void grow(Arena& arena, std::uint32_t wanted) {
    auto* larger = static_cast<Element*>(arena.allocate(sizeof(Element) * wanted));
    if (size > 0) std::memcpy(static_cast<void*>(larger), data, sizeof(Element) * size);
    data = larger;
    room = wanted;
  }
  Element& append(Arena& arena, const Element& element) {
    if (size == room) grow(arena, room == 0 ? 4 : room * 2);
    data[size] = element;
    return data[size++];
  }
  void erase(std::uint32_t index) {
    std::memmove(static_cast<void*>(data + index), data + index + 1, sizeof(Element) * (size - index - 1));
    --size;
  }
};

Value Value::array(Arena& arena, std::uint32_t reserve) {
  return Value(Kind::kArray, 0, reinterpret_cast<std::uint64_t>(Container<Value>::create(arena, reserve)));
}

Value Value::object(Arena& arena, std::uint32_t reserve) {
  return Value(Kind::kObject, 0, reinterpret_cast<std::uint64_t>(Container<Member>::create(arena, reserve)));
}

std::uint32_t Value::size() const {
  if (is_array()) return container<Value>()->size;
  return is_object() ? container<Member>()->size : 0;
}

std::span<Value> Value::items() {
  if (!is_array()) return {};
  return {container<Value>()->data, container<Value>()->size};
}

std::span<const Value> Value::items() const {
  if (!is_array()) return {};
  return {container<Value>()->data, container<Value>()->size};
}

void Value::push_back(Value value, Arena& arena) { container<Value>()->append(arena, value); }

void Value::insert(std::uint32_t index, Value value, Arena& arena) {
  auto* rep = container<Value>();
  rep->append(arena, value);
  std::memmove(static_cast<void*>(rep->data + index + 1), rep->data + index,
               sizeof(Value) * (rep->size - 1 - index));
  rep->data[index] = value;
}

void Value::erase_at(std::uint32_t index) { container<Value>()->erase(index); }

std::span<Member> Value::members() {
  if (!is_object()) return {};
  return {container<Member>()->data, container<Member>()->size};
}

std::span<const Member> Value::members() const {
  if (!is_object()) return {};
  return {container<Member>()->data, container<Member>()->size};
}

const Value* Value::find(std::string_view key) const {
  for (const Member& member : members()) {
    if (member.name == key) return &member.value;
  }
  return nullptr;
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

Value& Value::append_member(std::string_view key, Value value, Arena& arena) {
  return container<Member>()->append(arena, Member{key, value}).value;
}

Value& Value::object_at(std::string_view key, Arena& arena) {
  Value* found = find(key);
  if (found != nullptr && found->is_object()) return *found;
  return set(key, object(arena), arena);
}

bool Value::erase(std::string_view key) {
  if (!is_object()) return false;
  auto* rep = container<Member>();
  for (std::uint32_t i = 0; i < rep->size; ++i) {
    if (rep->data[i].name == key) {
      rep->erase(i);
      return true;
    }
  }
  return false;
}

void Value::clear() {
  if (is_array()) container<Value>()->size = 0;
  if (is_object()) container<Member>()->size = 0;
}

Value deep_copy(const Value& value, Arena& arena) {
  switch (value.kind()) {
    case Kind::kString:
      return Value::string(value.as_string(), arena);
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

bool equal(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) {
    return a.is_int() && b.is_int() ? a.as_int() == b.as_int() : a.as_double() == b.as_double();
  }
  if (a.kind() != b.kind() || a.size() != b.size()) return false;
  switch (a.kind()) {
    case Kind::kBool:
      return a.as_bool() == b.as_bool();
    case Kind::kString:
      return a.as_string() == b.as_string();
    case Kind::kArray:
      for (std::uint32_t i = 0; i < a.size(); ++i) {
        if (!equal(a.items()[i], b.items()[i])) return false;
      }
      return true;
    case Kind::kObject:
      for (const Member& member : a.members()) {
        const Value* other = b.find(member.name);
        if (other == nullptr || !equal(member.value, *other)) return false;
      }
      return true;
    default:
      return true;
  }
}

}  // namespace pedalion::json
