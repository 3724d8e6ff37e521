#include "pedalion/apimachinery/codec/protobuf.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/scheme/scheme.h"

namespace pedalion::codec {
namespace {

std::string operator""_s(const char* text, std::size_t size) { return {text, size}; }

/// A body that holds a Lease; its JSON, or what is wrong.
std::string read(std::string_view body) {
  static const scheme::Scheme kScheme;
  const meta::GroupVersionKind kind{"coordination.k8s.io", "v1", "Lease"};
  auto decoded = decode_object(body, MediaType::kProtobuf, kind, *kScheme.type(kind), &kScheme);
  return decoded ? json::to_string(decoded->object.root) : decoded.error().message;
}

std::string enveloped(std::string_view message) {
  std::string body = "k8s\0"_s;
  append_field(body, 2, message);
  return body;
}

constexpr std::string_view kOpening = R"({"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":)";

TEST(Protobuf, ReadsWhatItKnows) {
  EXPECT_EQ(read(enveloped("\x0a\x03\x0a\x01x"_s)), std::string(kOpening) + R"({"name":"x"},"spec":{}})");
  // Unknown fields of every wire type, and a group.
  EXPECT_EQ(read(enveloped("\x98\x06\x05\x0a\x03\x0a\x01x\xa1\x06\1\2\3\4\5\6\7\10\xa5\x06\1\2\3\4"
                           "\xa2\x06\x01z\xa3\x06\x08\x01\x0b\x0c\xa4\x06"_s)),
            std::string(kOpening) + R"({"name":"x"},"spec":{}})");
  // The last of what comes twice counts; of lists all; an int32 is cut to its bits.
  EXPECT_EQ(read(enveloped(
                "\x0a\x06\x0a\x01x\x0a\x01y\x12\x0d\x10\x01\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"_s)),
            std::string(kOpening) + R"({"name":"y"},"spec":{"leaseDurationSeconds":-1}})");
  EXPECT_EQ(read(enveloped("\x0a\x06\x72\x01x\x72\x01y"_s)),
            std::string(kOpening) + R"({"finalizers":["x","y"]},"spec":{}})");
}

TEST(Protobuf, TellsWhatIsWrongWithAMessage) {
  for (const auto& [message, wanted] : std::initializer_list<std::pair<std::string, std::string>>{
           {"\x0a"_s, "unexpected EOF"},
           {"\x0a\x05x"_s, "unexpected EOF"},
           {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"_s, "proto: integer overflow"},
           {"\x02\x00"_s, "proto: Lease: illegal tag 0 (wire type 2)"},
           {"\x0c"_s, "proto: Lease: wiretype end group for non-group"},
           {"\x08\x01"_s, "proto: wrong wireType = 0 for field Metadata"},
           {"\x12\x03\x12\x01x"_s, "proto: wrong wireType = 2 for field LeaseDurationSeconds"},
           {"\x0a\x02\x08\x01"_s, "proto: wrong wireType = 0 for field Name"},
           {"\x9e\x06\x01"_s, "proto: illegal wireType 6"},
           {"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"_s,
            "proto: negative length found during unmarshaling"},
       }) {
    EXPECT_EQ(read(enveloped(message)), R"(Lease in version "v1" cannot be handled as a Lease: )" + wanted);
  }
}

TEST(Protobuf, TellsWhatIsWrongWithAnEnvelope) {
  auto unrecognized = [](const std::string& why) {
    return "the object provided is unrecognized (must be of type Lease): " + why;
  };
  EXPECT_EQ(read(""), unrecognized("empty data (<empty>)"));
  EXPECT_EQ(read("k8s\0"_s), unrecognized("empty body (6b387300)"));
  EXPECT_EQ(read("hello"), unrecognized("provided data does not appear to be a protobuf message, expected "
                                        "prefix [107 56 115 0] (68656c6c6f)"));
  EXPECT_EQ(read("k8s\0\x0a\x05x"_s), unrecognized("unexpected EOF (6b3873000a0578)"));
  EXPECT_EQ(read("k8s\0\x10\x01"_s), unrecognized("proto: wrong wireType = 0 for field Raw (6b3873001001)"));
}

}  // namespace
}  // namespace pedalion::codec
