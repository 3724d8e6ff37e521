#pragma once
// Everything that a store holds, as a file, and back into another store: how one moves from the embedded
// store to etcd, or from etcd to the embedded store.
#include <cstdint>
#include <istream>
#include <ostream>

#include "pedalion/storage/store.h"

namespace pedalion::storage::transfer {

struct Summary {
  std::uint64_t keys = 0, bytes = 0;  // of the values
  Revision revision = 0;              // that the export shows; that the last import got
};

/// Writes all keys beginning with `prefix`, as of one revision, in the order in which they were written last.
/// Blocks. The format: a line `pedalion-export 1 REVISION`; for each key a line `REVISION KEY-BYTES
/// VALUE-BYTES`, the key, the value and a line feed; a line `end COUNT`.
Result<Summary> export_store(Store& store, const std::string& prefix, std::ostream& out);

/// Creates the keys of an export in its order, one after the other. Fails when a key is there already (what
/// was created before stays), or when the file is damaged or not whole. Keys of `brief_prefix` go after
/// `brief_ttl`: an export does not tell when they would have. Blocks.
Result<Summary> import_store(Store& store, std::istream& in, const std::string& brief_prefix,
                             std::chrono::seconds brief_ttl);

}  // namespace pedalion::storage::transfer
