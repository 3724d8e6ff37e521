#include "pedalion/storage/embedded/directory_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "pedalion/storage/errors.h"

namespace pedalion::storage::embedded {
namespace {

std::string owner(int file) {
  char text[32] = {};
  ssize_t size = ::pread(file, text, sizeof text - 1, 0);
  std::string_view pid(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!pid.empty() && pid.back() == '\n') pid.remove_suffix(1);
  return pid.empty() ? "another process" : fmt::format("process {}", pid);
}

}  // namespace

Result<DirectoryLock> DirectoryLock::acquire(const std::string& directory) {
  std::string path = directory + "/lock";
  int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0)
    return std::unexpected(storage_failed(fmt::format("cannot open {}: {}", path, std::strerror(errno))));
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    Status status = storage_failed(fmt::format("data directory {} is in use by {}", directory, owner(file)));
    ::close(file);
    return std::unexpected(std::move(status));
  }
  // Only for the message above; the lock itself needs no content.
  std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, pid.data(), pid.size(), 0) < 0) {
    Status status = storage_failed(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
    ::close(file);
    return std::unexpected(std::move(status));
  }
  return DirectoryLock(file);
}

DirectoryLock::~DirectoryLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace pedalion::storage::embedded
