// Whatever an object of any kind says, it still says it after a way through every form.
#include <gtest/gtest.h>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/codec/protobuf_writer.h"
#include "pedalion/apimachinery/codec/yaml.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/scheme/scheme.h"
#include "pedalion/apimachinery/testing/differences.h"
#include "pedalion/apimachinery/testing/random_object.h"
#include "pedalion/apimachinery/testing/seeds.h"

namespace pedalion::codec {
namespace {

using apimachinery::testing::differences;
using apimachinery::testing::RandomObject;
using apimachinery::testing::seeds;

/// The object as the server would write it.
json::Document random_object(unsigned seed, const meta::GroupVersionKind& kind, const schema::Type& type) {
  json::Document object;
  object.root = RandomObject(seed, object.arena).of(type);
  set_type_meta(object, kind);
  auto shaped = reshape(object, type);
  EXPECT_TRUE(shaped) << shaped.error().message;
  return object;
}

std::string read_back(std::string_view body, MediaType media_type, const meta::GroupVersionKind& kind,
                      const schema::Type& type) {
  auto decoded = decode_object(body, media_type, kind, type);
  if (!decoded) return decoded.error().message;
  EXPECT_EQ(decoded->strict_problems, std::vector<std::string>());
  return json::to_string(decoded->object.root);
}

void go_through_every_form(unsigned seed, const meta::GroupVersionKind& kind, const schema::Type& type) {
  json::Document object = random_object(seed, kind, type);
  const std::string text = json::to_string(object.root);
  ASSERT_EQ(differences(text, read_back(text, MediaType::kJson, kind, type)), "");
  std::string yaml;
  write_yaml(object.root, yaml);
  ASSERT_EQ(differences(text, read_back(yaml, MediaType::kYaml, kind, type)), "");
  if (!has_protobuf(type)) return;
  auto bytes = protobuf_object(text, kind, type);
  ASSERT_TRUE(bytes) << bytes.error().message;
  ASSERT_EQ(differences(text, read_back(*bytes, MediaType::kProtobuf, kind, type)), "");
  auto again = protobuf_object(read_back(*bytes, MediaType::kProtobuf, kind, type), kind, type);
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_EQ(*again, *bytes);
}

TEST(Roundtrip, EveryKindOfEveryVersionIsReadBackAsItWas) {
  const scheme::Scheme scheme;
  int kinds = 0;
  for (const auto& group_version : scheme.group_versions()) {
    for (std::string_view name : scheme.kinds(group_version)) {
      const meta::GroupVersionKind kind{group_version.group, group_version.version, std::string(name)};
      const auto* type = scheme.type(kind);
      ASSERT_NE(type, nullptr);
      ++kinds;
      for (unsigned seed : seeds(60)) {
        SCOPED_TRACE(group_version.api_version() + " " + kind.kind + ", SEED=" + std::to_string(seed));
        go_through_every_form(seed, kind, *type);
        if (HasFatalFailure()) return;
      }
    }
  }
  EXPECT_GT(kinds, 200);
}

}  // namespace
}  // namespace pedalion::codec
