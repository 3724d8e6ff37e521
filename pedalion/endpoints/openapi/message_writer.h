#pragma once
// JSON trees to protobuf messages, driven by tables: which member goes into which field, and how.
#include <span>
#include <string>
#include <string_view>

#include "pedalion/apimachinery/json/value.h"

namespace pedalion::openapi {

struct Message;

/// How a JSON member is written.
enum class Wire : std::uint8_t {
  kText,
  kFlag,
  kTexts,     // an array of strings, a field each
  kMessage,   // of `message`
  kMessages,  // an array, a message each
  kMap,      // an object: a message {1: name, 2: message} each, all of them within one message as its field 1
  kMembers,  // the same without the message around
  kAny,      // any value as YAML text: {2: text}
  kAnys,     // an array, an Any each
};

struct MemberField {
  std::string_view member;
  std::uint32_t number;
  Wire wire;
  const Message* message = nullptr;
};

/// A message: its fields by JSON member; or a choice between messages, made by looking at the value.
struct Message {
  std::span<const MemberField> fields;
  /// Where members that begin with x- go (NamedAny); 0: nowhere.
  std::uint32_t extensions = 0;
  /// Where all members without a field of their own go, as a message {1: name, 2: this}; null: nowhere.
  const MemberField* others = nullptr;
  /// Set for a oneof: writes the chosen field. `fields` is not looked at then.
  void (*choose)(const json::Value& value, std::string& out) = nullptr;
};

void write_message(const Message& message, const json::Value& value, std::string& out);
/// One field with its number; an absent (null pointer) value writes nothing.
void write_field(const MemberField& field, const json::Value& value, std::string& out);
void write_bytes_field(std::uint32_t number, std::string_view bytes, std::string& out);

}  // namespace pedalion::openapi
