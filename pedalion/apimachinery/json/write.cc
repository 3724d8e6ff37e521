#include "pedalion/apimachinery/json/write.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

namespace pedalion::json {
namespace {

/// Bytes that cannot stand for themselves in a string; 0xe2 begins U+2028 and U+2029, which Go escapes.
constexpr auto kSpecial = [] {
  std::array<bool, 256> special{};
  for (int c = 0; c < 0x20; ++c) special[c] = true;
  for (unsigned char c : {'"', '\\', '<', '>', '&'}) special[c] = true;
  special[0xe2] = true;
  return special;
}();

void write_special(std::string_view text, std::size_t& i, std::string& out) {
  auto c = static_cast<unsigned char>(text[i]);
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    default:
      break;
  }
  if (c == 0xe2) {
    if (i + 2 < text.size() && text[i + 1] == '\x80' && (text[i + 2] == '\xa8' || text[i + 2] == '\xa9')) {
      out += text[i + 2] == '\xa8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += text[i];
    }
    return;
  }
  static constexpr char kHex[] = "0123456789abcdef";
  out += "\\u00";
  out += kHex[c >> 4];
  out += kHex[c & 15];
}

constexpr double kWhole =
    1LL << 53;  // from here on, each double is a whole number with digits that are not needed

/// Below 1e21: the digits that are needed, then zeros.
void write_large(double number, std::string& out) {
  char text[64];
  auto end = std::to_chars(text, text + sizeof text, number, std::chars_format::scientific).ptr;
  std::string_view written(text, end);
  auto e = written.find('e');
  int exponent = 0;
  std::from_chars(text + e + 2, end, exponent);
  bool negative = written[0] == '-';
  std::string digits;
  for (char c : written.substr(negative ? 1 : 0, e - (negative ? 1 : 0))) {
    if (c != '.') digits += c;
  }
  digits.resize(static_cast<std::size_t>(exponent) + 1, '0');
  out.append(negative ? "-" : "").append(digits);
}

/// Go: the shortest text that reads back, plain between 1e-6 and 1e21, else with an exponent of at least …
/// one digit.
void write_double(double number, std::string& out) {
  if (number == 0) {
    out += std::signbit(number) ? "-0" : "0";
    return;
  }
  double magnitude = std::fabs(number);
  char text[64];
  if (magnitude >= kWhole && magnitude < 1e21) return write_large(number, out);
  bool plain = magnitude >= 1e-6 && magnitude < 1e21;
  auto [end, error] = std::to_chars(text, text + sizeof text, number,
                                    plain ? std::chars_format::fixed : std::chars_format::scientific);
  std::string_view written(text, static_cast<std::size_t>(end - text));
  auto e = written.find('e');
  if (e != std::string_view::npos && e + 3 < written.size() + 0 && written[e + 2] == '0') {
    out.append(written.substr(0, e + 2)).append(written.substr(e + 3));  // e-07 is written e-7
  } else {
    out.append(written);
  }
}

std::vector<const Member*> sorted_members(const Value& object) {
  std::vector<const Member*> members;
  for (const Member& member : object.members()) members.push_back(&member);
  std::ranges::sort(members, {}, [](const Member* member) { return member->name; });
  return members;
}

void write_scalar(const Value& value, std::string& out) {
  switch (value.kind()) {
    case Kind::kNull:
      out += "null";
      return;
    case Kind::kBool:
      out += value.as_bool() ? "true" : "false";
      return;
    case Kind::kInt: {
      char text[24];
      auto [end, error] = std::to_chars(text, text + sizeof text, value.as_int());
      out.append(text, end);
      return;
    }
    case Kind::kDouble:
      if (value.is_verbatim()) {
        out += value.written();
        return;
      }
      write_double(value.as_double(), out);
      return;
    case Kind::kString:
      write_string(value.as_string(), out);
      return;
    default:
      return;
  }
}

void write_member(std::string_view name, const Value& value, bool& first, std::string& out, SortKeys sort) {
  if (!first) out += ',';
  first = false;
  write_string(name, out);
  out += ':';
  write(value, out, sort);
}

}  // namespace

void write_string(std::string_view text, std::string& out) {
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!kSpecial[static_cast<unsigned char>(text[i])]) continue;
    out.append(text.substr(plain, i - plain));
    write_special(text, i, out);
    plain = i + 1;
  }
  out.append(text.substr(plain));
  out += '"';
}

void write(const Value& value, std::string& out, SortKeys sort) {
  if (value.is_array()) {
    out += '[';
    bool first = true;
    for (const Value& item : value.items()) {
      if (!first) out += ',';
      first = false;
      write(item, out, sort);
    }
    out += ']';
  } else if (value.is_object()) {
    out += '{';
    bool first = true;
    if (sort == SortKeys::kYes) {
      for (const Member* member : sorted_members(value))
        write_member(member->name, member->value, first, out, sort);
    } else {
      for (const Member& member : value.members()) write_member(member.name, member.value, first, out, sort);
    }
    out += '}';
  } else {
    write_scalar(value, out);
  }
}

std::string to_string(const Value& value, SortKeys sort) {
  constexpr std::size_t kMostKept = 256 << 10;
  thread_local std::string scratch;  // grows to what is usual, so that the text is as large as it has to be
  scratch.clear();
  write(value, scratch, sort);
  if (scratch.size() > kMostKept) return std::move(scratch);
  return scratch;
}

void write_pretty(const Value& value, std::string& out) { indent(to_string(value), out); }

void indent(std::string_view compact, std::string& out) {
  int depth = 0;
  bool in_string = false;
  auto new_line = [&] { out.append("\n").append(static_cast<std::size_t>(depth) * 2, ' '); };
  for (std::size_t i = 0; i < compact.size(); ++i) {
    char c = compact[i];
    if (in_string) {
      out += c;
      if (c == '\\') out += compact[++i];
      if (c == '"') in_string = false;
      continue;
    }
    switch (c) {
      case '"':
        in_string = true;
        out += c;
        break;
      case '{':
      case '[':
        out += c;
        if (i + 1 < compact.size() && (compact[i + 1] == '}' || compact[i + 1] == ']')) {
          out += compact[++i];
        } else {
          ++depth;
          new_line();
        }
        break;
      case '}':
      case ']':
        --depth;
        new_line();
        out += c;
        break;
      case ',':
        out += c;
        new_line();
        break;
      case ':':
        out += ": ";
        break;
      default:
        out += c;
    }
  }
}

}  // namespace pedalion::json
