#include "pedalion/apimachinery/meta/field_error.h"

#include <algorithm>
#include <cstdio>

#include "pedalion/apimachinery/json/utf8.h"
#include "pedalion/apimachinery/json/write.h"

namespace pedalion::meta {

void FieldPath::write_down() {
  before_ = std::make_shared<const std::string>(text());
  size_ = 0;
}

std::string FieldPath::text() const {
  std::string text = before_ == nullptr ? std::string() : *before_;
  for (const Segment& segment : std::span(segments_.data(), size_)) {
    if (segment.kind == Segment::kMember) {
      if (!text.empty()) text += '.';
      text.append(segment.name, segment.number);
    } else if (segment.kind == Segment::kKey) {
      text.append("[").append(segment.name, segment.number).append("]");
    } else {
      text.append("[").append(std::to_string(segment.number)).append("]");
    }
  }
  return text;
}

namespace {

/// What Go's %q escapes beyond ASCII: separators, format characters, private use, what is no character.
bool is_printable(std::uint32_t code) {
  struct Range {
    std::uint32_t first, last;
  };
  static constexpr Range kHidden[] = {
      {0x80, 0xa0},     {0xad, 0xad},       {0x600, 0x605},   {0x61c, 0x61c},   {0x6dd, 0x6dd},
      {0x70f, 0x70f},   {0x1680, 0x1680},   {0x180e, 0x180e}, {0x2000, 0x200f}, {0x2028, 0x202f},
      {0x205f, 0x206f}, {0x3000, 0x3000},   {0xd800, 0xf8ff}, {0xfeff, 0xfeff}, {0xfff0, 0xfffb},
      {0xfffe, 0xffff}, {0xe0000, 0x10ffff}};
  return std::ranges::none_of(kHidden,
                              [code](Range range) { return code >= range.first && code <= range.last; });
}

/// Of one well-formed sequence.
std::uint32_t code_point(std::string_view sequence) {
  std::uint32_t code = static_cast<unsigned char>(sequence[0]) & (0x7fU >> sequence.size());
  for (char c : sequence.substr(1)) code = code << 6 | (static_cast<unsigned char>(c) & 0x3fU);
  return code;
}

}  // namespace

std::string go_quoted(std::string_view text) {
  static constexpr std::string_view kNames = "abtnvfr";  // of 7 … 13
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    auto c = static_cast<unsigned char>(text[i]);
    std::size_t length = c < 0x80 ? 1 : json::utf8_sequence_length(text.substr(i));
    char escape[16] = "";
    if (c == '"' || c == '\\') {
      out += '\\';
    } else if (c >= 7 && c <= 13) {
      std::snprintf(escape, sizeof escape, "\\%c", kNames[c - 7U]);
    } else if (c < 0x20 || c == 0x7f || length == 0) {
      std::snprintf(escape, sizeof escape, "\\x%02x", c);
    } else if (auto code = length == 1 ? c : code_point(text.substr(i, length));
               c >= 0x80 && !is_printable(code)) {
      std::snprintf(escape, sizeof escape, code > 0xffff ? "\\U%08x" : "\\u%04x", code);
    }
    length = std::max<std::size_t>(length, 1);
    if (escape[0] != 0)
      out += escape;
    else
      out.append(text.substr(i, length));
    i += length;
  }
  return out + "\"";
}

std::string FieldError::reason() const {
  switch (type) {
    case Type::kNotFound:
      return "FieldValueNotFound";
    case Type::kRequired:
      return "FieldValueRequired";
    case Type::kDuplicate:
      return "FieldValueDuplicate";
    case Type::kInvalid:
      return "FieldValueInvalid";
    case Type::kNotSupported:
      return "FieldValueNotSupported";
    case Type::kForbidden:
      return "FieldValueForbidden";
    case Type::kTooLong:
      return "FieldValueTooLong";
    case Type::kTooMany:
      return "FieldValueTooMany";
    case Type::kInternal:
      return "InternalError";
    case Type::kTypeInvalid:
      return "FieldValueTypeInvalid";
  }
  return "";
}

