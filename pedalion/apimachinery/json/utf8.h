#pragma once
// UTF-8: validity, encoding, and Go's replacement of what is ill-formed by U+FFFD.
#include <cstdint>
#include <string>
#include <string_view>

namespace pedalion::json {

bool is_valid_utf8(std::string_view text);
/// Appends one code point (a scalar value).
void append_utf8(std::uint32_t code_point, std::string& out);
/// Writes it to `to`, which has room for four bytes, and returns where it ends.
char* write_utf8(std::uint32_t code_point, char* to);
/// Each byte that begins no well-formed sequence becomes U+FFFD, as Go's decoder does.
std::string with_replaced_utf8(std::string_view text);
/// Length of the well-formed sequence at the beginning of `text`; 0 when there is none.
std::size_t utf8_sequence_length(std::string_view text);

}  // namespace pedalion::json
