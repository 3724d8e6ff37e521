#include "pedalion/apimachinery/quota/pod_resources.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::quota {
namespace {

std::string sum(std::string_view pod, Requirement which = Requirement::kRequests,
                Counting counting = Counting::kOverheadAndStatus) {
  json::Document parsed = json::parse(pod).value();
  return text_of(pod_resources(parsed.root, which, counting).value());
}

TEST(PodResources, InitContainersCountByTheGreatestNeed) {
  constexpr std::string_view kPod =
      R"({"spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}}],
    "initContainers":[{"name":"i","resources":{"requests":{"cpu":"1500m","memory":"1Gi"}}},
                      {"name":"s","restartPolicy":"Always","resources":{"requests":{"cpu":"200m"}}},
                      {"name":"j","resources":{"requests":{"cpu":"2"}}}]}})";
  EXPECT_EQ(sum(kPod), "cpu=2200m,memory=1Gi");
}

TEST(PodResources, OverheadMakesNoLimitWhereThereIsNone) {
  constexpr std::string_view kPod = R"({"spec":{"overhead":{"cpu":"100m","memory":"1Mi"},
    "containers":[{"name":"a","resources":{"requests":{"cpu":"1"},"limits":{"cpu":"2"}}}]}})";
  EXPECT_EQ(sum(kPod), "cpu=1100m,memory=1Mi");
  EXPECT_EQ(sum(kPod, Requirement::kLimits), "cpu=2100m");
  EXPECT_EQ(sum(kPod, Requirement::kRequests, Counting::kSpec), "cpu=1");
}

TEST(PodResources, WhatThePodSaysStandsAboveItsContainers) {
  constexpr std::string_view kPod = R"({"spec":{"resources":{"requests":{"cpu":"3","x.y/z":"9"}},
    "containers":[{"name":"a","resources":{"requests":{"cpu":"1","x.y/z":"1"}}}]}})";
  EXPECT_EQ(sum(kPod), "cpu=3,x.y/z=1");
}

TEST(PodResources, AResizeCountsUntilItIsDone) {
  constexpr std::string_view kPod =
      R"({"spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}}]},
    "status":{"containerStatuses":[{"name":"a","allocatedResources":{"cpu":"2"},
                                    "resources":{"requests":{"cpu":"1500m"}}}]}})";
  EXPECT_EQ(sum(kPod), "cpu=2");
  EXPECT_EQ(sum(kPod, Requirement::kRequests, Counting::kSpec), "cpu=1");
}

TEST(PodResources, PodsCountWhatTheyWereGivenUntilTheyGiveItBack) {
  constexpr std::string_view kPod =
      R"({"spec":{"resources":{"requests":{"cpu":"1"}},"containers":[{"name":"a"}]},
    "status":{"resources":{"requests":{"cpu":"2"}},"allocatedResources":{"cpu":"3"}}})";
  EXPECT_EQ(sum(kPod), "cpu=3");
  EXPECT_EQ(sum(kPod, Requirement::kRequests, Counting::kSpec), "cpu=1");
}

}  // namespace
}  // namespace pedalion::quota
