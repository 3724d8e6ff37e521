#include "pedalion/apimachinery/codec/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>

#include "pedalion/apimachinery/json/write.h"

namespace pedalion::codec {
namespace {

using json::Value;

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool parse_integer(std::string_view text, std::int64_t& number) {
  std::string digits;
  for (char c : text) {
    if (c != '_') digits += c;
  }
  std::string_view rest = digits;
  bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  int base = 10;
  if (rest.starts_with("0x") || rest.starts_with("0X"))
    base = 16;
  else if (rest.starts_with("0b"))
    base = 2;
  else if (rest.starts_with("0o"))
    base = 8;
  if (base != 10)
    rest.remove_prefix(2);
  else if (rest.size() > 1 && rest[0] == '0')
    base = 8;  // YAML 1.1
  if (rest.empty() || rest[0] == '-' || rest[0] == '+') return false;
  std::uint64_t magnitude = 0;
  auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), magnitude, base);
  if (error != std::errc() || end != rest.data() + rest.size()) return false;
  if (magnitude > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return false;
  number = negative ? -static_cast<std::int64_t>(magnitude) : static_cast<std::int64_t>(magnitude);
  return true;
}

/// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool parse_float(std::string_view text, double& number) {
  std::string_view rest = text;
  if (rest.starts_with('-') || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest.empty() || (!is_digit(rest[0]) && rest[0] != '.')) return false;
  bool digits = false;
  for (char c : rest) {
    if (is_digit(c))
      digits = true;
    else if (c != '.' && c != 'e' && c != 'E' && c != '+' && c != '-')
      return false;
  }
  auto from = text.starts_with('+') ? text.substr(1) : text;
  auto [end, error] = std::from_chars(from.data(), from.data() + from.size(), number);
  return digits && error == std::errc() && end == from.data() + from.size();
}

bool needs_quotes(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return true;
  static constexpr std::string_view kIndicators = "!&*{}[],#|>@`\"'%";
  if (kIndicators.find(text[0]) != std::string_view::npos) return true;
  if ((text[0] == '-' || text[0] == '?' || text[0] == ':') && (text.size() == 1 || text[1] == ' '))
    return true;
  if (text == "=" || text == "<<" || text == "---" || text == "...") return true;
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos ||
      text.back() == ':')
    return true;
  json::Arena arena(64);
  if (!resolve_plain_scalar(text, arena).is_string()) return true;
  // What other readers of YAML 1.1 take for a bool, a date or a base-60 number.
  if (one_of(text, {"y", "Y", "n", "N", "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off",
                    "OFF"}))
    return true;
  bool sexagesimal = text.find(':') != std::string_view::npos && std::ranges::all_of(text, [](char c) {
                       return is_digit(c) || c == ':' || c == '.' || c == '_' || c == '-' || c == '+';
                     });
  bool date = text.size() >= 8 && is_digit(text[0]) && is_digit(text[1]) && is_digit(text[2]) &&
              is_digit(text[3]) && text[4] == '-';
  return sexagesimal || date;
}

void write_double_quoted(std::string_view text, std::string& out) {
  out += '"';
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (byte < 0x20 || byte == 0x7f) {
          char escape[8];
          std::snprintf(escape, sizeof escape, "\\x%02X", byte);
          out += escape;
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void write_literal(std::string_view text, int indent, std::string& out) {
  out += '|';
  if (text.front() == ' ' || text.front() == '\n') out += "2";
  if (text.back() != '\n')
    out += '-';
  else if (text.size() > 1 && text[text.size() - 2] == '\n')
    out += '+';
  if (text.back() == '\n') text.remove_suffix(1);
  while (true) {
    auto end = text.find('\n');
    auto line = text.substr(0, end);
    out += '\n';
    if (!line.empty()) out.append(static_cast<std::size_t>(indent + 2), ' ').append(line);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

Value resolve_plain_scalar(std::string_view text, json::Arena& arena) {
  if (text.empty() || one_of(text, {"~", "null", "Null", "NULL"})) return {};
  if (one_of(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"})) {
    if (text != "y" && text != "Y") return Value::boolean(true);
  }
  if (one_of(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"}))
    return Value::boolean(false);
  char first = text[0];
  if (is_digit(first) || first == '-' || first == '+' || first == '.') {
    std::int64_t integer = 0;
    double number = 0;
    if (parse_integer(text, integer)) return Value::integer(integer);
    if (parse_float(text, number) && std::isfinite(number)) return Value::number(number);
  }
  return Value::string(text, arena);
}

void write_yaml_scalar(const Value& scalar, int indent, std::string& out) {
  if (!scalar.is_string()) {
    json::write(scalar, out);
    return;
  }
  auto text = scalar.as_string();
  bool unprintable = std::ranges::any_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
  });
  if (unprintable) return write_double_quoted(text, out);
  if (text.find('\n') != std::string_view::npos) {
    if (text.find('\t') == std::string_view::npos || !text.starts_with('\t'))
      return write_literal(text, indent, out);
    return write_double_quoted(text, out);
  }
  if (!needs_quotes(text)) {
    out.append(text);
    return;
  }
  // go-yaml: double quotes for what would be read as another type, single quotes for what is only special.
  json::Arena arena(64);
  bool other_type = text.empty() || !resolve_plain_scalar(text, arena).is_string();
  bool special = !other_type && needs_quotes(text);
  bool ambiguous = one_of(text, {"y", "Y", "n", "N", "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON",
                                 "off", "Off", "OFF"}) ||
                   (!text.empty() && is_digit(text[0]));
  if (special && !ambiguous) {
    out += '\'';
    for (char c : text) out.append(c == '\'' ? 2 : 1, c);
    out += '\'';
  } else {
    write_double_quoted(text, out);
  }
}

bool yaml_key_less(std::string_view a, std::string_view b) {
  auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
  };
  bool digits = false;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (a[i] == b[i]) {
      digits = is_digit(a[i]);
      continue;
    }
    bool a_letter = letter(a[i]), b_letter = letter(b[i]);
    if (a_letter && b_letter) return a[i] < b[i];
    if (a_letter || b_letter) return digits ? a_letter : b_letter;
    std::size_t a_end = i, b_end = i;
    if (is_digit(a[i]) && is_digit(b[i])) {
      while (a_end < a.size() && is_digit(a[a_end])) ++a_end;
      while (b_end < b.size() && is_digit(b[b_end])) ++b_end;
      if (a_end != b_end) return a_end - i < b_end - i;
    }
    return a[i] < b[i];
  }
  return a.size() < b.size();
}

}  // namespace pedalion::codec
