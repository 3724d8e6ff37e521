#pragma once
// Every key that exists and its last revision, in key order and in little memory: answers compare-and-swap
// without a disk.
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "pedalion/storage/store.h"

namespace pedalion::storage {

/// Written by one thread in two steps, so that others see only what is durable: stage() as a group of writes
/// is checked, then apply() or drop(). Others may call the const functions if the caller keeps them apart
/// from load(), apply() and drop() by a lock; stage() disturbs no reader.
class KeyIndex {
 public:
  class Node;  // one key, with its staged change

  struct Found {
    Revision revision = 0;  // 0: the key does not exist
    std::uint32_t expires = 0;
  };

  KeyIndex();
  ~KeyIndex();
  KeyIndex(const KeyIndex&) = delete;
  KeyIndex& operator=(const KeyIndex&) = delete;

  Found find(std::string_view key) const;
  std::size_t size() const;

  /// Calls `visit` for the keys ≥ `start` in order until it returns false. The key's text lives as long as
  /// the lock.
  void walk(std::string_view start,
            const std::function<bool(std::string_view key, Revision revision)>& visit) const;

  // The rest is for the one writing thread.

  /// Adds a key at the start of the program; keys come in order.
  void load(std::string_view key, Found entry);

  /// What the key's revision is with all staged changes; 0 when it does not exist.
  Revision staged(std::string_view key) const;

  /// Notes a put (expires 0: never).
  void stage_put(std::string_view key, Revision revision, std::uint32_t expires);
  void stage_delete(std::string_view key);

  void apply();
  void drop();

  /// Visits keys whose time is up at `now` and that have no staged change, at most `limit`.
  void due(std::uint32_t now, std::size_t limit,
           const std::function<void(std::string_view key, Revision revision)>& visit) const;
  /// When the next key expires; 0: none does.
  std::uint32_t next_expiry() const;

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

}  // namespace pedalion::storage
