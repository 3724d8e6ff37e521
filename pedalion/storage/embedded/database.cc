#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/table.h>

#include <cstdio>
#include <filesystem>

#include "pedalion/base/log.h"
#include "pedalion/storage/embedded/database_internal.h"
#include "pedalion/storage/embedded/record_codec.h"
#include "pedalion/storage/errors.h"

namespace pedalion::storage::embedded {
namespace {

namespace fs = std::filesystem;

/// Passes on what an operator should see and writes no LOG files.
class WarningLogger final : public rocksdb::Logger {
 public:
  WarningLogger() : Logger(rocksdb::InfoLogLevel::ERROR_LEVEL) {}
  using Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    char line[512];
    std::vsnprintf(line, sizeof line, format, arguments);
    std::string_view text = line;
    while (text.ends_with('\n') || text.ends_with(' ')) text.remove_suffix(1);
    log::warning("rocksdb", {{"message", text}});
  }
};

rocksdb::DBOptions database_options(Recovery recovery) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.info_log = std::make_shared<WarningLogger>();
  options.wal_recovery_mode = recovery == Recovery::kStrict
                                  ? rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords
                                  : rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.track_and_verify_wals_in_manifest = recovery == Recovery::kStrict;
  options.max_total_wal_size = 64 << 20;
  // One thread writes, so nothing of what is meant for many is of use.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  // Little memory and quick opening.
  options.max_open_files = 128;
  options.max_file_opening_threads = 1;
  options.max_background_jobs = 2;
  options.skip_stats_update_on_db_open = true;
  options.skip_checking_sst_file_sizes_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

rocksdb::ColumnFamilyOptions family_options(std::size_t write_buffer,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = write_buffer;  // taken in pieces as it fills
  options.arena_block_size = 64 << 10;
  options.max_write_buffer_number = 3;
  options.level_compaction_dynamic_level_bytes = false;
  // Values are packed already (record_codec.h); and tables of the same form on each level can sink without
  // being written again, as those of the log do, whose keys only rise.
  options.compression = rocksdb::kNoCompression;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = 16 << 10;
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

/// RocksDB names a new database's files in CURRENT before it opens a log: what was killed before that holds
/// nothing, and is recognised by files that only the beginning makes.
bool is_unfinished_creation(const fs::path& path) {
  std::error_code error;
  for (const auto& file : fs::directory_iterator(path, error)) {
    const std::string name = file.path().filename().string();
    bool beginning = name == "LOCK" || name == "IDENTITY" || name == "MANIFEST-000001" ||
                     file.path().extension() == ".dbtmp";
    if (!beginning) return false;
  }
  return !error;
}

/// A directory with files but without RocksDB's CURRENT file would be taken for a fresh one.
Result<void> refuse_ruins(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error) || fs::exists(path / "CURRENT", error)) return {};
  if (is_unfinished_creation(path)) return {};
  return std::unexpected(storage_failed(
      fmt::format("{} is not a store or has lost its CURRENT file; restore a backup into an empty directory",
                  path.string())));
}

Status no_store(const std::string& directory) {
  return storage_failed(fmt::format(
      "{} is not a store, or one whose first start was cut short before anything was written", directory));
}

bool has_records(Database& database) {
  std::unique_ptr<rocksdb::Iterator> any(database.db->NewIterator({}, database.log));
  any->SeekToFirst();
  return any->Valid();
}

/// Marks a fresh database, and one of the format before, once it is open for writing.
Result<void> check_format(Database& database, Database::Access access, const std::string& directory) {
  std::string format;
  auto status = database.db->Get({}, database.default_family, slice(kMetaFormat), &format);
  const bool reads = access == Database::Access::kReadOnly;
  if (status.ok()) {
    if (format == kFormat || (format == kFormatBefore && reads)) return {};
    if (format != kFormatBefore) {
      return std::unexpected(storage_failed(
          fmt::format("{} has format \"{}\"; this version knows \"{}\"", directory, format, kFormat)));
    }
  } else {
    if (!status.IsNotFound()) return std::unexpected(to_status(status, "read the format"));
    if (reads || has_records(database)) return std::unexpected(no_store(directory));
  }
  rocksdb::WriteOptions durable;
  durable.sync = true;
  status = database.db->Put(durable, database.default_family, slice(kMetaFormat), slice(kFormat));
  if (!status.ok()) return std::unexpected(to_status(status, "write the format"));
  return {};
}

Status cannot_open(const rocksdb::Status& status, const std::string& directory, Database::Access access) {
  // A column family is missing: opening for writing makes it.
  if (status.IsInvalidArgument() && access == Database::Access::kReadOnly) return no_store(directory);
  if (!status.IsCorruption()) return to_status(status, fmt::format("open {}", directory));
  return storage_failed(
      fmt::format("{} is damaged: {}. `pedalion storage check` tells more; restore a backup, or give up "
                  "the last writes with `pedalion storage check --drop-damaged-tail`",
                  directory, status.ToString()));
}

}  // namespace

Status to_status(const rocksdb::Status& status, std::string_view doing) {
  std::string cause = status.ToString();
  if (status.IsNoSpace()) cause = "no space left on the device (" + cause + ")";
  return storage_failed(fmt::format("cannot {}: {}", doing, cause));
}

Result<std::unique_ptr<Database>> Database::open(const std::string& directory, Access access,
                                                 Recovery recovery) {
  fs::path path = fs::path(directory) / "db";
  TRY_OK(refuse_ruins(path));
  std::error_code ignored;  // RocksDB will tell
  if (access == Access::kWrite) fs::create_directory(path, ignored);
  if (access == Access::kReadOnly && !fs::exists(path / "CURRENT", ignored))
    return std::unexpected(no_store(directory));
  rocksdb::DBOptions options = database_options(recovery);
  auto cache = rocksdb::NewLRUCache(4 << 20);
  std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, family_options(64 << 10, cache)},
      {"log", family_options(16 << 20, cache)},
      {"index", family_options(4 << 20, cache)}};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  auto status = access == Access::kWrite
                    ? rocksdb::DB::Open(options, path.string(), families, &handles, &db)
                    : rocksdb::DB::OpenForReadOnly(options, path.string(), families, &handles, &db);
  if (!status.ok()) return std::unexpected(cannot_open(status, directory, access));
  auto database = std::make_unique<Database>();
  database->db.reset(db);
  database->default_family = handles[0];
  database->log = handles[1];
  database->index = handles[2];
  TRY_OK(check_format(*database, access, directory));
  return database;
}

Database::~Database() {
  if (!db) return;
  for (auto* family : {log, index, default_family}) db->DestroyColumnFamilyHandle(family);
  db->Close().PermitUncheckedError();
}

std::string Database::meta(std::string_view name) const {
  std::string value;
  auto status = db->Get({}, default_family, slice(name), &value);
  return status.ok() ? value : std::string();
}

std::uint64_t Database::disk_bytes() const {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const auto& file : fs::directory_iterator(db->GetName(), error)) {
    auto size = file.file_size(error);
    if (!error) bytes += size;
  }
  return bytes;
}

}  // namespace pedalion::storage::embedded
