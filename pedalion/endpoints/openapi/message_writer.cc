#include "pedalion/endpoints/openapi/message_writer.h"

#include "pedalion/apimachinery/json/write.h"

namespace pedalion::openapi {
namespace {

constexpr std::uint32_t kVarint = 0, kLengthDelimited = 2;

void write_varint(std::uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void write_any(std::uint32_t number, const json::Value& value, std::string& out) {
  std::string any;
  write_bytes_field(2, json::to_string(value) + "\n", any);  // JSON is YAML
  write_bytes_field(number, any, out);
}

void write_nested(std::uint32_t number, const Message& message, const json::Value& value, std::string& out) {
  std::string nested;
  write_message(message, value, nested);
  write_bytes_field(number, nested, out);
}

/// {1: name, 2: message}.
void write_named(std::uint32_t number, std::string_view name, const Message& message,
                 const json::Value& value, std::string& out) {
  std::string named;
  write_bytes_field(1, name, named);
  write_nested(2, message, value, named);
  write_bytes_field(number, named, out);
}

void write_extension(std::uint32_t number, const json::Member& member, std::string& out) {
  std::string named;
  write_bytes_field(1, member.key(), named);
  write_any(2, member.value, named);
  write_bytes_field(number, named, out);
}

}  // namespace

void write_bytes_field(std::uint32_t number, std::string_view bytes, std::string& out) {
  write_varint(number << 3 | kLengthDelimited, out);
  write_varint(bytes.size(), out);
  out += bytes;
}

void write_field(const MemberField& field, const json::Value& value, std::string& out) {
  switch (field.wire) {
    case Wire::kText:
      return write_bytes_field(field.number, value.string_or(), out);
    case Wire::kFlag:
      if (!value.bool_or(false)) return;
      write_varint(field.number << 3 | kVarint, out);
      return write_varint(1, out);
    case Wire::kTexts:
      for (const auto& item : value.items()) write_bytes_field(field.number, item.string_or(), out);
      return;
    case Wire::kMessage:
      return write_nested(field.number, *field.message, value, out);
    case Wire::kMessages:
      for (const auto& item : value.items()) write_nested(field.number, *field.message, item, out);
      return;
    case Wire::kMap: {
      std::string map;
      for (const auto& member : value.members())
        write_named(1, member.key(), *field.message, member.value, map);
      return write_bytes_field(field.number, map, out);
    }
    case Wire::kMembers:
      for (const auto& member : value.members()) {
        write_named(field.number, member.key(), *field.message, member.value, out);
      }
      return;
    case Wire::kAny:
      return write_any(field.number, value, out);
    case Wire::kAnys:
      for (const auto& item : value.items()) write_any(field.number, item, out);
      return;
  }
}

void write_message(const Message& message, const json::Value& value, std::string& out) {
  if (message.choose != nullptr) return message.choose(value, out);
  for (const auto& field : message.fields) {
    if (const auto* member = value.find(field.member)) write_field(field, *member, out);
  }
  for (const auto& member : value.members()) {
    if (message.extensions != 0 && member.key().starts_with("x-"))
      write_extension(message.extensions, member, out);
    if (message.others != nullptr) {
      write_named(message.others->number, member.key(), *message.others->message, member.value, out);
    }
  }
}

}  // namespace pedalion::openapi
