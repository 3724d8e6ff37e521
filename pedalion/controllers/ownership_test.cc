#include "pedalion/controllers/ownership.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::controllers {
namespace {

constexpr std::string_view kOwned =
    R"({"metadata":{"uid":"p","ownerReferences":[{"uid":"x"},{"uid":"me","controller":true}]}})";
const Owner kMe{"apps/v1", "ReplicaSet", "rs", "me"};

TEST(OwnershipTest, ClaimsByControllerAndSelection) {
  auto owned = json::parse(kOwned), orphan = json::parse(R"({"metadata":{"uid":"p"}})");
  auto going = json::parse(R"({"metadata":{"deletionTimestamp":"2026-01-02T03:04:05Z"}})");
  Owner other{"apps/v1", "ReplicaSet", "rs", "other"}, gone{"apps/v1", "ReplicaSet", "rs", "me", true};
  EXPECT_EQ(controller_uid(owned->root), "me");
  EXPECT_EQ(claim(owned->root, kMe, true), Claim::kOwned);
  EXPECT_EQ(claim(owned->root, kMe, false), Claim::kRelease);
  EXPECT_EQ(claim(owned->root, gone, false), Claim::kNone);
  EXPECT_EQ(claim(owned->root, other, true), Claim::kNone);
  EXPECT_EQ(claim(orphan->root, kMe, true), Claim::kAdopt);
  EXPECT_EQ(claim(orphan->root, kMe, false), Claim::kNone);
  EXPECT_EQ(claim(orphan->root, gone, true), Claim::kNone);
  EXPECT_EQ(claim(going->root, kMe, true), Claim::kNone);
}

TEST(OwnershipTest, PatchesHoldForOneObject) {
  auto pod = json::parse(kOwned);
  EXPECT_EQ(
      adoption_patch(pod->root, kMe),
      R"({"metadata":{"uid":"p","ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"rs",)"
      R"("uid":"me","controller":true,"blockOwnerDeletion":true}]}})");
  EXPECT_EQ(release_patch(pod->root, kMe),
            R"({"metadata":{"uid":"p","ownerReferences":[{"$patch":"delete","uid":"me"}]}})");
}

TEST(OwnershipTest, SelectorsMatchLabelsOfAnyOrder) {
  auto selector = selector::LabelSelector::parse("a=b,c in (d,e)");
  auto labels = json::parse(R"({"c":"e","z":"","a":"b"})");
  EXPECT_TRUE(matches(*selector, &labels->root));
  EXPECT_FALSE(matches(*selector, nullptr));
}

}  // namespace
}  // namespace pedalion::controllers
