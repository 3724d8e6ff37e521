#include "pedalion/admission/podsecurity/pod_security.h"

#include <gtest/gtest.h>

#include "pedalion/admission/test_cluster.h"

namespace pedalion::admission::podsecurity {
namespace {

using testing::pass;
using testing::TestCluster;
using testing::Write;

std::string ns(std::string labels) { return R"({"metadata":{"name":"ns","labels":{)" + labels + "}}}"; }

class PodSecurityTest : public ::testing::Test {
 protected:
  void label(std::string labels) { cluster_.put("", "namespaces", ns(std::move(labels))); }
  void pod(std::string name, std::string spec, std::string metadata = "") {
    cluster_.put(
        "", "pods",
        R"({"metadata":{"name":")" + name + R"(","namespace":"ns")" + metadata + R"(},"spec":)" + spec + "}");
  }
  testing::Outcome relabel(std::string from, std::string to) {
    return pass(*plugin_, {.operation = Operation::kUpdate,
                           .resource = "namespaces",
                           .kind = "Namespace",
                           .name = "ns",
                           .object = ns(std::move(to)),
                           .old_object = ns(std::move(from))});
  }

  TestCluster cluster_;
  std::unique_ptr<Plugin> plugin_ = pod_security(cluster_);
};

constexpr std::string_view kEnforceBaseline = R"("pod-security.kubernetes.io/enforce":"baseline")";
constexpr std::string_view kHost = R"({"metadata":{"name":"p"},"spec":{"hostPID":true,"containers":[]}})";

TEST_F(PodSecurityTest, RefusesWhatViolatesTheEnforcedLevel) {
  label(std::string(kEnforceBaseline));
  EXPECT_EQ(
      pass(*plugin_, {.object = std::string(kHost)}).refusal,
      "pods \"p\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces (hostPID=true)");
  EXPECT_EQ(pass(*plugin_, {.subresource = "status", .object = std::string(kHost)}).refusal, "");
  label("");
  EXPECT_EQ(pass(*plugin_, {.object = std::string(kHost)}).refusal, "");
}

TEST_F(PodSecurityTest, WarnsOfWhatViolatesTheWarnedLevel) {
  label(R"("pod-security.kubernetes.io/warn":"baseline","pod-security.kubernetes.io/warn-version":"v1.25")");
  constexpr std::string_view kWarning =
      "would violate PodSecurity \"baseline:v1.25\": host namespaces (hostPID=true)";
  auto allowed = pass(*plugin_, {.object = std::string(kHost)});
  EXPECT_EQ(allowed.refusal, "");
  EXPECT_EQ(allowed.warnings, std::vector<std::string>{std::string(kWarning)});
  Write job{.group = "batch",
            .resource = "cronjobs",
            .object = R"({"spec":{"jobTemplate":{"spec":{"template":{"spec":{"hostPID":true}}}}}})"};
  EXPECT_EQ(pass(*plugin_, job).warnings, std::vector<std::string>{std::string(kWarning)});
}

TEST_F(PodSecurityTest, EnforcingWarnsOfControllers) {
  label(std::string(kEnforceBaseline));
  Write write{.group = "apps",
              .resource = "deployments",
              .object = R"({"spec":{"template":{"spec":{"hostPID":true}}}})"};
  auto outcome = pass(*plugin_, write);
  EXPECT_EQ(outcome.refusal, "");
  EXPECT_EQ(outcome.warnings.size(), 1u);
}

TEST_F(PodSecurityTest, UpdatesMatterWhenAnImageChanges) {
  label(std::string(kEnforceBaseline));
  auto update = [&](std::string now, std::string before) {
    return pass(*plugin_,
                {.operation = Operation::kUpdate, .object = std::move(now), .old_object = std::move(before)})
        .refusal;
  };
  std::string one = R"({"spec":{"hostPID":true,"containers":[{"name":"c","image":"a"}]}})",
              two = R"({"spec":{"hostPID":true,"containers":[{"name":"c","image":"b"}]}})",
              debugged = R"({"spec":{"hostPID":true,"containers":[{"name":"c","image":"a"}],
                             "ephemeralContainers":[{"name":"d","image":"x"}]}})";
  EXPECT_EQ(update(one, one), "");
  EXPECT_NE(update(two, one), "");
  EXPECT_NE(update(debugged, one), "");
  EXPECT_EQ(update(debugged, debugged), "");
}

TEST_F(PodSecurityTest, LabelsAreJudgedWhenTheyChange) {
  constexpr std::string_view kBad = R"("pod-security.kubernetes.io/enforce":"strict")";
  constexpr std::string_view kRefusal =
      "Namespace \"ns\" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "
      "\"strict\": must "
      "be one of privileged, baseline, restricted";
  Write create{.resource = "namespaces", .kind = "Namespace", .name = "ns", .object = ns(std::string(kBad))};
  EXPECT_EQ(pass(*plugin_, create).refusal, kRefusal);
  EXPECT_EQ(relabel("", std::string(kBad)).refusal, kRefusal);
  EXPECT_EQ(relabel(std::string(kBad), std::string(kBad) + R"(,"a":"b")").refusal, "");
  for (std::string_view version : {"1.20", "v1.", "v1.01", "v2.1", "v1.99999999999999999999"}) {
    EXPECT_EQ(relabel("", R"("pod-security.kubernetes.io/audit-version":")" + std::string(version) + R"(")")
                  .refusal,
              "Namespace \"ns\" is invalid: metadata.labels[pod-security.kubernetes.io/audit-version]: "
              "Invalid value: \"" +
                  std::string(version) + "\": must be \"latest\" or \"v1.x\"");
  }
}

TEST_F(PodSecurityTest, AStricterLevelListsThePodsThatViolateIt) {
  pod("b", R"({"hostPID":true})");
  pod("a", R"({"hostPID":true})");
  pod("c", R"({"hostPID":true})");
  pod("d", R"({"containers":[{"name":"c","securityContext":{"privileged":true}}]})");
  pod("e", R"({"containers":[]})");
  EXPECT_EQ(
      relabel("", std::string(kEnforceBaseline)).warnings,
      (std::vector<std::string>{
          "existing pods in namespace \"ns\" violate the new PodSecurity enforce level \"baseline:latest\"",
          "a (and 2 other pods): host namespaces", "d: privileged"}));
  EXPECT_TRUE(relabel(std::string(kEnforceBaseline), "").warnings.empty());
  EXPECT_TRUE(relabel(R"("pod-security.kubernetes.io/enforce":"restricted")", std::string(kEnforceBaseline))
                  .warnings.empty());
}

TEST_F(PodSecurityTest, LooksAtOnePodOfAControllerFirst) {
  for (int i = 0; i < 3001; ++i) {
    pod("p" + std::to_string(i), R"({"containers":[]})",
        R"(,"ownerReferences":[{"uid":"u","controller":true}])");
  }
  pod("z", R"({"hostPID":true})");
  EXPECT_EQ(
      relabel("", std::string(kEnforceBaseline)).warnings,
      (std::vector<std::string>{
          "new PodSecurity enforce level only checked against the first 3000 of 3002 existing pods",
          "existing pods in namespace \"ns\" violate the new PodSecurity enforce level \"baseline:latest\"",
          "z: host namespaces"}));
}

}  // namespace
}  // namespace pedalion::admission::podsecurity
