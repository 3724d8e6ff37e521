#pragma once
// Backup, restore and compaction of a store that no server has open.
#include <string>

#include "pedalion/storage/embedded/embedded_store.h"

namespace pedalion::storage::embedded {

/// Makes `target`, which must not exist, a copy of the store in `directory`. (EmbeddedStore::backup does it
/// online.)
Result<void> backup(const std::string& directory, const std::string& target);

/// Makes `directory`, which must be empty or absent, a copy of the backup, which must pass check().
Result<void> restore(const std::string& backup, const std::string& directory);

struct Compaction {
  Revision revision = 0;
  std::uint64_t bytes_before = 0, bytes_after = 0;
};

/// Forgets history up to `revision` (0: all) and gives its space back.
Result<Compaction> compact(const std::string& directory, Revision revision);

/// Where the store is in a directory that was named: there, or (a server's data directory) one level down.
std::string store_directory(const std::string& directory);

}  // namespace pedalion::storage::embedded
