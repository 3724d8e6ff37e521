#pragma once
// Sets of a job's indexes as text: "1,3-5,7".
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace pedalion::registry::builtin::kinds::workloads {

/// How many there are, or what is wrong with the text. All must be below `completions`.
std::expected<std::int64_t, std::string> count_indexes(std::string_view text, std::int64_t completions);
/// "failedIndexes and completedIndexes overlap at index: N" with the first such, or nothing. Parts that
/// cannot be read are passed over.
std::string overlap_of_indexes(std::string_view completed, std::string_view failed, std::int64_t completions);

}  // namespace pedalion::registry::builtin::kinds::workloads
