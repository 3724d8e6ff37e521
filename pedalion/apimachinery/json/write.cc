#include "pedalion/apimachinery/json/write.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

#include "pedalion/apimachinery/json/output.h"

namespace pedalion::json {
namespace {

constexpr double kWhole =
    1LL << 53;  // from here on, each double is a whole number with digits that are not needed

/// Below 1e21: the digits that are needed, then zeros.
void write_large(double number, Output& out) {
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
  if (negative) out.put('-');
  out.put(digits);
}

/// Go: the shortest text that reads back, plain between 1e-6 and 1e21, else with an exponent of at least …
/// one digit.
void write_double(double number, Output& out) {
  if (number == 0) {
    return out.put(std::signbit(number) ? std::string_view("-0") : "0");
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
    out.put(written.substr(0, e + 2));  // e-07 is written e-7
    out.put(written.substr(e + 3));
  } else {
    out.put(written);
  }
}

std::vector<const Member*> sorted_members(const Value& object) {
  std::vector<const Member*> members;
  for (const Member& member : object.members()) members.push_back(&member);
  std::ranges::sort(members, {}, [](const Member* member) { return member->name; });
  return members;
}

void write_integer(std::int64_t number, Output& out) {
  char text[24];
  out.put(std::string_view(text, std::to_chars(text, text + sizeof text, number).ptr));
}

void write_value(const Value& value, Output& out, SortKeys sort);

void write_members(const Value& object, Output& out, SortKeys sort) {
  bool first = true;
  const auto write_member = [&](const Member& member) {
    if (!std::exchange(first, false)) out.put(',');
    out.quoted(member.name);
    out.put(':');
    write_value(member.value, out, sort);
  };
  if (sort == SortKeys::kYes) {
    for (const Member* member : sorted_members(object)) write_member(*member);
  } else {
    for (const Member& member : object.members()) write_member(member);
  }
}

void write_value(const Value& value, Output& out, SortKeys sort) {
  switch (value.kind()) {
    case Kind::kNull:
      return out.put("null");
    case Kind::kBool:
      return out.put(value.as_bool() ? std::string_view("true") : "false");
    case Kind::kInt:
      return write_integer(value.as_int(), out);
    case Kind::kDouble:
      return value.is_verbatim() ? out.put(value.written()) : write_double(value.as_double(), out);
    case Kind::kString:
      return out.quoted(value.as_string());
    case Kind::kRaw:
      return out.put(value.as_raw());
    case Kind::kArray:
      out.put('[');
      for (bool first = true; const Value& item : value.items()) {
        if (!std::exchange(first, false)) out.put(',');
        write_value(item, out, sort);
      }
      return out.put(']');
    case Kind::kObject:
      out.put('{');
      write_members(value, out, sort);
      return out.put('}');
  }
}

}  // namespace

void write_string(std::string_view text, std::string& out) { Output(out).quoted(text); }

void write(const Value& value, std::string& out, SortKeys sort) {
  Output output(out);
  write_value(value, output, sort);
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
