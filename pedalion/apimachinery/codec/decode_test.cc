#include "pedalion/apimachinery/codec/decode.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/write.h"

namespace pedalion::codec {
namespace {

using meta::GroupVersionKind;

const scheme::Scheme& the_scheme() {
  static const scheme::Scheme scheme;
  return scheme;
}

Result<Decoded> decode(std::string_view body, const GroupVersionKind& kind,
                       MediaType media_type = MediaType::kJson) {
  return decode_object(body, media_type, kind, *the_scheme().type(kind), &the_scheme());
}

const GroupVersionKind kConfigMap{"", "v1", "ConfigMap"};
const GroupVersionKind kDeployment{"apps", "v1", "Deployment"};
const GroupVersionKind kEvent{"", "v1", "Event"};
const GroupVersionKind kLease{"coordination.k8s.io", "v1", "Lease"};
using Problems = std::vector<std::string>;

std::string refusal(std::string_view body, const GroupVersionKind& kind,
                    MediaType media_type = MediaType::kJson) {
  auto decoded = decode(body, kind, media_type);
  return decoded ? "" : decoded.error().message;
}

TEST(Decode, ReportsStrictProblemsInTheOrderOfTheText) {
  auto decoded = decode(
      R"({"data":{"a":"1","a":"2"},"zzz":1,"data":{"b":"3"},"aaa":{"x":1,"x":2},"metadata":{"name":"n","name":"m"}})",
      kConfigMap);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->strict_problems,
            (Problems{R"(duplicate field "data.a")", R"(duplicate field "data")", R"(unknown field "zzz")",
                      R"(unknown field "aaa")", R"(duplicate field "metadata.name")"}));
  EXPECT_EQ(json::to_string(*decoded->object.root.find("data")), R"({"a":"2","b":"3"})") << "they are merged";
}

TEST(Decode, TellsRepeatedKeysOfYamlAtOnce) {
  auto decoded = decode("data:\n  a: b\n  a: c\nmore: 1\ndata: {}\n", kConfigMap, MediaType::kYaml);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->strict_problems,
            (Problems{"yaml: unmarshal errors:\n  line 3: key \"a\" already set in map\n  line 5: key "
                      "\"data\" already set in map",
                      R"(unknown field "more")"}));
}

TEST(Decode, NamesTheLineOfBrokenYaml) {
  EXPECT_EQ(refusal("a: b: c", kConfigMap, MediaType::kYaml),
            "the object provided is unrecognized (must be of type ConfigMap): yaml: mapping values are not "
            "allowed in this context (613a20623a2063)");
  EXPECT_NE(refusal("a: b\n\tc: d", kConfigMap, MediaType::kYaml)
                .find("yaml: line 2: found a tab character that violates indentation"),
            std::string::npos);
}

TEST(Decode, TellsOtherKindsAndVersionsApart) {
  EXPECT_EQ(refusal(R"({"kind":"Secret","apiVersion":"v1"})", kConfigMap),
            R"(Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to )"
            "(core.ConfigMap): unknown conversion");
  EXPECT_EQ(
      refusal(R"({"apiVersion":"v2"})", kConfigMap),
      R"(ConfigMap in version "v2" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered )"
      R"(for version "v2" in scheme "pkg/api/legacyscheme/scheme.go:30")");
  EXPECT_EQ(
      refusal(R"({"apiVersion":"extensions/v1beta1"})", kDeployment),
      "the API version in the data (extensions/v1beta1) does not match the expected API version (apps/v1)");
  EXPECT_NE(refusal("", kConfigMap).find("unexpected end of JSON input (<empty>)"), std::string::npos);
  const meta::GroupVersionKind eviction{"policy", "v1", "Eviction"};
  auto older =
      decode_object(R"({"apiVersion":"policy/v1beta1"})", MediaType::kJson, eviction,
                    *the_scheme().type(eviction), &the_scheme(), meta::GroupVersion{"policy", "v1beta1"});
  ASSERT_TRUE(older.has_value());
  EXPECT_EQ(older->object.root.string_at({"apiVersion"}), "policy/v1");
}

TEST(Decode, NamesWhatAScalarIsReadAs) {
  EXPECT_NE(refusal(R"({"lastTimestamp":5})", kEvent)
                .find("cannot unmarshal number into Go struct field Event.lastTimestamp of type string"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"spec":{"strategy":{"rollingUpdate":{"maxSurge":1.5}}}})", kDeployment)
                .find("cannot unmarshal number 1.5 into Go struct field "
                      "RollingUpdateDeployment.spec.strategy.rollingUpdate.maxSurge of type int32"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"spec":{"renewTime":"2024-01-02T03:04:05Z"}})", kLease)
                .find(R"(as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000")"),
            std::string::npos);
}

TEST(Decode, RawJsonKeepsItsNumbers) {
  const meta::GroupVersionKind revision{"apps", "v1", "ControllerRevision"};
  auto decoded = decode(R"({"data":{"a":1.50,"b":[1e3,0.0000001,123456789012345678901]}})", revision);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(json::to_string(*decoded->object.root.find("data")),
            R"({"a":1.50,"b":[1e3,0.0000001,123456789012345678901]})");
}

TEST(Decode, TheZeroTimeIsNull) {
  auto decoded =
      decode(R"({"firstTimestamp":"0001-01-01T00:00:00Z","lastTimestamp":"0001-01-01T00:00:01Z"})", kEvent);
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(decoded->object.root.find("firstTimestamp")->is_null());
  EXPECT_EQ(decoded->object.root.string_at({"lastTimestamp"}), "0001-01-01T00:00:01Z");
}

TEST(Decode, QuantitiesKeepTheirExponents) {
  auto decoded = decode(
      R"({"spec":{"limits":[{"type":"Pod","max":{"a":1e3,"b":1000,"c":"2E3","d":" 5 ","e":0.5,"f":1.5e3}}]}})",
      {"", "v1", "LimitRange"});
  ASSERT_TRUE(decoded) << decoded.error().message;
  const auto& limit = decoded->object.root.at({"spec", "limits"})->items()[0];
  EXPECT_EQ(json::to_string(*limit.find("max")),
            R"({"a":"1e3","b":"1k","c":"2E3","d":"5","e":"500m","f":"1500"})");
}

}  // namespace
}  // namespace pedalion::codec
