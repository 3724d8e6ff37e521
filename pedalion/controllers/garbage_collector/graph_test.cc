#include "pedalion/controllers/garbage_collector/graph.h"

#include <gmock/gmock.h>

#include "pedalion/controllers/garbage_collector/simulated_cluster.h"

namespace pedalion::controllers::garbage_collector {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

OwnerReference owner(std::string name, bool blocks = false) {
  return {"v1", "ConfigMap", name, "uid-" + name, false, blocks};
}

Metadata object(std::string name, std::vector<OwnerReference> owners = {}, std::string space = "a") {
  Metadata result{"v1", "ConfigMap", space, name, "uid-" + name};
  result.owners = std::move(owners);
  return result;
}

TEST(GraphTest, AsksForAnOwnerThatNobodyHasSeen) {
  Graph graph;
  Work work;
  graph.observe(object("child", {owner("parent")}), work);
  EXPECT_THAT(work.attempt_to_delete, ElementsAre("uid-parent"));
  ASSERT_NE(graph.find("uid-parent"), nullptr);
  EXPECT_FALSE(graph.find("uid-parent")->seen);
  EXPECT_EQ(graph.find("uid-parent")->namespace_name, "a");
}

TEST(GraphTest, AnOwnerThatIsNotThereMakesItsDependentsDoubtful) {
  Graph graph;
  Work work;
  graph.observe(object("child", {owner("parent")}), work);
  work = {};
  graph.absent(graph.find("uid-parent")->identity(), work);
  EXPECT_THAT(work.attempt_to_delete, ElementsAre("uid-child"));
  EXPECT_THAT(work.absent, SizeIs(1));
  EXPECT_EQ(graph.size(), 1U);
}

TEST(GraphTest, TheEndOfAnOwnerMakesItsDependentsDoubtful) {
  Graph graph;
  Work work;
  graph.observe(object("parent"), work);
  graph.observe(object("child", {owner("parent")}), work);
  EXPECT_THAT(work.attempt_to_delete, IsEmpty());
  graph.removed("uid-parent", work);
  EXPECT_THAT(work.attempt_to_delete, ElementsAre("uid-child"));
}

TEST(GraphTest, ForegroundAsksForDependentsAndThenForTheOwner) {
  Graph graph;
  Work work;
  auto parent = object("parent");
  graph.observe(parent, work);
  graph.observe(object("child", {owner("parent", true)}), work);
  parent.deleted = true;
  parent.finalizers = {std::string(kForegroundFinalizer)};
  graph.observe(parent, work);
  graph.observe(parent, work);  // nothing has begun by being told again
  EXPECT_THAT(work.attempt_to_delete, ElementsAre("uid-child", "uid-parent"));
  EXPECT_THAT(graph.find("uid-parent")->blocking_dependents(), SizeIs(1));
  work = {};
  graph.removed("uid-child", work);
  EXPECT_THAT(work.attempt_to_delete, ElementsAre("uid-parent"));
}

TEST(GraphTest, AReferenceThatBlocksNoLongerFreesItsOwner) {
  Graph graph;
  Work work;
  graph.observe(object("parent"), work);
  graph.observe(object("child", {owner("parent", true)}), work);
  graph.observe(object("child", {owner("parent", false)}), work);
  EXPECT_THAT(work.attempt_to_delete, ElementsAre("uid-parent"));
}

TEST(GraphTest, OrphaningIsAskedForOnce) {
  Graph graph;
  Work work;
  auto parent = object("parent");
  parent.deleted = true;
  parent.finalizers = {std::string(kOrphanFinalizer)};
  graph.observe(parent, work);
  graph.observe(parent, work);
  EXPECT_THAT(work.orphan_dependents, ElementsAre("uid-parent"));
}

TEST(GraphTest, AnOwnerInAnotherNamespaceIsReported) {
  Graph graph;
  Work work;
  graph.observe(object("parent", {}, "b"), work);
  graph.observe(object("child", {owner("parent")}), work);
  EXPECT_THAT(work.attempt_to_delete, ElementsAre("uid-child"));
  ASSERT_THAT(work.invalid, SizeIs(1));
  EXPECT_EQ(work.invalid[0].dependent.name, "child");
}

TEST(GraphTest, AnOwnerThatTurnsOutToBeAnotherMakesDependentsDoubtful) {
  Graph graph;
  Work work;
  auto reference = owner("parent");
  reference.name = "other";
  graph.observe(object("child", {reference}), work);
  work = {};
  graph.observe(object("parent"), work);
  EXPECT_THAT(work.attempt_to_delete, ElementsAre("uid-child"));
  EXPECT_THAT(work.invalid, IsEmpty());
}

TEST(GraphTest, AVirtualOwnerIsTriedUnderEveryNameThatItIsCalled) {
  Graph graph;
  Work work;
  auto other = owner("parent");
  other.name = "other";
  graph.observe(object("one", {owner("parent")}), work);
  graph.observe(object("two", {other}), work);
  work = {};
  graph.absent(graph.find("uid-parent")->identity(), work);
  EXPECT_THAT(work.attempt_to_delete, ElementsAre("uid-one"));
  EXPECT_THAT(work.retry, ElementsAre("uid-parent"));
  ASSERT_NE(graph.find("uid-parent"), nullptr);
  EXPECT_EQ(graph.find("uid-parent")->name, "other");
}

TEST(GraphTest, WhatHasBeenSeenIsNotRemovedByADoubt) {
  Graph graph;
  Work work;
  graph.observe(object("parent"), work);
  auto wrong = graph.find("uid-parent")->identity();
  wrong.name = "other";
  graph.absent(wrong, work);
  EXPECT_NE(graph.find("uid-parent"), nullptr);
}

TEST(GraphTest, AListSaysWhatIsGone) {
  Graph graph;
  Work work;
  graph.observe(object("one"), work);
  graph.observe(object("two"), work);
  graph.observe(object("child", {owner("two")}), work);
  auto other = object("secret");
  other.kind = "Secret";
  graph.observe(other, work);
  graph.only("v1", "ConfigMap", {"uid-child", "uid-one"}, work);
  EXPECT_EQ(graph.find("uid-two"), nullptr);
  EXPECT_EQ(graph.size(), 3U);
  EXPECT_THAT(work.attempt_to_delete, ElementsAre("uid-child"));
}

/// Whatever happens in whatever order, and however late it is seen: in the end what has lost its owners is
/// gone, and nothing else.
TEST(GraphTest, RandomHistoriesEndWell) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SimulatedCluster cluster(seed);
    for (int step = 0; step < 120; ++step) cluster.random_step();
    ASSERT_TRUE(cluster.settle()) << "seed " << seed << " never comes to rest";
    ASSERT_EQ(cluster.complaints(), "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace pedalion::controllers::garbage_collector
