#include "pedalion/apimachinery/json/arena.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

namespace pedalion::json {

struct Arena::Block {
  Block* next;
  std::size_t size;
};

Arena::Arena(Arena&& other) noexcept
    : blocks_(std::exchange(other.blocks_, nullptr)),
      cursor_(std::exchange(other.cursor_, nullptr)),
      limit_(std::exchange(other.limit_, nullptr)),
      next_block_(other.next_block_),
      capacity_(std::exchange(other.capacity_, 0)) {}

Arena& Arena::operator=(Arena&& other) noexcept {
  std::swap(blocks_, other.blocks_);
  std::swap(cursor_, other.cursor_);
  std::swap(limit_, other.limit_);
  std::swap(next_block_, other.next_block_);
  std::swap(capacity_, other.capacity_);
  return *this;
}

Arena::~Arena() {
  while (blocks_ != nullptr) std::free(std::exchange(blocks_, blocks_->next));
}

void Arena::grow(std::size_t bytes) {
  std::size_t size = std::max(next_block_, bytes + sizeof(Block));
  next_block_ = std::min(next_block_ * 2, kUsualBlock);
  auto* block = static_cast<Block*>(std::malloc(size));
  if (block == nullptr) throw std::bad_alloc();
  *block = {blocks_, size};
  blocks_ = block;
  cursor_ = reinterpret_cast<char*>(block + 1);
  limit_ = reinterpret_cast<char*>(block) + size;
  capacity_ += size;
}

}  // namespace pedalion::json
