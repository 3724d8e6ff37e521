#include "pedalion/controllers/discovery.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::controllers {
namespace {

TEST(DiscoveryTest, ReadsGroupsVersionsAndWhatIsPreferred) {
  auto list = json::parse(R"({"items":[{"metadata":{"name":"apps"},"versions":[
      {"version":"v1","freshness":"Current","resources":[{"resource":"deployments","scope":"Namespaced",
       "responseKind":{"group":"","kind":"Deployment","version":""},"verbs":["get","delete"]}]},
      {"version":"v1beta1","freshness":"Stale","resources":[{"resource":"deployments","scope":"Namespaced",
       "responseKind":{"kind":"Deployment"},"verbs":[]},{"resource":"olds","scope":"Cluster",
       "responseKind":{"kind":"Old"},"verbs":["list"]}]}]}]})");
  ASSERT_TRUE(list);
  DiscoveredResources resources;
  read_discovery(list->root, resources);
  ASSERT_EQ(resources.all.size(), 3U);
  EXPECT_TRUE(resources.all[0].preferred && resources.all[0].namespaced && resources.all[0].can("delete"));
  EXPECT_FALSE(resources.all[1].preferred);
  EXPECT_TRUE(resources.all[2].preferred && !resources.all[2].namespaced && !resources.all[2].can("delete"));
  ASSERT_EQ(resources.stale.size(), 1U);
  EXPECT_EQ(resources.stale[0], "apps/v1beta1");
  ASSERT_NE(resources.find_kind("apps/v1", "Deployment"), nullptr);
  EXPECT_EQ(resources.find_kind("apps/v1", "Deployment")->name.resource, "deployments");
  EXPECT_EQ(resources.find_kind("v1", "Deployment"), nullptr);
}

}  // namespace
}  // namespace pedalion::controllers
