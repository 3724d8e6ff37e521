#include "pedalion/apimachinery/json/utf8.h"

#include <simdjson.h>

namespace pedalion::json {

bool is_valid_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

char* write_utf8(std::uint32_t code, char* to) {
  auto tail = [&](int shift) { *to++ = static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    *to++ = static_cast<char>(code);
  } else if (code < 0x800) {
    *to++ = static_cast<char>(0xc0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    *to++ = static_cast<char>(0xe0 | code >> 12);
    tail(6), tail(0);
  } else {
    *to++ = static_cast<char>(0xf0 | code >> 18);
    tail(12), tail(6), tail(0);
  }
  return to;
}

void append_utf8(std::uint32_t code, std::string& out) {
  char bytes[4];
  out.append(bytes, write_utf8(code, bytes));
}

std::size_t utf8_sequence_length(std::string_view text) {
  if (text.empty()) return 0;
  auto lead = static_cast<unsigned char>(text[0]);
  std::size_t length = lead < 0x80                   ? 1
                       : lead >= 0xc2 && lead < 0xe0 ? 2
                       : lead >= 0xe0 && lead < 0xf0 ? 3
                       : lead >= 0xf0 && lead < 0xf5 ? 4
                                                     : 0;
  if (length == 0 || text.size() < length || !is_valid_utf8(text.substr(0, length))) return 0;
  return length;
}

std::string with_replaced_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  while (!text.empty()) {
    std::size_t length = utf8_sequence_length(text);
    if (length == 0) {
      append_utf8(0xfffd, out);
      length = 1;
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace pedalion::json
