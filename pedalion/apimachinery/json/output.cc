#include "pedalion/apimachinery/json/output.h"

namespace pedalion::json {

const char* Output::escape(const char* special, const char* end) {
  const auto c = static_cast<unsigned char>(*special);
  if (c == 0xe2) {
    if (end - special > 2 && special[1] == '\x80' && (special[2] == '\xa8' || special[2] == '\xa9')) {
      append(special[2] == '\xa8' ? "\\u2028" : "\\u2029");
      return special + 3;
    }
    *at_++ = *special;
    return special + 1;
  }
  static constexpr std::string_view kCharacters = "\"\\\n\r\t\b\f", kNames = "\"\\nrtbf";
  if (const auto which = kCharacters.find(*special); which != kCharacters.npos) {
    *at_++ = '\\';
    *at_++ = kNames[which];
  } else {
    static constexpr char kHex[] = "0123456789abcdef";
    append("\\u00");
    *at_++ = kHex[c >> 4];
    *at_++ = kHex[c & 15];
  }
  return special + 1;
}

}  // namespace pedalion::json
