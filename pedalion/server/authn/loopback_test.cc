#include "pedalion/server/authn/loopback.h"

#include <gtest/gtest.h>

namespace pedalion::server::authn {
namespace {

TEST(LoopbackAuthenticatorTest, KnowsItsOwnTokenOnly) {
  LoopbackAuthenticator own("secret");
  http::Request request;
  EXPECT_EQ(*own.authenticate(request), nullptr);
  request.headers.set("authorization", "Bearer secreT");
  EXPECT_EQ(*own.authenticate(request), nullptr);
  request.headers.set("authorization", "Bearer secret");
  auto user = own.authenticate(request);
  ASSERT_TRUE(user && *user != nullptr);
  EXPECT_EQ((*user)->name, "system:apiserver");
  EXPECT_EQ((*user)->groups, (std::vector<std::string>{"system:masters", "system:authenticated"}));
}

}  // namespace
}  // namespace pedalion::server::authn
