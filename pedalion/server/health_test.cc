#include "pedalion/server/health.h"

#include <gtest/gtest.h>

namespace pedalion::server {
namespace {

HealthCheck good(std::string name) {
  return {std::move(name), [] { return Result<void>(); }};
}

HealthCheck bad(std::string name) {
  return {std::move(name), [] { return Result<void>(std::unexpected(Status(500, "", "it is broken"))); }};
}

std::string body_of(const http::Response& response) {
  std::string body;
  for (const auto& chunk : response.chunks) body += chunk.view();
  return body;
}

TEST(Health, SaysOkAndNoMoreUnlessAsked) {
  HealthEndpoint livez("livez", {good("ping"), good("etcd")});
  EXPECT_EQ(body_of(livez.answer("", "")), "ok");
  EXPECT_EQ(livez.answer("", "").status, 200);
  EXPECT_EQ(body_of(livez.answer("", "verbose")), "[+]ping ok\n[+]etcd ok\nlivez check passed\n");
}

TEST(Health, ListsWhatFailsWithoutTheReason) {
  HealthEndpoint readyz("readyz", {good("ping"), bad("etcd")});
  auto response = readyz.answer("", "");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(body_of(response), "[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed\n");
  EXPECT_EQ(response.headers.get("x-content-type-options"), "nosniff");
}

TEST(Health, LeavesOutWhatIsExcluded) {
  HealthEndpoint readyz("readyz", {good("ping"), bad("etcd")});
  EXPECT_EQ(readyz.answer("", "exclude=etcd").status, 200);
  EXPECT_EQ(body_of(readyz.answer("", "exclude=etcd&verbose=1")),
            "[+]ping ok\n[+]etcd excluded: ok\nreadyz check passed\n");
  EXPECT_EQ(body_of(readyz.answer("", "exclude=etcd&exclude=nope&exclude=nada&verbose")),
            "[+]ping ok\n[+]etcd excluded: ok\nwarn: some health checks cannot be excluded: no matches for "
            "\"nada\",\"nope\"\nreadyz check passed\n");
}

TEST(Health, ExcludesWhatBelongsToAnExcludedCheck) {
  HealthCheck member = bad("etcd-override-0");
  member.group = "etcd";
  HealthEndpoint readyz("readyz", {good("etcd"), member});
  EXPECT_EQ(readyz.answer("", "").status, 500);
  EXPECT_EQ(body_of(readyz.answer("", "exclude=etcd&verbose")),
            "[+]etcd excluded: ok\n[+]etcd-override-0 excluded with etcd: ok\nreadyz check passed\n");
  EXPECT_EQ(body_of(readyz.answer("", "exclude=etcd-override-0&verbose")),
            "[+]etcd ok\n[+]etcd-override-0 excluded: ok\nreadyz check passed\n");
}

TEST(Health, AnswersForOneCheck) {
  HealthEndpoint livez("livez", {good("ping"), good("poststarthook/rbac/bootstrap-roles"), bad("etcd")});
  EXPECT_EQ(body_of(livez.answer("/poststarthook/rbac/bootstrap-roles", "")), "ok");
  EXPECT_EQ(livez.answer("/etcd", "").status, 500);
  EXPECT_EQ(body_of(livez.answer("/etcd", "")), "internal server error: it is broken\n");
  EXPECT_EQ(livez.answer("/nope", "").status, 404);
}

}  // namespace
}  // namespace pedalion::server
