#include "pedalion/apimachinery/codec/protobuf_text.h"

#include <gtest/gtest.h>

#include <random>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/codec/protobuf.h"
#include "pedalion/apimachinery/codec/protobuf_writer.h"
#include "pedalion/apimachinery/codec/shape.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/scheme/scheme.h"
#include "pedalion/apimachinery/testing/random_object.h"
#include "pedalion/apimachinery/testing/seeds.h"

namespace pedalion::codec {
namespace {

using apimachinery::testing::RandomObject;
using apimachinery::testing::seeds;
using json::Value;

/// What the tree says; empty when it cannot be read.
std::string slowly(std::string_view raw, const meta::GroupVersionKind& gvk, const schema::Type& type) {
  json::Document document;
  auto body = decode_message(raw, type, document.arena);
  if (!body) return {};
  Value whole = Value::object(document.arena);
  whole.set("kind", Value::string(gvk.kind), document.arena);
  whole.set("apiVersion", Value::string(gvk.group_version().api_version(), document.arena), document.arena);
  for (const json::Member& member : body->members()) {
    if (member.name != "kind" && member.name != "apiVersion")
      whole.set(member.name, member.value, document.arena);
  }
  if (Value* metadata = whole.find("metadata")) metadata->erase("resourceVersion");
  auto shaped = shape(type, whole, document.arena);
  return shaped ? json::to_string(*shaped) : std::string();
}

/// A stored object: one that has no resource version.
std::string random_message(unsigned seed, const meta::GroupVersionKind& gvk, const schema::Type& type) {
  json::Document object;
  object.root = RandomObject(seed, object.arena).of(type);
  set_type_meta(object, gvk);
  if (Value* metadata = object.root.find("metadata")) metadata->erase("resourceVersion");
  auto shaped = reshape(object, type);
  EXPECT_TRUE(shaped) << shaped.error().message;
  auto bytes = protobuf_object(json::to_string(object.root), gvk, type);
  EXPECT_TRUE(bytes) << bytes.error().message;
  return bytes ? std::string(open_envelope(*bytes)->raw) : std::string();
}

template <class Function>
void for_every_kind(Function function) {
  const scheme::Scheme scheme;
  for (const auto& group_version : scheme.group_versions()) {
    for (std::string_view name : scheme.kinds(group_version)) {
      const meta::GroupVersionKind gvk{group_version.group, group_version.version, std::string(name)};
      const auto* type = scheme.type(gvk);
      if (!has_protobuf(*type)) continue;
      for (unsigned seed : seeds(40)) {
        SCOPED_TRACE(group_version.api_version() + " " + gvk.kind + ", SEED=" + std::to_string(seed));
        function(seed, gvk, *type);
        if (::testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(ProtobufText, SaysOfEveryKindWhatTheTreeSays) {
  int all = 0, quick = 0;
  for_every_kind([&](unsigned seed, const auto& gvk, const auto& type) {
    const std::string raw = random_message(seed, gvk, type);
    std::string text;
    ++all;
    if (!append_object_text(raw, type, gvk, text)) return;
    ++quick;
    EXPECT_EQ(text, slowly(raw, gvk, type));
  });
  EXPECT_GT(quick, all * 4 / 5) << "of " << all << "; lists of objects with resource versions are not";
}

TEST(ProtobufText, LeavesToTheTreeWhatIsNotAsServersWriteIt) {
  for_every_kind([&](unsigned seed, const auto& gvk, const auto& type) {
    std::string raw = random_message(seed, gvk, type);
    if (raw.empty()) return;
    std::mt19937 random(seed);
    for (int changes = 0; changes < 3; ++changes) {
      raw[random() % raw.size()] ^= static_cast<char>(1 << random() % 8);
      if (random() % 4 == 0) raw.insert(random() % raw.size(), 1, static_cast<char>(random()));
      std::string text = "before";
      if (append_object_text(raw, type, gvk, text))
        EXPECT_EQ(text, "before" + slowly(raw, gvk, type));
      else
        EXPECT_EQ(text, "before");
    }
  });
}

TEST(ProtobufText, LeavesResourceVersionsToTheTree) {
  const scheme::Scheme scheme;
  const meta::GroupVersionKind gvk{"", "v1", "ConfigMap"};
  const auto& type = *scheme.type(gvk);
  for (std::string_view version : {"", "7"}) {
    auto bytes = protobuf_object(
        R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","resourceVersion":")" +
            std::string(version) + R"("}})",
        gvk, type);
    std::string text;
    EXPECT_EQ(append_object_text(open_envelope(*bytes)->raw, type, gvk, text), version.empty());
  }
}

TEST(ObjectText, RawJsonKeepsItsNumbers) {
  scheme::Scheme scheme;
  meta::GroupVersionKind gvk{"apps", "v1", "ControllerRevision"};
  const auto& type = *scheme.type(gvk);
  const std::string json = R"({"kind":"ControllerRevision","apiVersion":"apps/v1","metadata":{"name":"a"},)"
                           R"("data":{"f":1.50,"n":1e3},"revision":1})";
  auto bytes = protobuf_object(json, gvk, type);
  ASSERT_TRUE(bytes);
  const std::string raw(open_envelope(*bytes)->raw);
  std::string text;
  ASSERT_TRUE(append_object_text(raw, type, gvk, text));
  EXPECT_NE(text.find(R"({"f":1.50,"n":1e3})"), std::string::npos) << text;
  EXPECT_EQ(text, slowly(raw, gvk, type));
}

}  // namespace
}  // namespace pedalion::codec
