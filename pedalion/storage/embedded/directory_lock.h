#pragma once
// Keeps a second process (or a second store in this one) away from a data directory.
#include <string>

#include "pedalion/base/status.h"

namespace pedalion::storage::embedded {

/// Holds the lock until it is destroyed; the kernel lets go of it when the process dies.
class DirectoryLock {
 public:
  /// The error names the process that has it.
  static Result<DirectoryLock> acquire(const std::string& directory);
  DirectoryLock(DirectoryLock&& other) noexcept : file_(other.file_) { other.file_ = -1; }
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int file) : file_(file) {}
  int file_;
};

}  // namespace pedalion::storage::embedded
