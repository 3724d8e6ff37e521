#include "pedalion/controllers/namespaces/content.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/controllers/conditions.h"

namespace pedalion::controllers::namespaces {
namespace {

constexpr std::string_view kNow = "2026-01-02T03:04:05Z";
const meta::GroupVersionResource kPods{"", "v1", "pods"}, kSecrets{"", "v1", "secrets"};

json::Document tree(std::string_view text) { return *json::parse(text); }

std::string condition(const json::Value& status, std::string_view type) {
  const auto* found = find_condition(status, type);
  if (found == nullptr) return "none";
  return std::string(found->string_at({"status"})) + " " + std::string(found->string_at({"reason"})) + ": " +
         std::string(found->string_at({"message"}));
}

TEST(ContentTest, NothingLeftIsSaidInFiveConditions) {
  auto status = tree(R"({"phase":"Terminating"})");
  Content content;
  EXPECT_TRUE(content.gone());
  EXPECT_TRUE(update_conditions(content, status.root, kNow, status.arena));
  EXPECT_EQ(status.root.find("conditions")->size(), 5U);
  EXPECT_EQ(condition(status.root, "NamespaceDeletionDiscoveryFailure"),
            "False ResourcesDiscovered: All resources successfully discovered");
  EXPECT_EQ(condition(status.root, "NamespaceDeletionGroupVersionParsingFailure"),
            "False ParsedGroupVersions: All legacy kube types successfully parsed");
  EXPECT_EQ(condition(status.root, "NamespaceDeletionContentFailure"),
            "False ContentDeleted: All content successfully deleted, may be waiting on finalization");
  EXPECT_EQ(condition(status.root, "NamespaceContentRemaining"),
            "False ContentRemoved: All content successfully removed");
  EXPECT_FALSE(update_conditions(content, status.root, "2027-01-01T00:00:00Z", status.arena));
}

TEST(ContentTest, WhatHasFinalizersIsWaitedFor) {
  Content content;
  add_remaining(kSecrets, "n",
                tree(R"({"items":[{"metadata":{"finalizers":["a/b"]}},
      {"metadata":{"finalizers":["a/b","c/d"]}}]})")
                    .root,
                0, content);
  EXPECT_EQ(content.estimate, kFinalizerEstimate);
  EXPECT_TRUE(content.failures.empty());
  auto status = tree("{}");
  update_conditions(content, status.root, kNow, status.arena);
  EXPECT_EQ(condition(status.root, "NamespaceContentRemaining"),
            "True SomeResourcesRemain: Some resources are remaining: secrets. has 2 resource instances");
  EXPECT_EQ(condition(status.root, "NamespaceFinalizersRemaining"),
            "True SomeFinalizerRemain: Some finalizers are remaining: a/b in 2 resource instances, c/d in 1 "
            "resource instances");
}

TEST(ContentTest, WhatRemainsWithoutAReasonIsAFailure) {
  Content content;
  add_remaining(kSecrets, "n", tree(R"({"items":[{"metadata":{}}]})").root, 0, content);
  EXPECT_FALSE(content.gone());
  auto status = tree("{}");
  update_conditions(content, status.root, kNow, status.arena);
  EXPECT_EQ(condition(status.root, "NamespaceDeletionContentFailure"),
            "True ContentDeletionFailed: Failed to delete all resource types, 1 remaining: unexpected items "
            "still remain in namespace: n for gvr: /v1, Resource=secrets");
}

TEST(ContentTest, GroupsThatAreNotThereHoldItUp) {
  Content content;
  content.stale = {"metrics.k8s.io/v1beta1"};
  EXPECT_FALSE(content.gone());
  auto status = tree("{}");
  update_conditions(content, status.root, kNow, status.arena);
  EXPECT_EQ(condition(status.root, "NamespaceDeletionDiscoveryFailure"),
            "True DiscoveryFailed: Discovery failed for some groups, 1 failing: unable to retrieve the "
            "complete list of server APIs: metrics.k8s.io/v1beta1: stale GroupVersion discovery: "
            "metrics.k8s.io/v1beta1");
}

TEST(ContentTest, PodsHaveTheirGracePeriod) {
  auto pods = tree(R"({"items":[{"spec":{"terminationGracePeriodSeconds":30}},
      {"spec":{"terminationGracePeriodSeconds":90},"status":{"phase":"Succeeded"}}]})");
  EXPECT_EQ(grace_of_pods(pods.root, 3), 30);
  EXPECT_EQ(grace_of_pods(pods.root, 30), 0);
  Content content;
  add_remaining(kPods, "n", pods.root, 30, content);
  EXPECT_EQ(content.estimate, 30);
  EXPECT_TRUE(content.failures.empty());
}

TEST(ContentTest, FinalizingTakesOneFinalizer) {
  auto before = tree(R"({"metadata":{"name":"n"},"spec":{"finalizers":["kubernetes","other/one"]}})");
  EXPECT_TRUE(has_finalizer(before.root));
  EXPECT_EQ(finalized(before.root), R"({"metadata":{"name":"n"},"spec":{"finalizers":["other/one"]}})");
}

}  // namespace
}  // namespace pedalion::controllers::namespaces
