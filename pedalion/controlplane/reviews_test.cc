#include "pedalion/controlplane/reviews.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/controlplane/access.h"
#include "pedalion/server/authn/token_file.h"

namespace pedalion::controlplane {
namespace {

class Reviews : public testing::Test {
 protected:
  Reviews() {
    AccessChoice access;
    access.modes = {AuthorizationMode::kAlwaysAllow};
    authorizer_ = make_authorizer(access);
    std::vector<std::unique_ptr<server::authn::Authenticator>> members;
    members.push_back(*server::authn::TokenFileAuthenticator::parse("t,alice,u1,\"dev\"\n"));
    members.push_back(std::make_unique<server::authn::AnonymousAuthenticator>());
    authenticator_ = std::make_unique<server::authn::UnionAuthenticator>(std::move(members));
    callbacks_ = review_callbacks(*authenticator_, accounts_, *authorizer_, {"https://issuer"});
  }
  std::unique_ptr<server::authn::Authenticator> authenticator_;
  const server::authn::ServiceAccountAuthenticator accounts_{{}};
  std::unique_ptr<server::authz::Authorizer> authorizer_;
  registry::builtin::virtuals::AccessCallbacks callbacks_;
};

TEST_F(Reviews, AnswerAsRequestsAreJudged) {
  registry::rest::UserInfo alice, nobody;
  alice.groups = {"system:authenticated"};
  nobody.groups = {"system:unauthenticated"};
  registry::builtin::virtuals::AccessQuestion question{
      .user = &alice, .resource_request = true, .verb = "get", .resource = "pods"};
  EXPECT_TRUE(callbacks_.authorize(question).allowed);
  question.user = &nobody;
  EXPECT_FALSE(callbacks_.authorize(question).allowed);
  EXPECT_FALSE(callbacks_.authorize(question).denied);
}

TEST_F(Reviews, SayWhoseTokenItIs) {
  EXPECT_EQ(
      json::to_string(callbacks_.review_token("t", {})->root),
      R"({"authenticated":true,"user":{"username":"alice","uid":"u1","groups":["dev","system:authenticated"]},)"
      R"("audiences":["https://issuer"]})");
  EXPECT_EQ(json::to_string(callbacks_.review_token("x", {})->root),
            R"({"user":{},"error":"invalid bearer token"})");
  EXPECT_EQ(json::to_string(callbacks_.review_token("t", {"others"})->root),
            R"({"user":{},"error":"invalid bearer token"})");
}

TEST_F(Reviews, ListWhatIsAllowed) {
  registry::rest::UserInfo alice, nobody;
  alice.groups = {"system:authenticated"};
  EXPECT_EQ(json::to_string(callbacks_.rules_of(alice, "default")->root),
            R"({"resourceRules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}],)"
            R"("nonResourceRules":[{"verbs":["*"],"nonResourceURLs":["*"]}],"incomplete":false})");
  EXPECT_TRUE(
      json::to_string(callbacks_.rules_of(nobody, "default")->root).starts_with(R"({"resourceRules":[],)"));
}

}  // namespace
}  // namespace pedalion::controlplane
