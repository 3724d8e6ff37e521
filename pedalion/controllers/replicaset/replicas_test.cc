#include "pedalion/controllers/replicaset/replicas.h"

#include <gmock/gmock.h>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"

namespace pedalion::controllers::replicaset {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kNow = 1'767'323'045;  // 2026-01-02T03:04:05Z

json::Document set_of(int replicas, int min_ready = 0) {
  return *json::parse(R"({"metadata":{"generation":3},"spec":{"replicas":)" + std::to_string(replicas) +
                      R"(,"minReadySeconds":)" + std::to_string(min_ready) +
                      R"(,"template":{"metadata":{"labels":{"a":"b"}}}}})");
}

PodView pod(std::string name, bool ready = true, std::string phase = "Running") {
  PodView view;
  view.name = view.uid = std::move(name);
  view.ready = ready;
  view.node = "node-" + view.name;
  view.phase = std::move(phase);
  view.created = kNow - 100;
  view.ready_since = ready ? kNow - 50 : 0;
  return view;
}

std::vector<std::string> names(const Plan& plan) {
  std::vector<std::string> result;
  for (const auto& view : plan.remove) result.push_back(view.name);
  return result;
}

TEST(ReplicasTest, MakesWhatIsMissing) {
  auto set = set_of(3);
  EXPECT_EQ(plan_replicas(set.root, {}, kNow).create, 3);
  auto going = pod("going");
  going.deleted = true;
  EXPECT_EQ(plan_replicas(set.root, {pod("a"), going, pod("failed", false, "Failed")}, kNow).create, 2);
  EXPECT_EQ(plan_replicas(set_of(10000).root, {}, kNow).create, kBurst);
}

TEST(ReplicasTest, LosesWhatIsWorthLeast) {
  auto set = set_of(1);
  EXPECT_THAT(names(plan_replicas(set.root, {pod("a")}, kNow)), IsEmpty());
  auto unassigned = pod("unassigned", false, "Pending");
  unassigned.node.clear();
  auto cheap = pod("cheap");
  cheap.deletion_cost = -1;
  auto plan = plan_replicas(set.root, {pod("good"), cheap, pod("slow", false), unassigned}, kNow);
  EXPECT_THAT(names(plan), ElementsAre("unassigned", "slow", "cheap"));
}

TEST(ReplicasTest, LosesThoseThatStandTogether) {
  auto one = pod("one"), two = pod("two"), alone = pod("alone");
  one.node = two.node = "shared";
  auto plan = plan_replicas(set_of(2).root, {alone, one, two}, kNow);
  EXPECT_THAT(names(plan), ElementsAre("one"));
}

TEST(ReplicasTest, TheStatusCounts) {
  auto set = set_of(3, 60);
  auto labels = json::parse(R"({"a":"b","c":"d"})");
  auto old = pod("old");
  old.ready_since = kNow - 60;
  auto going = pod("going");
  going.deleted = true;
  std::vector<CountedPod> pods = {{old, &labels->root}, {pod("young"), nullptr}, {going, nullptr}};
  EXPECT_TRUE(update_status(set.root, pods, {}, kNow, set.arena));
  EXPECT_EQ(json::to_string(*set.root.find("status"), json::SortKeys::kYes),
            R"({"availableReplicas":1,"fullyLabeledReplicas":1,"observedGeneration":3,"readyReplicas":2,)"
            R"("replicas":2,"terminatingReplicas":1})");
  EXPECT_FALSE(update_status(set.root, pods, {}, kNow, set.arena));
  EXPECT_EQ(seconds_to_next_available(set.root, pods, kNow), 10);
}

TEST(ReplicasTest, AFailureIsToldUntilItIsOver) {
  auto set = set_of(1);
  EXPECT_TRUE(update_status(set.root, {}, {"FailedCreate", "no"}, kNow, set.arena));
  const auto* condition = set.root.at({"status", "conditions"});
  ASSERT_NE(condition, nullptr);
  EXPECT_EQ(condition->items()[0].string_at({"type"}), "ReplicaFailure");
  EXPECT_TRUE(update_status(set.root, {}, {}, kNow, set.arena));
  EXPECT_EQ(set.root.at({"status", "conditions"}), nullptr);
}

}  // namespace
}  // namespace pedalion::controllers::replicaset
