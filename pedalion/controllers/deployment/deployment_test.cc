#include <gmock/gmock.h>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/controllers/conditions.h"
#include "pedalion/controllers/deployment/status.h"

namespace pedalion::controllers::deployment {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kNow = 1'767'323'045;

json::Document deployment(std::string spec) {
  return *json::parse(R"({"metadata":{"name":"web","namespace":"a","uid":"u","generation":2,"annotations":)"
                      R"({"note":"x","kubectl.kubernetes.io/last-applied-configuration":"{}"}},"spec":{)" +
                      spec +
                      R"("selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":)"
                      R"({"app":"web"}},"spec":{"containers":[]}}},"status":{}})");
}

SetState set_of(std::string name, std::int64_t wanted, std::int64_t available, std::int64_t created = 0) {
  SetState set(*json::parse(R"({"metadata":{"name":")" + name + R"("},"spec":{},"status":{}})"));
  set.wanted = set.replicas = wanted;
  set.available = set.ready = available;
  set.created = created;
  return set;
}

Bounds bounds(std::int64_t wanted, std::int64_t surge, std::int64_t unavailable) {
  return {wanted, surge, unavailable, true};
}

std::vector<std::int64_t> sizes(const std::vector<Scale>& scales) {
  std::vector<std::int64_t> result;
  for (const auto& scale : scales) result.push_back(scale.replicas);
  return result;
}

TEST(ScalingTest, PercentagesAreOfTheReplicas) {
  auto read = [](std::string spec) { return bounds_of(deployment(std::move(spec)).root); };
  auto usual = read(R"("replicas":10,"strategy":{"type":"RollingUpdate","rollingUpdate":
      {"maxSurge":"25%","maxUnavailable":"25%"}},)");
  EXPECT_EQ(usual.surge, 3);
  EXPECT_EQ(usual.unavailable, 2);
  auto none = read(R"("replicas":1,"strategy":{"rollingUpdate":{"maxSurge":0,"maxUnavailable":"25%"}},)");
  EXPECT_EQ(none.unavailable, 1);
  EXPECT_FALSE(read(R"("strategy":{"type":"Recreate"},)").rolling);
}

TEST(ScalingTest, TheNewSetGrowsWithinTheSurge) {
  auto fresh = set_of("new", 0, 0), old = set_of("old", 10, 10);
  auto up = scale_new(bounds(10, 3, 2), {&fresh, &old}, &fresh);
  ASSERT_TRUE(up);
  EXPECT_EQ(up->replicas, 3);
  fresh.wanted = 3;
  EXPECT_FALSE(scale_new(bounds(10, 3, 2), {&fresh, &old}, &fresh));
  fresh.wanted = 12;
  EXPECT_EQ(scale_new(bounds(10, 3, 2), {&fresh}, &fresh)->replicas, 10);
}

TEST(ScalingTest, OldSetsShrinkAsFarAsAvailabilityAllows) {
  auto fresh = set_of("new", 3, 0), old = set_of("old", 10, 10);
  EXPECT_THAT(sizes(scale_old(bounds(10, 3, 2), {&old}, &fresh)), ElementsAre(8));
  fresh.available = 3;
  EXPECT_THAT(sizes(scale_old(bounds(10, 3, 2), {&old}, &fresh)), ElementsAre(5));
  old.wanted = old.available = 8;
  fresh.available = 0;
  EXPECT_THAT(sizes(scale_old(bounds(10, 3, 2), {&old}, &fresh)), IsEmpty());
}

TEST(ScalingTest, SickPodsGoFirst) {
  auto fresh = set_of("new", 0, 0), sick = set_of("sick", 5, 0, 2), good = set_of("good", 8, 8, 1);
  EXPECT_THAT(sizes(scale_old(bounds(10, 3, 2), {&sick, &good}, &fresh)), ElementsAre(0));
}

TEST(ScalingTest, AScaledDeploymentKeepsItsProportions) {
  auto fresh = set_of("new", 4, 4, 2), old = set_of("old", 6, 6, 1);
  for (auto* set : {&fresh, &old}) annotate_replicas(10, 10, set->tree);
  EXPECT_FALSE(was_scaled(bounds(10, 0, 0), {&fresh, &old}));
  EXPECT_TRUE(was_scaled(bounds(20, 0, 0), {&fresh, &old}));
  EXPECT_THAT(sizes(scale_all(bounds(20, 0, 0), 10, &fresh, {&old})), ElementsAre(12, 8));
  EXPECT_THAT(sizes(scale_all(bounds(0, 0, 0), 10, &fresh, {&old})), ElementsAre(0, 0));
  EXPECT_THAT(sizes(scale_all(bounds(5, 0, 0), 10, &fresh, {})), ElementsAre(5));
}

