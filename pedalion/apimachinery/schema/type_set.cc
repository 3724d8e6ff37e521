#include "pedalion/apimachinery/schema/type_set.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace pedalion::schema {
namespace {

constexpr std::size_t kBlock = 16 * 1024;

}  // namespace

void* TypeSet::allocate(std::size_t size, std::size_t alignment) {
  std::size_t padding = -reinterpret_cast<std::uintptr_t>(next_) & (alignment - 1);
  if (size + padding > left_) {
    left_ = std::max(kBlock, size);
    allocated_ += left_;
    blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(left_));
    next_ = blocks_.back().get();
    padding = 0;  // operator new[] aligns for every type kept here
  }
  void* made = next_ + padding;
  next_ += size + padding;
  left_ -= size + padding;
  return made;
}

std::string_view TypeSet::keep(std::string_view text) {
  if (text.empty()) return {};
  char* copy = static_cast<char*>(allocate(text.size(), 1));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

const Type* TypeSet::container(Shape shape, const Type* element, bool nullable_elements) {
  if (element == scalar(Shape::kString) && !nullable_elements) {
    return shape == Shape::kList ? string_list() : string_map();
  }
  Type* made = make<Type>();
  made->shape = shape;
  made->element = element;
  made->nullable_elements = nullable_elements;
  return made;
}

/// Of the message of one embedded struct (index + 1), or of the type itself (0).
std::span<const std::uint16_t> TypeSet::proto_order(std::span<const Field> fields,
                                                    std::span<const Embedded> embedded, std::uint16_t level) {
  std::vector<std::pair<std::uint32_t, std::uint16_t>> numbered;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].proto_number != 0 && fields[i].proto_embedded == level)
      numbered.emplace_back(fields[i].proto_number, static_cast<std::uint16_t>(i));
  }
  for (std::size_t i = 0; i < embedded.size(); ++i) {
    if (embedded[i].proto_number != 0 && embedded[i].parent == level)
      numbered.emplace_back(embedded[i].proto_number, static_cast<std::uint16_t>(fields.size() + i));
  }
  std::ranges::sort(numbered);
  std::vector<std::uint16_t> order;
  for (auto [number, index] : numbered) order.push_back(index);
  return keep(order);
}

void TypeSet::finish(Type& type, std::span<const Field> fields, std::span<const Embedded> embedded) {
  type.fields = keep(fields);
  type.proto_order = proto_order(fields, embedded, 0);
  type.proto_order_is_declared = embedded.empty() && std::ranges::is_sorted(type.proto_order);
  std::vector<Embedded> nested(embedded.begin(), embedded.end());
  for (std::size_t i = 0; i < nested.size(); ++i)
    nested[i].proto_order = proto_order(fields, embedded, static_cast<std::uint16_t>(i + 1));
  type.embedded = keep(nested);
  if (fields.empty() || type.shape == Shape::kAlternatives) return;
  std::size_t size = std::bit_ceil(fields.size() * 2);
  auto* table = static_cast<std::uint16_t*>(allocate(size * sizeof(std::uint16_t), alignof(std::uint16_t)));
  std::fill_n(table, size, 0);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    std::size_t slot = field_name_hash(fields[i].name) & (size - 1);
    while (table[slot] != 0) slot = (slot + 1) & (size - 1);
    table[slot] = static_cast<std::uint16_t>(i + 1);
  }
  type.field_hash = {table, size};
}

}  // namespace pedalion::schema
