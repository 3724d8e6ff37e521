#include "pedalion/apimachinery/managedfields/path_element.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/field_error.h"

namespace pedalion::managedfields {
namespace {

using json::Kind;
using json::Value;

int kind_rank(const Value& value) {
  switch (value.kind()) {
    case Kind::kInt:
    case Kind::kDouble:
      return 0;
    case Kind::kString:
      return 1;
    case Kind::kBool:
      return 2;
    case Kind::kArray:
      return 3;
    case Kind::kObject:
      return 4;
    case Kind::kNull:
    case Kind::kRaw:
      return 5;
  }
  return 5;
}

int sign(std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

int compare_values(const Value& a, const Value& b);

int compare_objects(const Value& a, const Value& b) {
  for (std::uint32_t i = 0;; ++i) {
    if (i >= a.size() || i >= b.size()) return sign(a.size() <=> b.size());
    if (int order = a.members()[i].name.compare(b.members()[i].name); order != 0) return order;
    if (int order = compare_values(a.members()[i].value, b.members()[i].value); order != 0) return order;
  }
}

int compare_values(const Value& a, const Value& b) {
  if (kind_rank(a) != kind_rank(b)) return kind_rank(a) - kind_rank(b);
  switch (a.kind()) {
    case Kind::kInt:
      if (b.is_int()) return sign(a.as_int() <=> b.as_int());
      [[fallthrough]];
    case Kind::kDouble:
      return a.as_double() < b.as_double() ? -1 : a.as_double() > b.as_double() ? 1 : 0;
    case Kind::kString:
      return a.as_string().compare(b.as_string());
    case Kind::kBool:
      return static_cast<int>(a.as_bool()) - static_cast<int>(b.as_bool());
    case Kind::kArray:
      for (std::uint32_t i = 0;; ++i) {
        if (i >= a.size() || i >= b.size()) return sign(a.size() <=> b.size());
        if (int order = compare_values(a.items()[i], b.items()[i]); order != 0) return order;
      }
    case Kind::kObject:
      return compare_objects(a, b);
    case Kind::kNull:
    case Kind::kRaw:
      return 0;
  }
  return 0;
}

int class_rank(Element element) {
  switch (element[0]) {
    case 'f':
      return 0;
    case 'k':
      return 1;
    case 'v':
      return 2;
    default:
      return 3;
  }
}

/// Keys and values whose texts differ: by what they say.
int compare_parsed(std::string_view a, std::string_view b) {
  // The usual case: strings that differ before any escape, in the same place of the same key.
  auto [at_a, at_b] = std::ranges::mismatch(a, b);
  auto same = static_cast<std::size_t>(at_a - a.begin());
  if (same < a.size() && same < b.size() && a.find('\\') == std::string_view::npos &&
      b.find('\\') == std::string_view::npos) {
    auto quotes = std::ranges::count(a.substr(0, same), '"');
    if (quotes % 2 == 1) {
      if (a[same] == '"') return -1;
      if (b[same] == '"') return 1;
      return static_cast<unsigned char>(a[same]) < static_cast<unsigned char>(b[same]) ? -1 : 1;
    }
  }
  json::Arena arena(512);
  auto left = json::parse(a, arena), right = json::parse(b, arena);
  if (!left || !right) return a.compare(b);
  return compare_values(*left, *right);
}

constexpr auto kPlain = [] {
  std::array<bool, 256> plain = {};
  for (unsigned char c = ' '; c < 0x7f; ++c)
    plain[c] = c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
  return plain;
}();
bool is_plain(char c) { return kPlain[static_cast<unsigned char>(c)]; }

/// Takes from `text` what Go would write exactly so: a string of plain characters, a small whole number. Says
/// whether there was one.
bool take_plain_string(std::string_view& text) {
  if (text.empty() || text[0] != '"') return false;
  std::size_t end = 1;
  while (end < text.size() && is_plain(text[end])) ++end;
  if (end == text.size() || text[end] != '"') return false;
  text.remove_prefix(end + 1);
  return true;
}
bool take_plain_scalar(std::string_view& text) {
  if (take_plain_string(text)) return true;
  auto digits = std::min(text.size(), text.find_first_not_of("0123456789"));
  if (digits == 0 || digits > 18 || (digits > 1 && text[0] == '0')) return false;
  text.remove_prefix(digits);
  return true;
}

/// Whether a key or value is plainly as it would be written, which spares reading and writing it.
bool is_plain_value(std::string_view body) { return take_plain_scalar(body) && body.empty(); }
bool is_plain_key(std::string_view body) {
  if (body.size() < 2 || body.front() != '{' || body.back() != '}') return false;
  body = body.substr(1, body.size() - 2);
  for (std::string_view last; !body.empty();) {
    std::string_view name = body;
    if (!take_plain_string(body)) return false;
    name = name.substr(1, name.size() - body.size() - 2);
    if (name <= last || body.empty() || body[0] != ':') return false;
    last = name;
    body.remove_prefix(1);
    if (!take_plain_scalar(body)) return false;
    if (body.empty()) return true;
    if (body[0] != ',' || body.size() == 1) return false;
    body.remove_prefix(1);
  }
  return false;
}

Element make_element(char kind, std::string_view body, json::Arena& arena) {
  auto* text = static_cast<char*>(arena.allocate(body.size() + 2));
  text[0] = kind;
  text[1] = ':';
  std::ranges::copy(body, text + 2);
  return {text, body.size() + 2};
}

Status malformed(std::string text) { return Status(400, "BadRequest", std::move(text)); }

void append_go_value(const Value& value, std::string& out) {
  if (value.is_string()) {
    out += meta::go_quoted(value.as_string());
  } else {
    json::write(value, out);
  }
}

}  // namespace

int compare_elements(Element a, Element b) {
  if (a.data() == b.data() && a.size() == b.size()) return 0;
  int rank = class_rank(a);
  if (int other = class_rank(b); rank != other) return rank - other;
  if (rank == 0 || a == b) return a.compare(b);
  if (rank < 3) return compare_parsed(a.substr(2), b.substr(2));
  std::int64_t left = 0, right = 0;
  std::from_chars(a.data() + 2, a.data() + a.size(), left);
  std::from_chars(b.data() + 2, b.data() + b.size(), right);
  return sign(left <=> right);
}

Element field_element(std::string_view name, json::Arena& arena) { return make_element('f', name, arena); }

Element value_element(const Value& value, json::Arena& arena) {
  return make_element('v', json::to_string(value), arena);
}

Element key_element(std::span<const KeyPart> parts, json::Arena& arena) {
  thread_local std::string text;  // there are many, all of a size
  text = "{";
  for (const KeyPart& part : parts) {
    if (text.size() > 1) text += ',';
    json::write_string(part.name, text);
    text += ':';
    json::write(part.value, text);
  }
  text += '}';
  return make_element('k', text, arena);
}

bool is_plain_text(std::string_view text) { return std::ranges::all_of(text, is_plain); }

Element plain_key_element(std::string_view name, std::string_view text, json::Arena& arena) {
  constexpr std::string_view kBefore = "k:{\"", kBetween = "\":\"", kAfter = "\"}";
  const std::size_t size = kBefore.size() + name.size() + kBetween.size() + text.size() + kAfter.size();
  auto* out = static_cast<char*>(arena.allocate(size));
  char* end = out;
  for (std::string_view part : {kBefore, name, kBetween, text, kAfter})
    end = std::ranges::copy(part, end).out;
  return {out, size};
}

Result<std::optional<Element>> canonical_element(std::string_view text, json::Arena& arena) {
  if (text.size() < 2) return std::unexpected(malformed("key must be 2 characters long:"));
  if (text[1] != ':') return std::unexpected(malformed("missing colon: " + std::string(text)));
  auto body = text.substr(2);
  switch (text[0]) {
    case 'f':
      return text;
    case 'i': {
      std::int64_t index = 0;
      auto [end, error] = std::from_chars(body.data(), body.data() + body.size(), index);
      if (error != std::errc() || end != body.data() + body.size()) {
        return std::unexpected(
            malformed("strconv.Atoi: parsing " + meta::go_quoted(body) + ": invalid syntax"));
      }
      return text;
    }
    case 'v': {
      if (is_plain_value(body)) return text;
      TRY(Value value, json::parse(body, arena));
      return value_element(value, arena);
    }
    case 'k': {
      if (is_plain_key(body)) return text;
      TRY(Value value, json::parse(body, arena));
      if (!value.is_object())
        return std::unexpected(malformed("a key must be an object: " + std::string(text)));
      std::vector<KeyPart> parts;
      for (const auto& member : value.members()) parts.push_back({member.name, member.value});
      std::ranges::sort(parts, {}, &KeyPart::name);
      return key_element(parts, arena);
    }
    default:
      return std::nullopt;
  }
}

void append_element_text(Element element, std::string& out) {
  auto body = element.substr(2);
  if (element[0] == 'f') {
    out += '.';
    out += body;
    return;
  }
  out += '[';
  if (element[0] == 'i') {
    out += body;
  } else if (auto parsed = json::parse(body); !parsed) {
    out += body;
  } else if (element[0] == 'v') {
    out += '=';
    append_go_value(parsed->root, out);
  } else {
    bool first = true;
    for (const auto& member : parsed->root.members()) {
      if (!first) out += ',';
      first = false;
      out += member.name;
      out += '=';
      append_go_value(member.value, out);
    }
  }
  out += ']';
}

}  // namespace pedalion::managedfields