TEST(ReplicaSetsTest, ANewSetIsNamedAndSelectedByItsTemplate) {
  auto web = deployment("");
  auto made = new_set(web.root);
  auto hash = made.root.string_at({"metadata", "labels", kHashLabel});
  EXPECT_FALSE(hash.empty());
  EXPECT_EQ(made.root.string_at({"metadata", "name"}), "web-" + std::string(hash));
  EXPECT_EQ(made.root.string_at({"spec", "selector", "matchLabels", kHashLabel}), hash);
  std::vector<SetState> sets;
  sets.emplace_back(set_of("other", 1, 1));
  sets.emplace_back(std::move(made));
  EXPECT_EQ(find_new_set(web.root, sets), &sets[1]);
}

TEST(ReplicaSetsTest, RevisionsLeaveAHistory) {
  auto web = deployment("");
  auto set = new_set(web.root);
  EXPECT_TRUE(annotate(web.root, 1, set));
  EXPECT_FALSE(annotate(web.root, 1, set));
  EXPECT_EQ(set.root.string_at({"metadata", "annotations", "note"}), "x");
  EXPECT_EQ(set.root.find("metadata")->find("annotations")->size(), 2U);
  EXPECT_TRUE(annotate(web.root, 3, set));
  EXPECT_TRUE(annotate(web.root, 5, set));
  EXPECT_EQ(set.root.string_at({"metadata", "annotations", kRevision}), "5");
  EXPECT_EQ(set.root.string_at({"metadata", "annotations", "deployment.kubernetes.io/revision-history"}),
            "1,3");
}

TEST(ReplicaSetsTest, OldRevisionsGoWhenNothingRunsOfThem) {
  auto web = deployment(R"("revisionHistoryLimit":1,)");
  auto one = set_of("one", 0, 0, 1), two = set_of("two", 0, 0, 2), busy = set_of("busy", 1, 1, 3);
  annotate(web.root, 1, one.tree);
  annotate(web.root, 2, two.tree);
  annotate(web.root, 3, busy.tree);
  EXPECT_THAT(beyond_history(web.root, {&busy, &two, &one}), ElementsAre(&one, &two));
}

TEST(StatusTest, ARolloutIsToldFromItsBeginningToItsEnd) {
  auto web = deployment(R"("replicas":2,"progressDeadlineSeconds":600,)");
  auto fresh = set_of("web-1", 2, 0);
  tell_of_rollout(web, bounds(2, 1, 0), {&fresh}, &fresh, kNow);
  const auto& status = *web.root.find("status");
  EXPECT_TRUE(condition_is(status, "Available", "False"));
  EXPECT_EQ(find_condition(status, "Progressing")->string_at({"reason"}), "ReplicaSetUpdated");
  EXPECT_EQ(seconds_to_deadline(web.root, bounds(2, 1, 0), kNow + 100), 501);
  fresh.ready = fresh.available = 2;
  tell_of_rollout(web, bounds(2, 1, 0), {&fresh}, &fresh, kNow + 5);
  EXPECT_TRUE(condition_is(status, "Available", "True"));
  EXPECT_EQ(find_condition(status, "Progressing")->string_at({"message"}),
            "ReplicaSet \"web-1\" has successfully progressed.");
  EXPECT_EQ(find_condition(status, "Progressing")->string_at({"lastTransitionTime"}), "2026-01-02T03:04:05Z");
  EXPECT_TRUE(is_complete(web.root, bounds(2, 1, 0)));
  auto before = json::to_string(status);
  tell_of_rollout(web, bounds(2, 1, 0), {&fresh}, &fresh, kNow + 9);
  EXPECT_EQ(json::to_string(status), before);
}

TEST(StatusTest, WithoutProgressItTimesOut) {
  auto web = deployment(R"("replicas":2,"progressDeadlineSeconds":600,)");
  auto fresh = set_of("web-1", 2, 0);
  tell_of_rollout(web, bounds(2, 1, 0), {&fresh}, &fresh, kNow);
  tell_of_rollout(web, bounds(2, 1, 0), {&fresh}, &fresh, kNow + 601);
  const auto* progressing = find_condition(*web.root.find("status"), "Progressing");
  EXPECT_EQ(progressing->string_at({"reason"}), "ProgressDeadlineExceeded");
  EXPECT_EQ(progressing->string_at({"message"}), "ReplicaSet \"web-1\" has timed out progressing.");
  EXPECT_FALSE(seconds_to_deadline(web.root, bounds(2, 1, 0), kNow + 602));
}

TEST(StatusTest, APauseIsToldAndItsEnd) {
  auto web = deployment(R"("paused":true,"progressDeadlineSeconds":600,)");
  tell_of_pause(web, kNow);
  EXPECT_EQ(find_condition(*web.root.find("status"), "Progressing")->string_at({"message"}),
            "Deployment is paused");
  web.root.find("spec")->erase("paused");
  tell_of_pause(web, kNow);
  EXPECT_EQ(find_condition(*web.root.find("status"), "Progressing")->string_at({"reason"}),
            "DeploymentResumed");
}

}  // namespace
}  // namespace pedalion::controllers::deployment
