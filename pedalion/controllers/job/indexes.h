#pragma once
// Sets of completion indexes as Jobs write them: "0,2-4". Pure.
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace pedalion::controllers::job {

/// What is no number, or beyond `limit`, is left out.
std::set<std::int64_t> read_indexes(std::string_view text, std::int64_t limit);
std::string write_indexes(const std::set<std::int64_t>& indexes);

}  // namespace pedalion::controllers::job
