#include "pedalion/controllers/resource_quota/quota_usage.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::controllers::resource_quota {
namespace {

json::Document tree(std::string_view text) { return json::parse(text).value(); }

struct UsageTest : ::testing::Test {
  Result<quota::ResourceList> used(const json::Document& quota) {
    return used_of(quota.root, {{pods, {&one.root, &done.root}}, {maps, {&map.root}}}, {.now = {}});
  }
  quota::Evaluator pods{{"", "pods"}}, maps{{"", "configmaps"}};
  json::Document one = tree(
      R"({"spec":{"containers":[{"resources":{"requests":{"cpu":"250m"}}},{"resources":{"requests":{"cpu":"1"}}}]}})");
  json::Document done = tree(
      R"({"spec":{"containers":[{"resources":{"requests":{"cpu":"8"}}}]},"status":{"phase":"Succeeded"}})");
  json::Document map = tree(R"({"metadata":{"name":"a"}})");
};

TEST_F(UsageTest, IsTheSumOfWhatIsCounted) {
  auto quota =
      tree(R"({"spec":{"hard":{"pods":"2","requests.cpu":"2","count/configmaps":"5","services":"1"}}})");
  auto sum = used(quota);
  ASSERT_TRUE(sum);
  EXPECT_EQ(quota::text_of(*sum), "count/configmaps=1,pods=1,requests.cpu=1250m");
}

TEST_F(UsageTest, TheStatusSaysItOnce) {
  auto quota = tree(R"({"metadata":{"name":"q"},"spec":{"hard":{"pods":"2"}}})");
  auto change = wanted_status(quota.root, *used(quota));
  ASSERT_TRUE(change && *change);
  EXPECT_FALSE((*change)->lowers);
  const json::Value& now = (*change)->quota.root;
  EXPECT_EQ(now.string_at({"status", "used", "pods"}), "1");
  EXPECT_EQ(now.string_at({"status", "hard", "pods"}), "2");
  auto again = wanted_status(now, *used(quota));
  ASSERT_TRUE(again);
  EXPECT_FALSE(*again);
}

TEST_F(UsageTest, KnowsWhenItLowers) {
  auto quota = tree(R"({"spec":{"hard":{"pods":"2","x":"3"}},
      "status":{"hard":{"pods":"2","x":"3"},"used":{"pods":"2","x":"1","gone":"1"}}})");
  auto change = wanted_status(quota.root, *used(quota));
  ASSERT_TRUE(change && *change);
  EXPECT_TRUE((*change)->lowers);
  EXPECT_EQ((*change)->quota.root.string_at({"status", "used", "x"}), "1") << "what nobody here counts stays";
  EXPECT_EQ((*change)->quota.root.at({"status", "used", "gone"}), nullptr);
}

}  // namespace
}  // namespace pedalion::controllers::resource_quota
