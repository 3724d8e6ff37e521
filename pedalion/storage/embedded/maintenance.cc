#include "pedalion/storage/embedded/maintenance.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "pedalion/storage/embedded/check.h"
#include "pedalion/storage/embedded/rocks_log_internal.h"
#include "pedalion/storage/errors.h"

namespace pedalion::storage::embedded {
namespace {

namespace fs = std::filesystem;

Result<void> flush(const fs::path& path) {
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  bool flushed = file >= 0 && ::fsync(file) == 0;
  int cause = errno;
  if (file >= 0) ::close(file);
  if (flushed) return {};
  return std::unexpected(
      storage_failed(fmt::format("cannot flush {}: {}", path.string(), std::strerror(cause))));
}

/// Copies, since a restored store may append to files that the backup must keep as they are.
Result<void> copy_files(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directory(to, error);
  if (error) return std::unexpected(storage_failed("cannot make " + to.string() + ": " + error.message()));
  fs::directory_iterator files(from, error);
  if (error) return std::unexpected(storage_failed("cannot read " + from.string() + ": " + error.message()));
  for (const auto& file : files) {
    fs::path target = to / file.path().filename();
    fs::copy_file(file.path(), target, error);
    if (error)
      return std::unexpected(storage_failed("cannot copy to " + target.string() + ": " + error.message()));
    TRY_OK(flush(target));
  }
  return flush(to);
}

Result<void> require_directory(const std::string& directory) {
  std::error_code error;
  if (fs::is_directory(directory, error)) return {};
  return std::unexpected(storage_failed("there is no directory " + directory));
}

}  // namespace

Result<void> backup(const std::string& directory, const std::string& target) {
  TRY_OK(require_directory(directory + "/db"));
  TRY(auto log, RocksLog::open(directory, Recovery::kStrict));
  return log->backup(target);
}

Result<void> restore(const std::string& backup, const std::string& directory) {
  TRY_OK(require_directory(backup + "/db"));
  TRY(CheckReport report, check(backup, Recovery::kStrict));
  if (report.problem_count > 0) {
    return std::unexpected(storage_failed(fmt::format("the backup is damaged: {}", report.problems.front())));
  }
  fs::path target(directory);
  std::error_code error;
  fs::create_directories(target, error);
  if (error) return std::unexpected(storage_failed("cannot make " + directory + ": " + error.message()));
  if (!fs::is_empty(target, error)) return std::unexpected(storage_failed(directory + " is not empty"));
  TRY(DirectoryLock lock, DirectoryLock::acquire(directory));
  TRY_OK(copy_files(fs::path(backup) / "db", target / "db.restoring"));
  fs::rename(target / "db.restoring", target / "db", error);
  if (error)
    return std::unexpected(
        storage_failed("cannot make " + (target / "db").string() + ": " + error.message()));
  return flush(target);
}

Result<Compaction> compact(const std::string& directory, Revision revision) {
  TRY_OK(require_directory(directory + "/db"));
  TRY(auto log, RocksLog::open(directory, Recovery::kStrict));
  RecordLog::Head head = log->head();
  if (revision > head.last) return std::unexpected(revision_in_future(revision, head.last));
  Compaction result{.revision = std::max(revision == 0 ? head.last : revision, head.compacted)};
  result.bytes_before = log->database().disk_bytes();
  if (result.revision > head.compacted) TRY_OK(log->set_compacted(result.revision));
  TRY_OK(log->sweep([] { return false; }));
  rocksdb::CompactRangeOptions everything;
  everything.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  for (auto* family : {log->database().log, log->database().index}) {
    auto status = log->database().db->CompactRange(everything, family, nullptr, nullptr);
    if (!status.ok()) return std::unexpected(to_status(status, "compact"));
  }
  result.bytes_after = log->database().disk_bytes();
  return result;
}

std::string store_directory(const std::string& directory) {
  std::error_code ignored;
  std::string inner = directory + "/storage";
  if (!std::filesystem::exists(directory + "/db", ignored) &&
      std::filesystem::exists(inner + "/db", ignored)) {
    return inner;
  }
  return directory;
}

}  // namespace pedalion::storage::embedded
