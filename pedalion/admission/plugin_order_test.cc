#include "pedalion/admission/plugin_order.h"

#include <gtest/gtest.h>

#include "pedalion/admission/admission.h"

namespace pedalion::admission {
namespace {

class Named final : public Plugin {
 public:
  explicit Named(std::string_view name) : name_(name) {}
  std::string_view name() const override { return name_; }
  bool handles(Operation) const override { return true; }

 private:
  const std::string_view name_;
};

TEST(Chain, ActsInKubernetesOrderHoweverItWasBuilt) {
  Chain chain;
  for (auto name : {"ResourceQuota", "one of somebody's own", "Priority", "NamespaceLifecycle", "PodSecurity",
                    "ValidatingAdmissionWebhook"})
    chain.add(std::make_unique<Named>(name));
  std::vector<std::string_view> names;
  for (const auto& plugin : chain.plugins()) names.push_back(plugin->name());
  EXPECT_EQ(names, (std::vector<std::string_view>{"NamespaceLifecycle", "PodSecurity", "Priority",
                                                  "ValidatingAdmissionWebhook", "ResourceQuota",
                                                  "one of somebody's own"}));
}

TEST(PluginChoice, StartsFromTheDefaults) {
  PluginChoice choice;
  EXPECT_TRUE(choice.check());
  EXPECT_TRUE(choice.has("NamespaceLifecycle"));
  EXPECT_TRUE(choice.has("ServiceAccount"));
  EXPECT_FALSE(choice.has("AlwaysDeny"));
  EXPECT_FALSE(choice.has("NodeRestriction"));
}

TEST(PluginChoice, AddsAndTakesAway) {
  PluginChoice choice{.enabled = {"NodeRestriction"}, .disabled = {"ServiceAccount", "AlwaysDeny"}};
  EXPECT_TRUE(choice.check());
  EXPECT_TRUE(choice.has("NodeRestriction"));
  EXPECT_FALSE(choice.has("ServiceAccount"));
  EXPECT_TRUE(choice.has("Priority"));
}

TEST(PluginChoice, RefusesAsKubeApiserver) {
  auto refusal = [](PluginChoice choice) { return choice.check().error().message; };
  EXPECT_EQ(refusal({.enabled = {"Nope"}}), "enable-admission-plugins plugin \"Nope\" is unknown");
  EXPECT_EQ(refusal({.disabled = {"Nope"}}), "disable-admission-plugins plugin \"Nope\" is unknown");
  EXPECT_EQ(refusal({.enabled = {"Priority", "AlwaysDeny"}, .disabled = {"AlwaysDeny", "Priority"}}),
            "[AlwaysDeny Priority] in enable-admission-plugins and disable-admission-plugins overlapped");
}

}  // namespace
}  // namespace pedalion::admission
