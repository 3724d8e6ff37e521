#pragma once
// Builds types: an arena that owns them and all they point to, for the api/ files' kinds and for custom
// resources' schemas.
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "pedalion/apimachinery/schema/type.h"

namespace pedalion::schema {

/// Not thread-safe while types are made; what it has made may be read by any thread. Types die with it.
class TypeSet {
 public:
  TypeSet() = default;
  TypeSet(const TypeSet&) = delete;
  TypeSet& operator=(const TypeSet&) = delete;

  template <class T>
  T* make(const T& value = {}) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (allocate(sizeof(T), alignof(T))) T(value);
  }
  /// A copy that lives as long as this.
  template <class T>
  std::span<const T> keep(std::span<const T> values) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (values.empty()) return {};
    T* copy = static_cast<T*>(allocate(values.size_bytes(), alignof(T)));
    std::uninitialized_copy(values.begin(), values.end(), copy);
    return {copy, values.size()};
  }
  template <class T>
  std::span<const T> keep(const std::vector<T>& values) {
    return keep(std::span<const T>(values));
  }
  std::string_view keep(std::string_view text);

  /// A list or map type; the common ones are shared.
  const Type* container(Shape shape, const Type* element, bool nullable_elements);
  /// Gives `type` its fields and what looks them up by name and puts them in protobuf's order.
  void finish(Type& type, std::span<const Field> fields, std::span<const Embedded> embedded = {});

  std::size_t allocated_bytes() const { return allocated_; }

 private:
  void* allocate(std::size_t size, std::size_t alignment);
  std::span<const std::uint16_t> proto_order(std::span<const Field> fields,
                                             std::span<const Embedded> embedded, std::uint16_t level);

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0, allocated_ = 0;
};

}  // namespace pedalion::schema
