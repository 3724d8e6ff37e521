#include "pedalion/controlplane/host.h"

#include <gtest/gtest.h>

#include "pedalion/controlplane/hooks.h"

namespace pedalion::controlplane {
namespace {

TEST(Host, FindsTheFirstAddressOfARange) {
  EXPECT_EQ(first_address("10.0.0.0/24"), "10.0.0.1");
  EXPECT_EQ(first_address("fd00::/108"), "fd00::1");
  EXPECT_EQ(first_address("nonsense"), "");
}

TEST(Host, AdvertisesWhatItIsToldOrBoundTo) {
  EXPECT_EQ(advertised_address("192.0.2.1", "0.0.0.0"), "192.0.2.1");
  EXPECT_EQ(advertised_address("", "192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(advertised_address("", "127.0.0.1"), host_addresses().front());
  EXPECT_NE(advertised_address("", "0.0.0.0"), "");
  EXPECT_EQ(host_and_port("::1", 6443), "[::1]:6443");
}

TEST(Hooks, FailTheirChecksUntilTheyHaveSucceeded) {
  Hooks hooks;
  hooks.add("rbac/bootstrap-roles");
  auto checks = hooks.checks();
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_EQ(checks[0].name, "poststarthook/rbac/bootstrap-roles");
  EXPECT_EQ(checks[0].run().error().message, "not finished");
  EXPECT_FALSE(hooks.all_finished());
  hooks.finished("rbac/bootstrap-roles", std::unexpected(Status(500, "", "no disk")));
  EXPECT_EQ(checks[0].run().error().message, "no disk");
  hooks.finished("rbac/bootstrap-roles", {});
  EXPECT_TRUE(checks[0].run());
  EXPECT_TRUE(hooks.all_finished());
}

}  // namespace
}  // namespace pedalion::controlplane
