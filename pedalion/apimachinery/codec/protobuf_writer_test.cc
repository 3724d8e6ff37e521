#include "pedalion/apimachinery/codec/protobuf_writer.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/apimachinery/scheme/scheme.h"

namespace pedalion::codec {
namespace {

const scheme::Scheme& builtin() {
  static const scheme::Scheme scheme;
  return scheme;
}

const schema::Type& type_of(std::string_view group, std::string_view version, std::string_view kind) {
  const auto* type = builtin().type(group, version, kind);
  if (type == nullptr) throw std::logic_error(std::string(kind));
  return *type;
}

std::string from_base64(std::string_view text) {
  std::string bytes;
  EXPECT_TRUE(append_base64_decoded(bytes, text));
  return bytes;
}

/// The message in hexadecimal digits, blanks between bytes.
std::string message_of(std::string_view json, const schema::Type& type) {
  std::string bytes, shown;
  auto written = append_message(json, type, bytes);
  if (!written) return written.error().message;
  static constexpr char kHex[] = "0123456789abcdef";
  for (unsigned char c : bytes) shown += {kHex[c >> 4], kHex[c & 15], ' '};
  if (!shown.empty()) shown.pop_back();
  return shown;
}

TEST(ProtobufWriter, WritesWhatKubeApiserverAnswered) {
  constexpr std::string_view kNotFound =
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",)"
      R"("message":"deployments.apps \"none\" not found","reason":"NotFound",)"
      R"("details":{"name":"none","group":"apps","kind":"deployments"},"code":404})";
  auto made = protobuf_object(kNotFound, {"", "v1", "Status"}, type_of("", "v1", "Status"));
  ASSERT_TRUE(made);
  EXPECT_EQ(*made,
            from_base64("azhzAAoMCgJ2MRIGU3RhdHVzEmAKBgoAEgAaABIHRmFpbHVyZRohZGVwbG95bWVudHMuYXBwcyAibm9uZSI"
                        "gbm90IGZvdW5kIghOb3RGb3VuZCodCgRub25lEgRhcHBzGgtkZXBsb3ltZW50cygAMgAwlAMaACIA"));
}

TEST(ProtobufWriter, WritesFieldsThatAreNoPointersEvenWhenTheyAreAbsent) {
  EXPECT_EQ(message_of(R"({"name":"a"})", *builtin().named("core/v1", "LocalObjectReference")), "0a 01 61");
  EXPECT_EQ(message_of("{}", *builtin().named("core/v1", "LocalObjectReference")), "0a 00");
  EXPECT_EQ(message_of(R"({"key":"k","operator":"In","values":["b","a"]})",
                       *builtin().named("meta/v1", "LabelSelectorRequirement")),
            "0a 01 6b 12 02 49 6e 1a 01 62 1a 01 61");
  EXPECT_EQ(message_of(R"({"time":null})", *builtin().named("meta/v1", "ManagedFieldsEntry")),
            "0a 00 12 00 1a 00 32 00 42 00");
}

TEST(ProtobufWriter, WritesByNumberWhateverTheOrderOfTheText) {
  const auto& config_map = type_of("", "v1", "ConfigMap");
  std::string meta = "0a 10 0a 00 12 00 1a 00 22 00 2a 00 32 00 38 00 42 00";
  EXPECT_EQ(message_of(R"({"metadata":{},"immutable":false,"data":{"a":"1"}})", config_map),
            meta + " 12 06 0a 01 61 12 01 31 20 00");
  EXPECT_EQ(message_of(R"({"data":{"b":"","a":"1"},"metadata":{}})", config_map),
            meta + " 12 06 0a 01 61 12 01 31 12 05 0a 01 62 12 00");
  EXPECT_EQ(message_of(R"({"binaryData":{"a":null,"b":"","c":"AAE="}})", config_map),
            meta + " 1a 03 0a 01 61 1a 05 0a 01 62 12 00 1a 07 0a 01 63 12 02 00 01");
}

TEST(ProtobufWriter, NestsEmbeddedStructs) {
  EXPECT_EQ(message_of(R"({"name":"v","hostPath":{"path":"/"}})", *builtin().named("core/v1", "Volume")),
            "0a 01 76 12 05 0a 03 0a 01 2f");
  EXPECT_EQ(message_of(R"({"name":"v"})", *builtin().named("core/v1", "Volume")), "0a 01 76 12 00");
}

TEST(ProtobufWriter, WritesLongContentWithItsLength) {
  std::string text(300, 'x'), quotes;
  for (int i = 0; i < 200; ++i) quotes += "\\\"";
  std::string bytes;
  ASSERT_TRUE(append_message("{\"name\":\"" + text + "\"}",
                             *builtin().named("core/v1", "LocalObjectReference"), bytes));
  EXPECT_EQ(bytes, "\x0a\xac\x02" + text);
  bytes.clear();
  ASSERT_TRUE(append_message("{\"name\":\"" + quotes + "\"}",
                             *builtin().named("core/v1", "LocalObjectReference"), bytes));
  EXPECT_EQ(bytes, "\x0a\xc8\x01" + std::string(200, '"'));
}

TEST(ProtobufWriter, WritesTheFormsOfCustomResourceDefinitions) {
  const auto& props = *builtin().named("apiextensions/v1", "JSONSchemaProps");
  auto tail = [&](std::string_view json) {
    std::string zero = message_of("{}", props), made = message_of(json, props);
    return made.substr(0, zero.size()) == zero ? made.substr(std::min(made.size(), zero.size() + 1)) : made;
  };
  EXPECT_EQ(tail("{}"), "");
  std::string bytes;
  ASSERT_TRUE(append_message(R"({"additionalProperties":true})", props, bytes));
  EXPECT_TRUE(bytes.contains(std::string_view("\xf2\x01\x02\x08\x01", 5)));
  bytes.clear();
  ASSERT_TRUE(append_message(R"({"additionalProperties":{}})", props, bytes));
  std::string zero;
  ASSERT_TRUE(append_message("{}", props, zero));
  std::string inner("\x08\x01");
  append_field(inner, 2, zero);
  std::string outer;
  append_field(outer, 30, inner);
  EXPECT_TRUE(bytes.contains(outer));
}

TEST(ProtobufWriter, RefusesTextThatIsNoObjectOfTheType) {
  for (std::string_view text : {"", "[]", "{", R"({"name":1})", R"({"name":"a")", R"({"name":["a"]})"}) {
    EXPECT_EQ(message_of(text, *builtin().named("core/v1", "LocalObjectReference")),
              "an object cannot be written as protobuf: it is not LocalObjectReference")
        << text;
  }
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += R"({"not":)";
  // However deep the fault lies, no level is tried twice for it.
  EXPECT_TRUE(
      message_of(deep, *builtin().named("apiextensions/v1", "JSONSchemaProps")).starts_with("an object"));
}

}  // namespace
}  // namespace pedalion::codec
