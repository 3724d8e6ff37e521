#include "pedalion/server/authz/authorizer.h"

#include <gtest/gtest.h>

namespace pedalion::server::authz {
namespace {

registry::rest::UserInfo user(std::string name, std::vector<std::string> groups) {
  registry::rest::UserInfo info;
  info.name = std::move(name);
  info.groups = std::move(groups);
  return info;
}

std::unique_ptr<Authorizer> chain() {
  std::vector<std::unique_ptr<Authorizer>> members;
  members.push_back(std::make_unique<PrivilegedGroupAuthorizer>("system:masters"));
  members.push_back(std::make_unique<PublicInfoAuthorizer>());
  members.push_back(std::make_unique<AlwaysAllowAuthorizer>());
  return std::make_unique<UnionAuthorizer>(std::move(members));
}

TEST(Authorizer, AnonymousReachesOnlyHealthAndVersion) {
  auto nobody = user("system:anonymous", {"system:unauthenticated"});
  Attributes attributes{.user = &nobody, .verb = "get", .path = "/version"};
  EXPECT_EQ(chain()->authorize(attributes).decision, Decision::kAllow);
  attributes.path = "/metrics";
  EXPECT_EQ(chain()->authorize(attributes).decision, Decision::kNoOpinion);
}

TEST(Authorizer, TheAuthenticatedMayDoEverything) {
  auto alice = user("alice", {"dev", "system:authenticated"});
  Attributes attributes{.user = &alice, .resource_request = true, .verb = "delete", .resource = "pods"};
  EXPECT_EQ(chain()->authorize(attributes).decision, Decision::kAllow);
}

TEST(Authorizer, WordsADenialAsKubernetesDoes) {
  auto bob = user("b<o>b", {});
  Attributes list{.user = &bob,
                  .resource_request = true,
                  .verb = "list",
                  .group = "apps",
                  .resource = "deployments",
                  .subresource = "scale",
                  .ns = "n"};
  EXPECT_EQ(denial_text(list, ""),
            "User \"b&lt;o&gt;b\" cannot list resource \"deployments/scale\" in API group \"apps\" in the "
            "namespace \"n\"");
  Attributes path{.user = &bob, .verb = "get", .path = "/x"};
  EXPECT_EQ(denial_text(path, "why"), "User \"b&lt;o&gt;b\" cannot get path \"/x\": why");
}

}  // namespace
}  // namespace pedalion::server::authz
