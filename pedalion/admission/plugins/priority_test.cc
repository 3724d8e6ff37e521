#include <gtest/gtest.h>

#include "pedalion/admission/plugins/plugins.h"
#include "pedalion/admission/test_cluster.h"

namespace pedalion::admission::plugins {
namespace {

using testing::pass;
using testing::TestCluster;
using testing::Write;

constexpr std::string_view kGroup = "scheduling.k8s.io", kResource = "priorityclasses";

TEST(Priority, GivesPodsTheGlobalDefaultOfTheLeastValue) {
  TestCluster cluster;
  auto plugin = priority(cluster);
  EXPECT_EQ(pass(*plugin, {.object = R"({"spec":{}})"}).object,
            R"({"spec":{"priority":0,"preemptionPolicy":"PreemptLowerPriority"}})");
  cluster.put(kGroup, kResource, R"({"metadata":{"name":"a"},"value":7,"globalDefault":true})");
  cluster.put(kGroup, kResource,
              R"({"metadata":{"name":"b"},"value":5,"globalDefault":true,"preemptionPolicy":"Never"})");
  EXPECT_EQ(pass(*plugin, {.object = R"({"spec":{}})"}).object,
            R"({"spec":{"priorityClassName":"b","priority":5,"preemptionPolicy":"Never"}})");
}

TEST(Priority, RefusesWhatContradictsTheClass) {
  TestCluster cluster;
  auto plugin = priority(cluster);
  cluster.put(kGroup, kResource, R"({"metadata":{"name":"high"},"value":7})");
  EXPECT_EQ(pass(*plugin, {.object = R"({"spec":{"priorityClassName":"none"}})"}).refusal,
            "pods \"p\" is forbidden: no PriorityClass with name none was found");
  EXPECT_EQ(
      pass(*plugin, {.object = R"({"spec":{"priorityClassName":"high","priority":8}})"}).refusal,
      "pods \"p\" is forbidden: the integer value of priority (8) must not be provided in pod spec; priority "
      "admission controller computed 7 from the given PriorityClass name");
}

TEST(Priority, UpdatesKeepWhatWasResolved) {
  TestCluster cluster;
  auto plugin = priority(cluster);
  Write write{.operation = Operation::kUpdate,
              .object = R"({"spec":{}})",
              .old_object = R"({"spec":{"priority":7,"preemptionPolicy":"Never"}})"};
  EXPECT_EQ(pass(*plugin, write).object, R"({"spec":{"priority":7,"preemptionPolicy":"Never"}})");
}

TEST(Priority, OneClassAtMostIsTheDefault) {
  TestCluster cluster;
  auto plugin = priority(cluster);
  Write write{.group = std::string(kGroup),
              .resource = std::string(kResource),
              .name = "b",
              .object = R"({"metadata":{"name":"b"},"globalDefault":true})"};
  EXPECT_EQ(pass(*plugin, write).refusal, "");
  cluster.put(kGroup, kResource, R"({"metadata":{"name":"a"},"value":7,"globalDefault":true})");
  EXPECT_EQ(pass(*plugin, write).refusal,
            "priorityclasses.scheduling.k8s.io \"b\" is forbidden: PriorityClass a is already marked as "
            "default. Only "
            "one default can exist");
  cluster.take_away(kGroup, kResource, "a");
  cluster.put(kGroup, kResource, R"({"metadata":{"name":"b"},"value":7,"globalDefault":true})");
  write.operation = Operation::kUpdate;
  write.old_object = "{}";
  EXPECT_EQ(pass(*plugin, write).refusal, "");
}

}  // namespace
}  // namespace pedalion::admission::plugins