std::string FieldError::body() const {
  std::string text;
  switch (type) {
    case Type::kNotFound:
      text = "Not found";
      break;
    case Type::kRequired:
      text = "Required value";
      break;
    case Type::kDuplicate:
      text = "Duplicate value";
      break;
    case Type::kInvalid:
    case Type::kTypeInvalid:
      text = "Invalid value";
      break;
    case Type::kNotSupported:
      text = "Unsupported value";
      break;
    case Type::kForbidden:
      text = "Forbidden";
      break;
    case Type::kTooLong:
      text = "Too long";
      break;
    case Type::kTooMany:
      text = "Too many";
      break;
    case Type::kInternal:
      text = "Internal error";
      break;
  }
  if (!value.empty()) text += ": " + value;
  if (!detail.empty()) text += ": " + detail;
  return text;
}

FieldError FieldError::required(const FieldPath& path, std::string_view detail) {
  return {Type::kRequired, path.text(), "", std::string(detail)};
}
FieldError FieldError::invalid(const FieldPath& path, std::string_view value, std::string_view detail) {
  return {Type::kInvalid, path.text(), go_quoted(value), std::string(detail)};
}
FieldError FieldError::invalid(const FieldPath& path, std::int64_t value, std::string_view detail) {
  return {Type::kInvalid, path.text(), std::to_string(value), std::string(detail)};
}
FieldError FieldError::invalid(const FieldPath& path, const json::Value& value, std::string_view detail) {
  if (value.is_string()) return invalid(path, value.as_string(), detail);
  return {Type::kInvalid, path.text(), json::to_string(value), std::string(detail)};
}
FieldError FieldError::duplicate(const FieldPath& path, std::string_view value) {
  return {Type::kDuplicate, path.text(), go_quoted(value), ""};
}
FieldError FieldError::duplicate(const FieldPath& path, const json::Value& value) {
  if (value.is_string() || value.is_null()) return duplicate(path, value.string_or());
  return {Type::kDuplicate, path.text(), json::to_string(value), ""};
}
FieldError FieldError::not_supported(const FieldPath& path, std::string_view value,
                                     std::span<const std::string_view> supported) {
  std::vector<std::string> quoted;
  for (auto word : supported) quoted.push_back(go_quoted(word));
  std::string text;
  for (const auto& word : quoted) text += (text.empty() ? "" : ", ") + word;
  return {Type::kNotSupported, path.text(), go_quoted(value),
          text.empty() ? "" : "supported values: " + text};
}
FieldError FieldError::forbidden(const FieldPath& path, std::string_view detail) {
  return {Type::kForbidden, path.text(), "", std::string(detail)};
}
FieldError FieldError::too_long(const FieldPath& path, std::size_t limit) {
  return {Type::kTooLong, path.text(), "", "may not be more than " + std::to_string(limit) + " bytes"};
}
FieldError FieldError::too_many(const FieldPath& path, std::size_t actual, std::size_t limit) {
  return {Type::kTooMany, path.text(), std::to_string(actual),
          "must have at most " + std::to_string(limit) + (limit == 1 ? " item" : " items")};
}
FieldError FieldError::not_found(const FieldPath& path, std::string_view value) {
  return {Type::kNotFound, path.text(), go_quoted(value), ""};
}

std::string aggregate_text(const FieldErrors& errors) {
  std::vector<std::string> texts;
  for (const auto& error : errors) {
    std::string text = error.field.empty() ? error.body() : error.field + ": " + error.body();
    if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
  }
  if (texts.size() == 1) return texts[0];
  std::string all = "[";
  for (const auto& text : texts) all += (all.size() == 1 ? "" : ", ") + text;
  return all + "]";
}

}  // namespace pedalion::meta
