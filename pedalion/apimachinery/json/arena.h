#pragma once
// A bump allocator: everything of one document lies in it and goes with it.
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

namespace pedalion::json {

/// A block that allocators keep at hand for each thread: no document takes larger ones than it must.
inline constexpr std::size_t kUsualBlock = 32 << 10;

/// Not thread-safe. Movable; what was allocated stays where it is. Never gives single allocations back.
class Arena {
 public:
  /// `first_block` bytes are taken at the first allocation; later blocks double, up to 32 KiB.
  explicit Arena(std::size_t first_block = 2048) : next_block_(first_block) {}
  Arena(Arena&& other) noexcept;
  Arena& operator=(Arena&& other) noexcept;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena();

  /// 8-byte aligned, uninitialised; never null.
  void* allocate(std::size_t bytes) {
    bytes = (bytes + 7) & ~std::size_t{7};
    if (static_cast<std::size_t>(limit_ - cursor_) < bytes) [[unlikely]]
      grow(bytes);
    return std::exchange(cursor_, cursor_ + bytes);
  }
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* to = static_cast<char*>(allocate(text.size()));
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }
  /// Bytes taken from the heap.
  std::size_t capacity() const { return capacity_; }

 private:
  struct Block;
  void grow(std::size_t bytes);
  Block* blocks_ = nullptr;
  char* cursor_ = nullptr;
  char* limit_ = nullptr;
  std::size_t next_block_;
  std::size_t capacity_ = 0;
};

}  // namespace pedalion::json
