#include "pedalion/controlplane/bootstrap/objects.h"

#include <gtest/gtest.h>

#include <map>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/scheme/scheme.h"
#include "pedalion/controlplane/bootstrap/bootstrap.h"

namespace pedalion::controlplane::bootstrap {
namespace {

TEST(BootstrapObjects, AreThoseOfAFreshServer) {
  auto objects = fixed_objects();
  ASSERT_TRUE(objects.has_value()) << objects.error().message;
  std::map<std::string, int> counts;
  for (const FixedObject& object : *objects) ++counts[object.resource];
  std::map<std::string, int> expected = {
      {"namespaces", 4},           {"priorityclasses", 2}, {"clusterroles", 69},
      {"clusterrolebindings", 50}, {"roles", 7},           {"rolebindings", 7},
      {"flowschemas", 11},         {"apiservices", 21},    {"prioritylevelconfigurations", 8}};
  EXPECT_EQ(counts, expected);
  EXPECT_EQ(objects->front().resource, "namespaces") << "what others lie in comes first";
}

TEST(BootstrapObjects, SayNothingThatTheirTypesDoNotKnow) {
  scheme::Scheme scheme;
  for (FixedObject& object : fixed_objects().value()) {
    const schema::Type* type = scheme.type(object.kind);
    ASSERT_NE(type, nullptr) << object.kind.kind;
    std::vector<std::string> problems;
    ASSERT_TRUE(codec::reshape(object.object, *type, &problems).has_value());
    EXPECT_TRUE(problems.empty()) << object.kind.kind << ": " << problems.front();
  }
}

TEST(BootstrapObjects, CommonMetadataIsAdded) {
  auto objects = read_objects(
      "= a.io/v1 things Thing me {\"labels\":{\"x\":\"y\"}}\n"
      "{\"metadata\":{\"name\":\"one\",\"labels\":{\"z\":\"w\"}}}\n");
  ASSERT_TRUE(objects.has_value()) << objects.error().message;
  ASSERT_EQ(objects->size(), 1);
  EXPECT_EQ(json::to_string(objects->front().object.root),
            R"({"metadata":{"name":"one","labels":{"z":"w","x":"y"}}})");
  EXPECT_EQ(objects->front().manager, "me");
  EXPECT_EQ(objects->front().kind, (meta::GroupVersionKind{"a.io", "v1", "Thing"}));
}

TEST(BootstrapObjects, AWrongLineIsNamed) {
  auto objects = read_objects("= v1 namespaces Namespace me {}\n{\"metadata\"}\n");
  ASSERT_FALSE(objects.has_value());
  EXPECT_NE(objects.error().message.find("line 2"), std::string::npos) << objects.error().message;
}

TEST(ServerIdentity, IsTheHosts) {
  EXPECT_EQ(server_identity("vm"), "apiserver-lphjr5z7h3imqn7sokpnsue3ha");
  EXPECT_NE(server_identity("a"), server_identity("b"));
}

}  // namespace
}  // namespace pedalion::controlplane::bootstrap
