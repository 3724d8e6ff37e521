#pragma once
// Lists: the index says which revisions they consist of, the log gives the values, and undoes later changes
// for old ones.
#include <string>

#include "pedalion/storage/store_state.h"

namespace pedalion::storage {

/// May wait for the disk.
Result<ListResult> read_list(const RecordLog& log, const StoreState& state, const std::string& prefix,
                             const ListOptions& options);

}  // namespace pedalion::storage
