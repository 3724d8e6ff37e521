#include <gtest/gtest.h>

#include "pedalion/admission/plugins/plugins.h"
#include "pedalion/admission/test_cluster.h"

namespace pedalion::admission::plugins {
namespace {

using testing::pass;
using testing::TestCluster;
using testing::Write;

void limit(TestCluster& cluster, std::string_view name, std::string_view limits) {
  cluster.put("", "limitranges",
              R"({"metadata":{"name":")" + std::string(name) + R"(","namespace":"ns"},"spec":{"limits":)" +
                  std::string(limits) + "}}");
}

std::string pod(std::string_view containers) {
  return R"({"metadata":{"name":"p"},"spec":{"containers":)" + std::string(containers) + "}}";
}

TEST(LimitRanger, GivesDefaultsAndNotesThem) {
  TestCluster cluster;
  auto plugin = limit_ranger(cluster);
  limit(cluster, "l",
        R"([{"type":"Container","default":{"cpu":"1","memory":"2Gi"},"defaultRequest":{"cpu":"500m"}}])");
  auto given = pass(*plugin, {.object = R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"a"},)"
                                        R"({"name":"b","resources":{"limits":{"cpu":"3"}}}],)"
                                        R"("initContainers":[{"name":"i"}]}})"});
  EXPECT_EQ(given.refusal, "");
  EXPECT_NE(given.object.find(
                "LimitRanger plugin set: cpu request for container a; cpu, memory limit for container "
                "a; cpu request for container b; memory limit for container b; cpu request for init "
                "container i; cpu, memory limit for init container i"),
            std::string::npos)
      << given.object;
  EXPECT_NE(given.object.find(R"("limits":{"cpu":"3","memory":"2Gi"},"requests":{"cpu":"500m"})"),
            std::string::npos)
      << given.object;
}

TEST(LimitRanger, LeavesUpdatesOfPodsAlone) {
  TestCluster cluster;
  auto plugin = limit_ranger(cluster);
  limit(cluster, "l", R"([{"type":"Container","default":{"cpu":"1"},"max":{"cpu":"1"}}])");
  Write write{.operation = Operation::kUpdate, .object = pod(R"([{"name":"a"}])"), .old_object = "{}"};
  EXPECT_EQ(pass(*plugin, write).object, write.object);
  write.subresource = "resize";
  write.object = pod(R"([{"name":"a","resources":{"limits":{"cpu":"2"}}}])");
  EXPECT_EQ(pass(*plugin, write).refusal,
            "pods \"p\" is forbidden: maximum cpu usage per Container is 1, but limit is 2");
  write.old_object = R"({"metadata":{"deletionTimestamp":"2020-01-01T00:00:00Z"}})";
  EXPECT_EQ(pass(*plugin, write).refusal, "");
}

TEST(LimitRanger, SaysEveryBreachOfARange) {
  TestCluster cluster;
  auto plugin = limit_ranger(cluster);
  limit(
      cluster, "l",
      R"([{"type":"Container","min":{"memory":"16Mi"},"max":{"memory":"1Gi"},"maxLimitRequestRatio":{"memory":"4"}},)"
      R"({"type":"Pod","max":{"memory":"1536Mi"}}])");
  auto refusal = [&](std::string_view resources) {
    return pass(*plugin, {.object = pod(R"([{"name":"a","resources":)" + std::string(resources) + "}]")})
        .refusal;
  };
  EXPECT_EQ(refusal(R"({"limits":{"memory":"1Gi"},"requests":{"memory":"512Mi"}})"), "");
  EXPECT_EQ(
      refusal(R"({"limits":{"memory":"2Gi"},"requests":{"memory":"1Gi"}})"),
      "pods \"p\" is forbidden: [maximum memory usage per Container is 1Gi, but limit is 2Gi, maximum memory "
      "usage per Pod is 1536Mi, but limit is 2Gi]");
  EXPECT_EQ(
      refusal(R"({"limits":{"memory":"500Mi"},"requests":{"memory":"100Mi"}})"),
      "pods \"p\" is forbidden: memory max limit to request ratio per Container is 4, but provided ratio is "
      "5.000000");
  EXPECT_EQ(refusal(R"({"limits":{"memory":"2Mi"},"requests":{"memory":"1Mi"}})"),
            "pods \"p\" is forbidden: minimum memory usage per Container is 16Mi, but request is 1Mi");
  EXPECT_EQ(
      refusal("{}"),
      "pods \"p\" is forbidden: [minimum memory usage per Container is 16Mi.  No request is specified, "
      "maximum "
      "memory usage per Container is 1Gi.  No limit is specified, memory max limit to request ratio per "
      "Container is 4, but no request is specified or request is 0, maximum memory usage per Pod is 1536Mi.  "
      "No "
      "limit is specified]");
}

TEST(LimitRanger, LimitsClaimsByWhatTheyRequest) {
  TestCluster cluster;
  auto plugin = limit_ranger(cluster);
  limit(cluster, "l",
        R"([{"type":"PersistentVolumeClaim","min":{"storage":"1Gi"},"max":{"storage":"10Gi"}}])");
  Write write{.resource = "persistentvolumeclaims",
              .kind = "PersistentVolumeClaim",
              .name = "c",
              .object = R"({"spec":{"resources":{"requests":{"storage":"1Mi"}}}})"};
  EXPECT_EQ(pass(*plugin, write).refusal,
            "persistentvolumeclaims \"c\" is forbidden: minimum storage usage per PersistentVolumeClaim is "
            "1Gi, but "
            "request is 1Mi");
  write.object = R"({"spec":{"resources":{"requests":{"storage":"11Gi"}}}})";
  EXPECT_EQ(pass(*plugin, write).refusal,
            "persistentvolumeclaims \"c\" is forbidden: maximum storage usage per PersistentVolumeClaim is "
            "10Gi, but "
            "request is 11Gi");
  write.object = R"({"spec":{"resources":{"requests":{"storage":"10Gi"}}}})";
  EXPECT_EQ(pass(*plugin, write).refusal, "");
}

}  // namespace
}  // namespace pedalion::admission::plugins
