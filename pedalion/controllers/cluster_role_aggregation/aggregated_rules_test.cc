#include "pedalion/controllers/cluster_role_aggregation/aggregated_rules.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::controllers::cluster_role_aggregation {
namespace {

TEST(AggregatedRulesTest, AreThoseOfTheRolesThatAreSelected) {
  auto whole = json::parse(R"({"metadata":{"name":"all","labels":{"part":"yes"}},"aggregationRule":
      {"clusterRoleSelectors":[{"matchLabels":{"part":"yes"}},{"matchLabels":{"other":"yes"}}]}})");
  auto b = json::parse(
      R"({"metadata":{"name":"b","labels":{"part":"yes"}},"rules":[{"verbs":["b"]},{"verbs":["a"]}]})");
  auto a = json::parse(R"({"metadata":{"name":"a","labels":{"part":"yes"}},"rules":[{"verbs":["a"]}]})");
  auto none = json::parse(R"({"metadata":{"name":"c"},"rules":[{"verbs":["c"]}]})");
  std::vector<const json::Value*> roles = {&whole->root, &b->root, &a->root, &none->root};
  auto wanted = wanted_rules(whole->root, roles);
  ASSERT_TRUE(wanted && *wanted);
  EXPECT_EQ(**wanted,
            R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"all"},)"
            R"("rules":[{"verbs":["a"]},{"verbs":["b"]}]})");
  whole->root.set("rules", json::deep_copy(*json::parse(**wanted)->root.find("rules"), whole->arena),
                  whole->arena);
  EXPECT_FALSE(*wanted_rules(whole->root, roles));
  EXPECT_FALSE(*wanted_rules(a->root, roles));
}

}  // namespace
}  // namespace pedalion::controllers::cluster_role_aggregation
