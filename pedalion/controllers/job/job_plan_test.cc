#include "pedalion/controllers/job/job_plan.h"

#include <gmock/gmock.h>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/controllers/conditions.h"
#include "pedalion/controllers/job/indexes.h"

namespace pedalion::controllers::job {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::int64_t kNow = 1'767'323'045;

json::Document job(std::string spec) {
  return *json::parse(R"({"metadata":{"name":"j"},"spec":{"backoffLimit":2,)" + spec +
                      R"("template":{"spec":{"containers":[{"name":"c"}]}}},"status":{}})");
}

JobPod pod(std::string name, std::string phase, std::optional<std::int64_t> index = {}) {
  JobPod result;
  result.view.name = result.view.uid = std::move(name);
  result.view.phase = std::move(phase);
  result.tracked = true;
  result.index = index;
  return result;
}

std::int64_t number(const json::Document& job, std::string_view field) {
  const auto* value = job.root.at({"status", field});
  return value == nullptr ? 0 : value->int_or(0);
}

bool is(const json::Document& job, std::string_view type) {
  return condition_is(*job.root.find("status"), type, "True");
}

TEST(IndexesTest, AreReadAndWritten) {
  EXPECT_THAT(read_indexes("0,2-4,x,9", 8), ElementsAre(0, 2, 3, 4));
  EXPECT_EQ(write_indexes({0, 1, 3, 5, 6, 7}), "0,1,3,5-7");
  EXPECT_EQ(write_indexes({}), "");
}

TEST(JobPlanTest, MakesAsManyAsMayRun) {
  auto three = job(R"("completions":3,"parallelism":2,)");
  auto plan = plan_job(three, {}, true, kNow);
  EXPECT_EQ(plan.create, 2);
  EXPECT_EQ(number(three, "active"), 2);
  EXPECT_EQ(plan_job(three, {pod("a", "Running")}, true, kNow).create, 1);
  EXPECT_EQ(plan_job(three, {pod("a", "Running")}, false, kNow).create, 0);
}

TEST(JobPlanTest, AnEndIsWrittenDownBeforeItIsCounted) {
  auto one = job(R"("completions":1,"parallelism":1,)");
  auto done = pod("a", "Succeeded");
  auto plan = plan_job(one, {done}, true, kNow);
  EXPECT_THAT(plan.untrack, SizeIs(1));
  EXPECT_EQ(plan.create, 0);
  EXPECT_EQ(number(one, "succeeded"), 0);
  EXPECT_TRUE(is(one, "SuccessCriteriaMet"));
  EXPECT_FALSE(is(one, "Complete"));
  done.tracked = false;
  plan = plan_job(one, {done}, true, kNow);
  EXPECT_EQ(number(one, "succeeded"), 1);
  EXPECT_TRUE(is(one, "Complete"));
  EXPECT_TRUE(is_finished(one.root));
  EXPECT_EQ(one.root.string_at({"status", "completionTime"}), "2026-01-02T03:04:05Z");
}

TEST(JobPlanTest, ItFailsAfterSoManyFailures) {
  auto one = job(R"("completions":1,"parallelism":1,)");
  auto failed = pod("a", "Failed");
  failed.finished = kNow - 3;
  auto plan = plan_job(one, {failed}, true, kNow);
  EXPECT_EQ(plan.create, 0);
  EXPECT_EQ(plan.again, 7);
  std::vector<JobPod> pods = {failed, pod("b", "Failed"), pod("c", "Failed"), pod("d", "Running")};
  plan = plan_job(one, pods, true, kNow);
  EXPECT_TRUE(is(one, "FailureTarget"));
  EXPECT_THAT(plan.remove, SizeIs(1));
  for (auto& each : pods) each.tracked = false;
  pods.pop_back();
  plan = plan_job(one, pods, true, kNow);
  EXPECT_TRUE(is(one, "Failed"));
  EXPECT_EQ(number(one, "failed"), 3);
  EXPECT_EQ(find_condition(*one.root.find("status"), "Failed")->string_at({"message"}),
            "Job has reached the specified backoff limit");
}

TEST(JobPlanTest, IndexesAreDoneOnceEach) {
  auto three = job(R"("completions":4,"parallelism":4,"completionMode":"Indexed",)");
  auto plan = plan_job(three, {pod("a", "Succeeded", 0), pod("b", "Running", 2)}, true, kNow);
  EXPECT_THAT(plan.create_indexes, ElementsAre(1, 3));
  EXPECT_EQ(three.root.string_at({"status", "completedIndexes"}), "0");
  auto made = pod_of(three.root, {"batch/v1", "Job", "j", "u"}, 3);
  EXPECT_EQ(made.root.string_at({"metadata", "generateName"}), "j-3-");
  EXPECT_EQ(made.root.string_at({"spec", "hostname"}), "j-3");
  EXPECT_EQ(made.root.string_at({"metadata", "annotations", kIndex}), "3");
  EXPECT_EQ(read_job_pod(made.root).index, 3);
  EXPECT_TRUE(read_job_pod(made.root).tracked);
}

TEST(JobPlanTest, ASuspendedJobLosesItsPods) {
  auto one = job(R"("completions":1,"parallelism":1,"suspend":true,)");
  auto plan = plan_job(one, {pod("a", "Running")}, true, kNow);
  EXPECT_THAT(plan.remove, SizeIs(1));
  EXPECT_FALSE(plan.removed_count) << "a pod that is taken away is no failure";
  EXPECT_TRUE(is(one, "Suspended"));
  EXPECT_EQ(one.root.string_at({"status", "startTime"}), "");
  one.root.find("spec")->erase("suspend");
  plan = plan_job(one, {}, true, kNow);
  EXPECT_EQ(plan.create, 1);
  EXPECT_FALSE(is(one, "Suspended"));
  EXPECT_EQ(one.root.string_at({"status", "startTime"}), "2026-01-02T03:04:05Z");
}

TEST(JobPlanTest, ADeadlineEndsIt) {
  auto one = job(R"("completions":1,"parallelism":1,"activeDeadlineSeconds":30,)");
  EXPECT_EQ(plan_job(one, {}, true, kNow).again, 30);
  EXPECT_TRUE(plan_job(one, {pod("a", "Running")}, true, kNow + 30).removed_count);
  EXPECT_EQ(find_condition(*one.root.find("status"), "FailureTarget")->string_at({"reason"}),
            "DeadlineExceeded");
}

TEST(JobPlanTest, AWorkQueueEndsWithTheLastOfItsPods) {
  auto queue = job(R"("parallelism":3,)");
  auto done = pod("a", "Succeeded");
  auto plan = plan_job(queue, {done, pod("b", "Running")}, true, kNow);
  EXPECT_EQ(plan.create, 0);
  EXPECT_THAT(plan.remove, IsEmpty());
  EXPECT_FALSE(is(queue, "SuccessCriteriaMet"));
  plan_job(queue, {done, pod("b", "Failed")}, true, kNow);
  EXPECT_TRUE(is(queue, "SuccessCriteriaMet"));
}

}  // namespace
}  // namespace pedalion::controllers::job
