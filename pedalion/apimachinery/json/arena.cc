#include "pedalion/apimachinery/json/arena.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <new>
#include <utility>

namespace pedalion::json {

struct Arena::Block {
  Block* next;
  std::size_t size;
};

namespace {

#if __has_feature(address_sanitizer)
constexpr std::size_t kBlocksKept = 0;  // what is used after its document is gone has to be noticed
#else
constexpr std::size_t kBlocksKept = 8;
#endif

/// Blocks of the usual size that documents of this thread have done with: an apply needs six.
class KeptBlocks {
 public:
  ~KeptBlocks() {
    while (count_ > 0) std::free(blocks_[--count_]);
  }
  void* take() { return count_ == 0 ? nullptr : blocks_[--count_]; }
  bool keep(void* block) {
    if (count_ == kBlocksKept) return false;
    blocks_[count_++] = block;
    return true;
  }

 private:
  std::size_t count_ = 0;
  std::array<void*, kBlocksKept> blocks_;
};

KeptBlocks& kept_blocks() {
  thread_local KeptBlocks the_threads;
  return the_threads;
}

}  // namespace

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
  while (blocks_ != nullptr) {
    Block* block = std::exchange(blocks_, blocks_->next);
    if (block->size != kUsualBlock || !kept_blocks().keep(block)) std::free(block);
  }
}

void Arena::grow(std::size_t bytes) {
  std::size_t size = std::max(next_block_, bytes + sizeof(Block));
  next_block_ = std::min(next_block_ * 2, kUsualBlock);
  auto* block = static_cast<Block*>(size == kUsualBlock ? kept_blocks().take() : nullptr);
  if (block == nullptr) block = static_cast<Block*>(std::malloc(size));
  if (block == nullptr) throw std::bad_alloc();
  *block = {blocks_, size};
  blocks_ = block;
  cursor_ = reinterpret_cast<char*>(block + 1);
  limit_ = reinterpret_cast<char*>(block) + size;
  capacity_ += size;
}

}  // namespace pedalion::json
