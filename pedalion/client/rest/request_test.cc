#include "pedalion/client/rest/request.h"

#include <gmock/gmock.h>

#include "pedalion/base/testing/manual_loop.h"
#include "pedalion/client/rest/error_response.h"
#include "pedalion/client/rest/rest_client.h"
#include "pedalion/client/rest/scripted_transport.h"

namespace pedalion::client::rest {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

struct RestTest : ::testing::Test {
  explicit RestTest(RestClientOptions options = {}) {
    auto made = std::make_unique<ScriptedTransport>(loop);
    transport = made.get();
    client = std::make_unique<RestClient>(std::move(made), std::move(options));
  }
  std::string url(const Request& request) {
    auto made = request.url();
    return made ? *made : "error: " + made.error().message;
  }
  pedalion::testing::ManualLoop loop;
  ScriptedTransport* transport;
  std::unique_ptr<RestClient> client;
};

http::Headers headers_of(std::string_view name, std::string_view value) {
  http::Headers headers;
  headers.add(name, value);
  return headers;
}

TEST_F(RestTest, UrlsFollowTheRulesOfClientGo) {
  meta::GroupVersion core{"", "v1"}, apps{"apps", "v1"};
  EXPECT_EQ(url(client->get().group_version(core).in_namespace("default").resource("Pods").name("a")),
            "/api/v1/namespaces/default/pods/a");
  EXPECT_EQ(url(client->get().group_version(apps).resource("deployments")), "/apis/apps/v1/deployments");
  EXPECT_EQ(url(client->put()
                    .group_version(apps)
                    .in_namespace("x")
                    .resource("deployments")
                    .name("d")
                    .subresource("status")),
            "/apis/apps/v1/namespaces/x/deployments/d/status");
  EXPECT_EQ(
      url(client->get().group_version(core).resource("nodes").name("n").subresource("proxy").suffix("/a/b/")),
      "/api/v1/nodes/n/proxy/a/b");
  EXPECT_EQ(url(client->get().path("/openapi/v3").param("b", "2").param("a", "x y&=é").param("a", "1")),
            "/openapi/v3?a=x+y%26%3D%C3%A9&a=1&b=2");
  EXPECT_EQ(url(client->get()
                    .group_version({"rbac.authorization.k8s.io", "v1"})
                    .resource("clusterroles")
                    .name("system:a b?#")),
            "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:a%20b%3F%23");
  EXPECT_EQ(url(client->get().path("/version").timeout(1500ms)), "/version?timeout=2s");
  EXPECT_EQ(url(client->get()), "/");
}

TEST_F(RestTest, NamesThatCannotBeInAPathAreRefused) {
  meta::GroupVersion core{"", "v1"};
  EXPECT_EQ(url(client->get().group_version(core).resource("pods").name("")),
            "error: resource name may not be empty");
  EXPECT_EQ(url(client->get().resource("pods").name("a/b%c")),
            "error: invalid resource name \"a/b%c\": [may not contain '/' may not contain '%']");
  EXPECT_EQ(url(client->get().in_namespace("..").resource("pods")),
            "error: invalid namespace \"..\": [may not be '..']");
  EXPECT_EQ(url(client->get().resource("pods").name("a").subresource("log/..")),
            "error: invalid subresource \"..\": [may not be '..']");
  EXPECT_EQ(url(client->post().group_version(core).in_namespace("").resource("pods")),
            "error: an empty namespace may not be set during creation");
  EXPECT_EQ(url(client->get().group_version(core).in_namespace("").resource("pods").name("a")),
            "error: an empty namespace may not be set when a resource name is provided");
  auto outcome = loop.run(client->get().resource("pods").name("").send());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, 400);
  EXPECT_TRUE(transport->asked.empty());
}

TEST_F(RestTest, TriesAgainWhatTheServerAsksToTryAgain) {
  transport->answer(429, "slow down", headers_of("retry-after", "2"));
  transport->answer(503, "", headers_of("retry-after", "1"));
  transport->answer(200, "{}");
  auto outcome = loop.run(client->post().path("/x").body(Bytes::of_static("{\"a\":1}")).send());
  ASSERT_TRUE(outcome);
  EXPECT_EQ(loop.elapsed(), 3s);
  ASSERT_EQ(transport->asked.size(), 3u);
  EXPECT_EQ(transport->asked[2].body, "{\"a\":1}");
}

TEST_F(RestTest, GivesUpAfterSoManyTries) {
  for (int i = 0; i < 3; ++i) transport->answer(429, "slow", headers_of("retry-after", "1"));
  auto outcome = loop.run(client->get().path("/x").max_retries(2).send());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason, "TooManyRequests");
  EXPECT_EQ(outcome.error().details()->retry_after_seconds, 1);
  EXPECT_EQ(transport->asked.size(), 3u);
}

TEST_F(RestTest, ReadsAgainWhatBrokeOffButWritesOnce) {
  transport->fail(Status(502, "", "connection reset"));
  transport->fail(Status(503, "", "refused"));
  auto outcome = loop.run(client->get().path("/x").send());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "refused - error from a previous attempt: connection reset");
  transport->fail(Status(502, "", "connection reset"));
  transport->answer(200, "{}");
  EXPECT_FALSE(loop.run(client->put().path("/x").send()));
}

TEST_F(RestTest, ErrorsAreWhatTheServerSays) {
  transport->answer(
      404, R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods \"a\" not found",)"
           R"("reason":"NotFound","details":{"name":"a","kind":"pods"},"code":404})");
  auto outcome = loop.run(client->get().path("/x").send());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "pods \"a\" not found");
  EXPECT_EQ(outcome.error().details()->name, "a");

  transport->answer(502, "<html>bad gateway</html>", headers_of("content-type", "text/html"));
  outcome = loop.run(client->get().path("/x").send());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(
      outcome.error().message,
      "an error on the server (\"<html>bad gateway</html>\") has prevented the request from succeeding");
  EXPECT_EQ(outcome.error().reason, "InternalError");
  EXPECT_EQ(outcome.error().details()->causes[0].reason, "UnexpectedServerResponse");
}

TEST(Warnings, AreThoseOfCode299) {
  http::Headers headers;
  headers.add("warning", "299 - \"say \\\"so\\\"\"");
  headers.add("warning", "199 - \"no\"");
  headers.add("warning", "299 agent \"one\", 299 - \"two\"");
  EXPECT_THAT(warning_texts(headers), ElementsAre("say \"so\"", "one", "two"));
}

struct SlowTest : RestTest {
  SlowTest() : RestTest({.qps = 10, .burst = 2}) {}
};

TEST_F(SlowTest, KeepsItsRate) {
  RateLimiter limiter(10, 2, RateLimiter::Clock::time_point());
  auto now = RateLimiter::Clock::time_point();
  EXPECT_EQ(limiter.reserve(now), 0s);
  EXPECT_EQ(limiter.reserve(now), 0s);
  EXPECT_EQ(limiter.reserve(now), 100ms);
  EXPECT_EQ(limiter.reserve(now), 200ms);
  EXPECT_EQ(limiter.reserve(now + 10s), 0s);
}

TEST_F(RestTest, ATimeoutEndsTheWait) {
  for (int i = 0; i < 9; ++i) transport->answer(503, "", headers_of("retry-after", "1"));
  auto outcome = loop.run(client->get().path("/x").timeout(2500ms).send());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, 504);
  EXPECT_EQ(loop.elapsed(), 2500ms);
  EXPECT_EQ(transport->asked.size(), 3u);
}

}  // namespace
}  // namespace pedalion::client::rest
