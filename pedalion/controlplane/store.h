#pragma once
// The store that the flags ask for, behind one door.
#include <memory>

#include "pedalion/controlplane/options.h"
#include "pedalion/storage/store.h"

namespace pedalion::controlplane {

class OpenedStore {
 public:
  virtual ~OpenedStore() = default;
  virtual storage::Store& store() = 0;
  /// Does not wait. The failure that ended all writing, if there was one.
  virtual Result<void> healthy() const = 0;
  virtual std::size_t keys() const = 0;
  virtual std::uint64_t disk_bytes() const = 0;
};

/// Fails when the directory is in use, damaged, or not a store; when no etcd server answers.
Result<std::unique_ptr<OpenedStore>> open_store(const StorageChoice& choice);

}  // namespace pedalion::controlplane
