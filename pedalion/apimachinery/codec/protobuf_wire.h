#pragma once
// The bytes of which protobuf messages are made: tags, varints, lengths.
#include <cstdint>
#include <string>
#include <string_view>

namespace pedalion::codec {

enum class Wire : std::uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

void append_long_varint(std::string& out, std::uint64_t value);
inline void append_varint(std::string& out, std::uint64_t value) {
  if (value < 0x80)
    out.push_back(static_cast<char>(value));
  else
    append_long_varint(out, value);
}
inline void append_tag(std::string& out, std::uint32_t number, Wire wire) {
  append_varint(out, std::uint64_t{number} << 3 | static_cast<std::uint64_t>(wire));
}
/// What begins a field of so many bytes: a string or a message.
void append_field_opening(std::string& out, std::uint32_t number, std::size_t size);
/// A field of bytes.
void append_field(std::string& out, std::uint32_t number, std::string_view bytes);

/// For content whose length is not known before it is written: a byte is left for the length, and the content
/// is moved when that needs more. Returns where the content begins, for close_length().
std::size_t open_length(std::string& out);
void close_length(std::string& out, std::size_t begin);

/// Everything from `begin` on is entries of a map, each a field of its own: puts them in the order of their
/// keys.
void sort_map_entries(std::string& out, std::size_t begin);

std::string base64_of(std::string_view bytes);
/// Appends the bytes that `text` stands for; false when it has a character that does not belong.
bool append_base64_decoded(std::string& out, std::string_view text);

}  // namespace pedalion::codec
