#pragma once
// What a Lease says about leadership, as a value: client-go's LeaderElectionRecord.
#include <cstdint>
#include <string>
#include <string_view>

#include "pedalion/client/api/object.h"

namespace pedalion::client::tools {

struct LeaseRecord {
  std::string holder;  // empty: nobody
  std::int64_t duration_seconds = 0;
  std::string acquired, renewed;  // as the API writes them
  std::int64_t transitions = 0;
  bool operator==(const LeaseRecord&) const = default;
};

/// What is missing is empty.
LeaseRecord read_lease(const api::Object& lease);
/// The JSON of a Lease that says `record`.
Bytes new_lease(std::string_view namespace_name, std::string_view name, const LeaseRecord& record);
/// The JSON of `lease` with `record` in it; all else, its resource version too, stays.
Bytes with_record(const api::Object& lease, const LeaseRecord& record);

}  // namespace pedalion::client::tools
