#include "pedalion/server/authn/token_file.h"

#include <gtest/gtest.h>

#include "pedalion/server/authn/bearer.h"

namespace pedalion::server::authn {
namespace {

http::Request with_authorization(std::string_view value) {
  http::Request request;
  if (!value.empty()) request.headers.add("authorization", value);
  return request;
}

TEST(TokenFile, NamesTheUserAndItsGroups) {
  auto made = TokenFileAuthenticator::parse("# comment\nt1,alice,u1,\"dev,qa\"\r\nt2,bob,u2\n");
  ASSERT_TRUE(made.has_value());
  auto alice = (*made)->authenticate(with_authorization("Bearer t1"));
  ASSERT_TRUE(alice && *alice);
  EXPECT_EQ((*alice)->name, "alice");
  EXPECT_EQ((*alice)->groups, (std::vector<std::string>{"dev", "qa", "system:authenticated"}));
  auto bob = (*made)->authenticate(with_authorization("bearer t2"));
  ASSERT_TRUE(bob && *bob);
  EXPECT_EQ((*bob)->groups, (std::vector<std::string>{"system:authenticated"}));
}

TEST(TokenFile, TellsAnAbsentTokenFromAWrongOne) {
  auto made = TokenFileAuthenticator::parse("t1,alice,u1\n");
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ((*made)->authenticate(with_authorization("")).value(), nullptr);
  EXPECT_EQ((*made)->authenticate(with_authorization("Basic abc")).value(), nullptr);
  EXPECT_EQ((*made)->authenticate(with_authorization("Bearer  t1")).value(), nullptr);
  EXPECT_EQ((*made)->authenticate(with_authorization("Bearer")).value(), nullptr);
  EXPECT_NE((*made)->authenticate(with_authorization("  BEARER t1 and more")).value(), nullptr);
  EXPECT_EQ((*made)->authenticate(with_authorization("Bearer nope")).error().code, 401);
  EXPECT_TRUE(has_misplaced_token(with_authorization("Bearer  t1").headers));
  EXPECT_FALSE(has_misplaced_token(with_authorization("Bearer ").headers));
  EXPECT_FALSE(has_misplaced_token(with_authorization("Basic  t1").headers));
}

TEST(TokenFile, SaysWhichLineIsBroken) {
  EXPECT_EQ(TokenFileAuthenticator::parse("t1,alice,u1\nt2,bob\n").error().message,
            "token auth file, line 2: needs at least the three columns token, user name and uid");
  EXPECT_FALSE(TokenFileAuthenticator::parse("t1,alice,u1,\"dev\n").has_value());
}

}  // namespace
}  // namespace pedalion::server::authn
