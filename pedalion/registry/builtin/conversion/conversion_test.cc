#include "pedalion/registry/builtin/conversion/conversion.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/scheme/scheme.h"

namespace pedalion::registry::builtin::conversion {
namespace {

class ConversionTest : public testing::Test {
 protected:
  Conversion events() { return conversion_of(scheme_, {"events.k8s.io", "v1", "Event"}).value(); }
  Conversion autoscalers() {
    return conversion_of(scheme_, {"autoscaling", "v1", "HorizontalPodAutoscaler"}).value();
  }
  scheme::Scheme scheme_;
};

TEST_F(ConversionTest, EventsAreRenamed) {
  json::Document event = json::parse(R"({"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"p"},
      "reason":"r","message":"m","source":{"component":"c"},"count":3,"reportingComponent":"k",
      "reportingInstance":"i","type":"Normal"})")
                             .value();
  ASSERT_TRUE(make_view(events(), event).has_value());
  EXPECT_EQ(json::to_string(event.root),
            R"({"kind":"Event","apiVersion":"events.k8s.io/v1","metadata":{"name":"e"},"eventTime":null,)"
            R"("reportingController":"k","reportingInstance":"i","reason":"r","regarding":{"kind":"Pod",)"
            R"("name":"p"},"note":"m","type":"Normal","deprecatedSource":{"component":"c"},)"
            R"("deprecatedFirstTimestamp":null,"deprecatedLastTimestamp":null,"deprecatedCount":3})");
  ASSERT_TRUE(make_stored(events(), event).has_value());
  EXPECT_EQ(json::to_string(event.root),
            R"({"kind":"Event","apiVersion":"v1","metadata":{"name":"e"},"involvedObject":{"kind":"Pod",)"
            R"("name":"p"},"reason":"r","message":"m","source":{"component":"c"},"firstTimestamp":null,)"
            R"("lastTimestamp":null,"count":3,"type":"Normal","eventTime":null,"reportingComponent":"k",)"
            R"("reportingInstance":"i"})");
}

TEST_F(ConversionTest, AutoscalersTellInAnnotationsWhatVersion1CannotSay) {
  constexpr std::string_view kStored =
      R"({"metadata":{"name":"h"},"spec":{"scaleTargetRef":{"kind":"D","name":"d"},
      "maxReplicas":5,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization",
      "averageUtilization":70}}},{"type":"Object","object":{"describedObject":{"kind":"I","name":"i"},
      "target":{"type":"AverageValue","averageValue":"3"},"metric":{"name":"m"}}}],
      "behavior":{"scaleUp":{"selectPolicy":"Max"}}},
      "status":{"currentMetrics":[{"type":"Pods","pods":{"metric":{"name":"p"},"current":{"averageValue":"2"}}}]}})";
  json::Document object = json::parse(kStored).value();
  ASSERT_TRUE(make_view(autoscalers(), object).has_value());
  EXPECT_EQ(
      json::to_string(*object.root.find("spec")),
      R"({"scaleTargetRef":{"kind":"D","name":"d"},"maxReplicas":5,"targetCPUUtilizationPercentage":70})");
  auto annotation = [&](std::string_view name) {
    return object.root.string_at(
        {"metadata", "annotations", "autoscaling.alpha.kubernetes.io/" + std::string(name)});
  };
  EXPECT_EQ(
      annotation("metrics"),
      R"([{"type":"Object","object":{"target":{"kind":"I","name":"i"},"metricName":"m","targetValue":"0",)"
      R"("averageValue":"3"}}])");
  EXPECT_EQ(annotation("behavior"),
            R"({"ScaleUp":{"StabilizationWindowSeconds":null,"SelectPolicy":"Max","Policies":null,)"
            R"("Tolerance":null},"ScaleDown":null})");
  EXPECT_EQ(annotation("current-metrics"),
            R"([{"type":"Pods","pods":{"metricName":"p","currentAverageValue":"2"}}])");
  ASSERT_TRUE(make_stored(autoscalers(), object).has_value());
  EXPECT_EQ(object.root.at({"metadata", "annotations"}), nullptr);
  EXPECT_EQ(
      json::to_string(*object.root.find("spec")),
      R"({"scaleTargetRef":{"kind":"D","name":"d"},"maxReplicas":5,"metrics":[{"type":"Object","object":)"
      R"({"describedObject":{"kind":"I","name":"i"},"target":{"type":"AverageValue","averageValue":"3"},)"
      R"("metric":{"name":"m"}}},{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization",)"
      R"("averageUtilization":70}}}],"behavior":{"scaleUp":{"selectPolicy":"Max"}}})");
}

TEST_F(ConversionTest, WhatCannotBeReadInAnAnnotationIsDropped) {
  json::Document object = json::parse(R"({"metadata":{"name":"h","annotations":{"a":"b",
      "autoscaling.alpha.kubernetes.io/metrics":"[{\"type\":1}]","autoscaling.alpha.kubernetes.io/behavior":"x",
      "autoscaling.alpha.kubernetes.io/conditions":"{}"}},"spec":{"maxReplicas":5}})")
                              .value();
  ASSERT_TRUE(make_stored(autoscalers(), object).has_value());
  EXPECT_EQ(json::to_string(*object.root.at({"metadata", "annotations"})), R"({"a":"b"})");
  EXPECT_EQ(json::to_string(*object.root.at({"spec", "metrics"})),
            R"([{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization",)"
            R"("averageUtilization":80}}}])");
}

TEST_F(ConversionTest, ManagersSeeTheObjectInTheirVersion) {
  auto convert = converter(autoscalers());
  json::Document object = json::parse(R"({"apiVersion":"autoscaling/v1","spec":{"maxReplicas":5,
      "targetCPUUtilizationPercentage":7}})")
                              .value();
  auto there = convert(object.root, "autoscaling/v2", object.arena);
  ASSERT_TRUE(there.has_value());
  EXPECT_EQ(there->object.at({"spec", "metrics"})->size(), 1);
  auto back = convert(there->object, "autoscaling/v1", object.arena);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->object.at({"spec", "targetCPUUtilizationPercentage"})->int_or(0), 7);
  EXPECT_TRUE(convert(object.root, "autoscaling/v2beta2", object.arena).error().has_reason("NotFound"));
}

}  // namespace
}  // namespace pedalion::registry::builtin::conversion
