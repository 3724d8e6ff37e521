#include "pedalion/controllers/endpoint_slice/slices.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/controllers/endpoints/endpoints_object.h"

namespace pedalion::controllers::endpoint_slice {
namespace {

json::Document service(std::string_view more = "") {
  return *json::parse(
      R"({"metadata":{"name":"web","namespace":"a","uid":"s"},"spec":{"selector":{"app":"web"},)" +
      std::string(more) + R"("ports":[{"name":"http","port":80,"targetPort":"web"}]}})");
}

json::Document pod(const std::string& name, bool ready = true, std::string_view metadata = "") {
  return *json::parse(R"({"metadata":{"name":")" + name + R"(","namespace":"a","uid":"u-)" + name + R"(",)" +
                      std::string(metadata) + R"("labels":{"app":"web"}},"spec":{"nodeName":"n","containers":
      [{"ports":[{"name":"web","containerPort":8080}]}]},"status":{"phase":"Running","podIP":"10.0.0.)" +
                      name + R"(","conditions":[{"type":"Ready","status":")" + (ready ? "True" : "False") +
                      R"("}]}})");
}

std::vector<const json::Value*> trees(const std::vector<json::Document>& documents) {
  std::vector<const json::Value*> result;
  for (const auto& document : documents) result.push_back(&document.root);
  return result;
}

std::vector<json::Document> pods_to(int count) {
  std::vector<json::Document> result;
  for (int at = 1; at <= count; ++at) result.push_back(pod(std::to_string(at)));
  return result;
}

/// As the server would keep what was made.
std::vector<json::Document> named(SlicePlan plan) {
  int number = 0;
  for (auto& slice : plan.create) {
    auto& metadata = slice.root.object_at("metadata", slice.arena);
    metadata.set("name", json::Value::string("web-" + std::to_string(number++), slice.arena), slice.arena);
  }
  return std::move(plan.create);
}

TEST(SlicesTest, AnEmptySliceSaysThatNothingIsThere) {
  auto made = named(plan_slices(service().root, {}, {}));
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].root.find("endpoints")->size(), 0U);
  EXPECT_EQ(made[0].root.string_at({"metadata", "labels", "kubernetes.io/service-name"}), "web");
  auto again = plan_slices(service().root, {}, trees(made));
  EXPECT_TRUE(again.create.empty() && again.update.empty() && again.remove.empty());
}

TEST(SlicesTest, EndpointsLieInSlicesAndStayThere) {
  auto pods = pods_to(150);
  auto made = named(plan_slices(service().root, trees(pods), {}));
  ASSERT_EQ(made.size(), 2U);
  EXPECT_EQ(made[0].root.find("endpoints")->size() + made[1].root.find("endpoints")->size(), 150U);
  EXPECT_EQ(json::to_string(*made[0].root.find("ports")),
            R"([{"name":"http","port":8080,"protocol":"TCP"}])");
  auto again = plan_slices(service().root, trees(pods), trees(made));
  EXPECT_TRUE(again.create.empty() && again.update.empty() && again.remove.empty());
  pods.pop_back();
  auto fewer = plan_slices(service().root, trees(pods), trees(made));
  EXPECT_EQ(fewer.update.size(), 1U);
  EXPECT_TRUE(fewer.create.empty() && fewer.remove.empty());
  auto none = plan_slices(service().root, {}, trees(made));
  EXPECT_EQ(none.remove.size() + none.create.size() + none.update.size(), 3U);
}

TEST(SlicesTest, ConditionsSayHowAPodIs) {
  auto condition = [](json::Document one, std::string_view more) {
    auto plan = plan_slices(service(more).root, {&one.root}, {});
    return json::to_string(*plan.create.at(0).root.find("endpoints")->items()[0].find("conditions"));
  };
  EXPECT_EQ(condition(pod("1"), ""), R"({"ready":true,"serving":true,"terminating":false})");
  EXPECT_EQ(condition(pod("1", false), ""), R"({"ready":false,"serving":false,"terminating":false})");
  EXPECT_EQ(condition(pod("1", true, R"("deletionTimestamp":"2026-01-02T03:04:05Z",)"), ""),
            R"({"ready":false,"serving":true,"terminating":true})");
  EXPECT_EQ(condition(pod("1", false), R"("publishNotReadyAddresses":true,)"),
            R"({"ready":true,"serving":false,"terminating":false})");
}

TEST(EndpointsObjectTest, TellsReadyFromNotReady) {
  std::vector<json::Document> pods;
  pods.push_back(pod("1"));
  pods.push_back(pod("2", false));
  pods.push_back(pod("3", true, R"("deletionTimestamp":"2026-01-02T03:04:05Z",)"));
  auto made = endpoints::wanted_endpoints(service().root, trees(pods), nullptr);
  ASSERT_TRUE(made);
  const auto* subsets = made->root.find("subsets");
  ASSERT_EQ(subsets->size(), 1U);
  EXPECT_EQ(subsets->items()[0].find("addresses")->size(), 1U);
  EXPECT_EQ(subsets->items()[0].find("notReadyAddresses")->size(), 1U);
  EXPECT_FALSE(endpoints::wanted_endpoints(service().root, trees(pods), &made->root));
  auto none = endpoints::wanted_endpoints(service().root, {}, &made->root);
  ASSERT_TRUE(none);
  EXPECT_EQ(none->root.find("subsets"), nullptr);
}

}  // namespace
}  // namespace pedalion::controllers::endpoint_slice
