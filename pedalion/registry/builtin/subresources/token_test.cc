#include "pedalion/registry/builtin/subresources/token.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/scheme/scheme.h"
#include "pedalion/registry/builtin/virtuals/objects_for_tests.h"

namespace pedalion::registry::builtin::subresources {
namespace {

class TokenTest : public testing::Test {
 protected:
  TokenTest() {
    context_.ns = "n";
    callbacks_.issuer.audiences = {"https://issuer"};
    callbacks_.issuer.sign = [this](const virtuals::TokenClaims& claims) -> Result<std::string> {
      signed_ = claims;
      return "token";
    };
  }
  /// The TokenRequest that is answered, or the error.
  Result<json::Document> ask(const std::string& spec) {
    TokenCreater creater(objects_, {&objects_, &objects_, &objects_},
                         *scheme_.type("authentication.k8s.io", "v1", "TokenRequest"), callbacks_);
    TRY(auto request, json::parse(R"({"spec":{)" + spec + "}}"));
    TRY(auto made, sync_wait(creater.create(context_, "robot", std::move(request), {})));
    return json::parse(made->json.view());
  }
  std::int64_t lifetime() const { return signed_.expires - signed_.issued; }

  virtuals::ObjectsForTests objects_{
      R"({"metadata":{"name":"robot","namespace":"n","uid":"u1"}})",
      R"({"metadata":{"name":"p","namespace":"n","uid":"u2"},"spec":{"serviceAccountName":"robot","nodeName":"here"}})",
      R"({"metadata":{"name":"lost","namespace":"n","uid":"u3"},"spec":{"serviceAccountName":"robot","nodeName":"x"}})",
      R"({"metadata":{"name":"here","uid":"u4"}})"};
  scheme::Scheme scheme_;
  rest::RequestContext context_;
  virtuals::AccessCallbacks callbacks_;
  virtuals::TokenClaims signed_;
};

constexpr char kPod[] = R"("boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p"})";

TEST_F(TokenTest, IsForThisServerAndAnHour) {
  auto made = ask("");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(lifetime(), 3600);
  EXPECT_EQ(signed_.audiences, std::vector<std::string>{"https://issuer"});
  EXPECT_EQ(signed_.account.uid, "u1");
  EXPECT_EQ(signed_.warn_after, 0);
  EXPECT_EQ(std::as_const(made->root).string_at({"status", "token"}), "token");
  EXPECT_EQ(std::as_const(made->root).string_at({"metadata", "uid"}), "u1");
}

TEST_F(TokenTest, OfAPodTellsItsNodeAndLivesAYear) {
  auto made = ask(R"("expirationSeconds":3607,)" + std::string(kPod));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(signed_.pod.uid, "u2");
  EXPECT_EQ(signed_.node.uid, "u4");
  EXPECT_EQ(lifetime(), 365 * 24 * 3600);
  EXPECT_EQ(signed_.warn_after, signed_.issued + 3607);
  EXPECT_EQ(made->root.at({"spec", "expirationSeconds"})->as_int(), 3607) << "nobody is told";
  ASSERT_TRUE(ask(R"("boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"lost"})"));
  EXPECT_EQ(signed_.node.name, "x");
  EXPECT_EQ(signed_.node.uid, "");
  EXPECT_EQ(lifetime(), 3600);
  ASSERT_TRUE(ask(R"("audiences":["vault"],"expirationSeconds":3607,)" + std::string(kPod)));
  EXPECT_EQ(lifetime(), 3607) << "others do not know of that";
}

TEST_F(TokenTest, IsShortenedWithAWarning) {
  callbacks_.issuer.longest = 7200;
  auto made = ask(R"("expirationSeconds":10000)");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(lifetime(), 7200);
  EXPECT_EQ(context_.warnings,
            std::vector<std::string>{"requested expiration of 10000 seconds shortened to 7200 seconds"});
}

TEST_F(TokenTest, NeedsAKeyAndWhatItIsBoundTo) {
  EXPECT_EQ(ask(R"("boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"none"})").error().code, 404);
  EXPECT_EQ(ask(R"("boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p","uid":"u9"})").error().code,
            409);
  EXPECT_EQ(ask(R"("boundObjectRef":{"kind":"Lease","apiVersion":"coordination.k8s.io/v1","name":"p"})")
                .error()
                .message,
            "cannot bind token to object of type coordination.k8s.io/v1, Kind=Lease");
  EXPECT_EQ(ask(R"("expirationSeconds":599)").error().code, 422);
  callbacks_.issuer.sign = nullptr;
  EXPECT_EQ(ask("").error().code, 501);
}

}  // namespace
}  // namespace pedalion::registry::builtin::subresources
