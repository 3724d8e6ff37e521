#include "pedalion/registry/builtin/kinds/workloads/workloads.h"

#include <gtest/gtest.h>

#include "pedalion/registry/builtin/kinds/judge_for_tests.h"
#include "pedalion/registry/builtin/kinds/workloads/cron_schedule.h"

namespace pedalion::registry::builtin::kinds::workloads {
namespace {

Judge kind(std::string_view resource, std::string_view group) { return Judge(rules(), resource, group); }

constexpr std::string_view kPod =
    R"("spec":{"restartPolicy":"Always","dnsPolicy":"ClusterFirst","terminationGracePeriodSeconds":30,"containers":[{"name":"c","image":"i","imagePullPolicy":"Always","terminationMessagePolicy":"File"}]})";

std::string deployment(std::string_view more, std::string_view labels = R"({"a":"b"})") {
  return R"({"metadata":{"name":"d"},"spec":{"strategy":{"type":"Recreate"},"selector":{"matchLabels":{"a":"b"}},)" +
         std::string(more) + R"("template":{"metadata":{"labels":)" + std::string(labels) + "}," +
         std::string(kPod) + "}}}";
}

TEST(Deployments, AreJudged) {
  Judge judge = kind("deployments", "apps");
  EXPECT_EQ(judge.create(deployment("")), "");
  EXPECT_EQ(
      judge.create(deployment("", R"({"a":"c"})")),
      R"(spec.template.metadata.labels: Invalid value: {"a":"c"}: `selector` does not match template `labels`)");
  EXPECT_EQ(judge.create(deployment(R"("replicas":-1,"progressDeadlineSeconds":5,"minReadySeconds":5,)")),
            "spec.replicas: Invalid value: -1: must be greater than or equal to 0\n"
            "spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds");
  EXPECT_EQ(
      judge.status(R"({"status":{"replicas":1,"readyReplicas":2}})", R"({"status":{"collisionCount":1}})"),
      "status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas\n"
      "status.collisionCount: Invalid value: 0: cannot be decremented");
}

TEST(Budgets, SayOneThing) {
  Judge judge = kind("poddisruptionbudgets", "policy");
  EXPECT_EQ(judge.create(R"({"spec":{"minAvailable":"50%"}})"), "");
  EXPECT_EQ(judge.create(R"({"spec":{"maxUnavailable":"150%"}})"),
            R"(spec.maxUnavailable: Invalid value: "150%": must not be greater than 100%)");
}

TEST(CronSchedules, AreReadAsGosParserDoes) {
  for (std::string_view good :
       {"* * * * *", "*/5 0-23/2 1,15 jan-mar mon", "@daily", "@every 1h30m", "59 23 31 12 6"}) {
    EXPECT_FALSE(cron_problem(good)) << good << ": " << *cron_problem(good);
  }
  const std::pair<std::string_view, std::string_view> bad[] = {
      {"", "empty spec string"},
      {"* * *", "expected exactly 5 fields, found 3: [* * *]"},
      {"60 * * * *", "end of range (60) above maximum (59): 60"},
      {"* * 0 * *", "beginning of range (0) below minimum (1): 0"},
      {"5-2 * * * *", "beginning of range (5) beyond end of range (2): 5-2"},
      {"*/0 * * * *", "step of range should be a positive number: */0"},
      {"1-2-3 * * * *", "too many hyphens: 1-2-3"},
      {"1/2/3 * * * *", "too many slashes: 1/2/3"},
      {"x * * * *", "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax"},
      {"@never", "unrecognized descriptor: @never"},
  };
  for (auto [schedule, problem] : bad) EXPECT_EQ(cron_problem(schedule), std::string(problem)) << schedule;
}

}  // namespace
}  // namespace pedalion::registry::builtin::kinds::workloads
