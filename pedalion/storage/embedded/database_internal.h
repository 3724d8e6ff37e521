#pragma once
// RocksDB as this store uses it: three column families and options for little memory. For this folder's
// sources only.
#include <rocksdb/db.h>

#include <memory>
#include <string>
#include <string_view>

#include "pedalion/base/status.h"
#include "pedalion/storage/embedded/embedded_store.h"

namespace pedalion::storage::embedded {

inline constexpr std::string_view kMetaFormat = "format", kMetaCompacted = "compacted", kMetaSwept = "swept";

/// The translator of RocksDB's errors.
Status to_status(const rocksdb::Status& status, std::string_view doing);

inline rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view text_of(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

/// An open database. `log` and `index` are column families; the default one holds the meta entries.
struct Database {
  enum class Access { kWrite, kReadOnly };

  /// `directory` is the store's. A fresh one is made for kWrite only.
  static Result<std::unique_ptr<Database>> open(const std::string& directory, Access access,
                                                Recovery recovery);
  ~Database();

  std::string meta(std::string_view name) const;  // empty when there is none
  std::uint64_t disk_bytes() const;

  std::unique_ptr<rocksdb::DB> db;
  rocksdb::ColumnFamilyHandle* log = nullptr;
  rocksdb::ColumnFamilyHandle* index = nullptr;
  rocksdb::ColumnFamilyHandle* default_family = nullptr;
};

}  // namespace pedalion::storage::embedded
