#include "pedalion/controlplane/overrides.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pedalion::controlplane {
namespace {

std::vector<EtcdOverride> parsed(std::vector<std::string> texts) {
  auto overrides = parse_overrides(texts);
  EXPECT_TRUE(overrides) << overrides.error().message;
  return overrides.value_or(std::vector<EtcdOverride>());
}

std::vector<std::string> keys(std::vector<std::string> texts) {
  std::vector<std::string> all;
  for (const auto& [prefix, index] : overridden_keys(parsed(std::move(texts)), "/registry"))
    all.push_back(prefix + " " + std::to_string(index));
  std::ranges::sort(all);
  return all;
}

TEST(EtcdServersOverrides, AreReadAndRefused) {
  auto overrides = parsed({"/events#http://a:2379;http://b:2379", "apps/deployments#https://c"});
  ASSERT_EQ(overrides.size(), 2u);
  EXPECT_EQ(overrides[0].group, "");
  EXPECT_EQ(overrides[0].resource, "events");
  EXPECT_EQ(overrides[0].servers, (std::vector<std::string>{"http://a:2379", "http://b:2379"}));
  EXPECT_EQ(overrides[1].group, "apps");
  for (const char* text : {"events#http://a", "/events", "/events#a#b", "a/b/c#http://a"}) {
    EXPECT_FALSE(parse_overrides({text})) << text;
  }
}

TEST(EtcdServersOverrides, NameTheKeysOfResources) {
  EXPECT_EQ(keys({"/events#a", "/services#b", "/endpoints#c"}),
            (std::vector<std::string>{"/registry/events/ 0", "/registry/services/endpoints/ 2",
                                      "/registry/services/specs/ 1"}));
  EXPECT_EQ(keys({"events.k8s.io/events#a"}), std::vector<std::string>())
      << "its objects are the core group's";
  EXPECT_EQ(keys({"/unheard#a"}), std::vector<std::string>());
}

TEST(EtcdServersOverrides, NameWholeGroups) {
  auto apps = keys({"apps/*#a", "apps/deployments#b"});
  EXPECT_EQ(apps.size(), 5u);
  EXPECT_NE(std::ranges::find(apps, "/registry/deployments/ 1"), apps.end());
  EXPECT_NE(std::ranges::find(apps, "/registry/daemonsets/ 0"), apps.end());
}

}  // namespace
}  // namespace pedalion::controlplane
