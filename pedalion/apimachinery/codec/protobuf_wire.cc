#include "pedalion/apimachinery/codec/protobuf_wire.h"

#include <algorithm>
#include <vector>

namespace pedalion::codec {
namespace {

std::size_t put_varint(std::uint64_t value, char* bytes) {
  std::size_t size = 0;
  for (; value >= 0x80; value >>= 7) bytes[size++] = static_cast<char>(value | 0x80);
  bytes[size++] = static_cast<char>(value);
  return size;
}

}  // namespace

void append_long_varint(std::string& out, std::uint64_t value) {
  char bytes[10];
  out.append(bytes, put_varint(value, bytes));
}

void append_field_opening(std::string& out, std::uint32_t number, std::size_t size) {
  append_tag(out, number, Wire::kBytes);
  append_varint(out, size);
}

void append_field(std::string& out, std::uint32_t number, std::string_view bytes) {
  append_field_opening(out, number, bytes.size());
  out += bytes;
}

std::size_t open_length(std::string& out) {
  out.push_back('\0');
  return out.size();
}

void close_length(std::string& out, std::size_t begin) {
  char bytes[10];
  std::size_t size = put_varint(out.size() - begin, bytes);
  out[begin - 1] = bytes[0];
  if (size > 1) out.insert(begin, bytes + 1, size - 1);
}

void sort_map_entries(std::string& out, std::size_t begin) {
  const std::string all = out.substr(begin);
  std::vector<std::pair<std::string_view, std::string_view>> entries;  // by key
  auto varint = [](std::string_view& rest) {
    std::size_t made = 0;
    for (unsigned shift = 0;; shift += 7) {
      auto byte = static_cast<unsigned char>(rest.front());
      rest.remove_prefix(1);
      made |= std::size_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return made;
    }
  };
  for (std::string_view rest = all; !rest.empty();) {
    auto entry = rest;
    varint(rest);
    const std::size_t size = varint(rest);
    auto content = rest.substr(0, size);
    rest.remove_prefix(size);
    entry.remove_suffix(rest.size());
    varint(content);
    const std::size_t key = varint(content);
    entries.emplace_back(content.substr(0, key), entry);
  }
  std::ranges::sort(entries, {}, [](const auto& entry) { return entry.first; });
  out.resize(begin);
  for (const auto& [key, entry] : entries) out.append(entry);
}

std::string base64_of(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t bits = 0;
    std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) text += i <= count ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

bool append_base64_decoded(std::string& out, std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    int digit = c >= 'A' && c <= 'Z'   ? c - 'A'
                : c >= 'a' && c <= 'z' ? c - 'a' + 26
                : c >= '0' && c <= '9' ? c - '0' + 52
                : c == '+'             ? 62
                : c == '/'             ? 63
                                       : -1;
    if (digit < 0) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<char>(bits >> count));
  }
  return true;
}

}  // namespace pedalion::codec
