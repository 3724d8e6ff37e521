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
  Conversion conversion(std::string_view group, std::string_view version, std::string_view resource,
                        meta::GroupVersionKind stored, meta::GroupVersionKind view) {
    Conversion made = conversion_of(group, version, resource);
    made.stored_type = scheme_.type(stored);
    made.view_type = scheme_.type(view);
    made.stored = std::move(stored);
    made.view = std::move(view);
    return made;
  }
  Conversion events() {
    return conversion("events.k8s.io", "v1", "events", {"", "v1", "Event"}, {"events.k8s.io", "v1", "Event"});
  }
  Conversion autoscalers() {
    return conversion("autoscaling", "v1", "horizontalpodautoscalers",
                      {"autoscaling", "v2", "HorizontalPodAutoscaler"},
                      {"autoscaling", "v1", "HorizontalPodAutoscaler"});
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
  ASSERT_TRUE(make_stored(events(), event, nullptr).has_value());
  EXPECT_EQ(json::to_string(event.root),
            R"({"kind":"Event","apiVersion":"v1","metadata":{"name":"e"},"involvedObject":{"kind":"Pod",)"
            R"("name":"p"},"reason":"r","message":"m","source":{"component":"c"},"firstTimestamp":null,)"
            R"("lastTimestamp":null,"count":3,"type":"Normal","eventTime":null,"reportingComponent":"k",)"
            R"("reportingInstance":"i"})");
}

TEST_F(ConversionTest, AutoscalersKeepWhatTheOldVersionCannotSay) {
  constexpr std::string_view kStored =
      R"({"metadata":{"name":"h"},"spec":{"scaleTargetRef":{"kind":"D","name":"d"},
      "maxReplicas":5,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization",
      "averageUtilization":70}}},{"type":"Resource","resource":{"name":"memory","target":{"type":"Utilization",
      "averageUtilization":50}}}],"behavior":{"scaleUp":{"selectPolicy":"Max"}}}})";
  json::Document stored = json::parse(kStored).value();
  json::Document view = json::parse(kStored).value();
  ASSERT_TRUE(make_view(autoscalers(), view).has_value());
  EXPECT_EQ(
      json::to_string(*view.root.find("spec")),
      R"({"scaleTargetRef":{"kind":"D","name":"d"},"maxReplicas":5,"targetCPUUtilizationPercentage":70})");
  view.root.find("spec")->set("targetCPUUtilizationPercentage", Value::integer(60), view.arena);
  ASSERT_TRUE(make_stored(autoscalers(), view, &stored.root).has_value());
  EXPECT_EQ(json::to_string(*view.root.find("spec")),
            R"({"scaleTargetRef":{"kind":"D","name":"d"},"maxReplicas":5,"metrics":[{"type":"Resource",)"
            R"("resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":60}}},)"
            R"({"type":"Resource","resource":{"name":"memory","target":{"type":"Utilization",)"
            R"("averageUtilization":50}}}],"behavior":{"scaleUp":{"selectPolicy":"Max"}}})");
}

}  // namespace
}  // namespace pedalion::registry::builtin::conversion
