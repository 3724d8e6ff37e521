#include "pedalion/server/director.h"

#include <gtest/gtest.h>

#include "pedalion/server/exchange/metrics.h"
#include "pedalion/server/system_paths.h"

namespace pedalion::server {
namespace {

Task<http::Response> say_name(endpoints::Call call) {
  co_return http::Response(200, "text/plain", call.resource.gvr.resource + "/" + call.info.name);
}

class DirectorTest : public testing::Test {
 protected:
  DirectorTest() {
    pods_.gvr = {"", "v1", "pods"};
    pods_.namespaced = true;
    routes_.add({"GET", "/api/v1/namespaces/{namespace}/pods/{name}", "get", &pods_, &say_name, "say_name"});
    add_health(paths_, std::make_shared<HealthEndpoint>(
                           "livez", std::vector<HealthCheck>{{"ping", [] { return Result<void>(); }}}));
    add_version(paths_);
    add_metrics(paths_, metrics_);
    add_openid(paths_, {"{}", R"({"keys":[]})"});
    paths_.list("/api/v1");
    add_index(paths_);
  }

  http::Response ask(std::string method, std::string target, std::string accept = {}) {
    Exchange exchange;
    exchange.request.method = std::move(method);
    exchange.request.target = std::move(target);
    if (!accept.empty()) exchange.request.headers.add("accept", accept);
    exchange.info = endpoints::parse_request_info(exchange.request.method, exchange.request.target);
    return sync_wait(director_.serve(exchange));
  }
  static std::string body_of(const http::Response& response) {
    std::string body;
    for (const auto& chunk : response.chunks) body += chunk.view();
    return body;
  }

  registry::rest::Resource pods_;
  scheme::Scheme scheme_;
  endpoints::Environment environment_{scheme_};
  endpoints::RouteTable routes_;
  Metrics metrics_;
  PathTable paths_;
  Director director_{routes_, environment_, paths_, {"apps"}};
};

TEST_F(DirectorTest, CallsTheHandlerOfARoute) {
  EXPECT_EQ(body_of(ask("GET", "/api/v1/namespaces/n/pods/p")), "pods/p");
}

TEST_F(DirectorTest, TellsAWrongMethodFromAnUnknownPath) {
  auto response = ask("POST", "/api/v1/namespaces/n/pods/p");
  EXPECT_EQ(response.status, 405);
  EXPECT_NE(body_of(response).find("the server does not allow this method on the requested resource"),
            std::string::npos);
  response = ask("GET", "/api/v1/namespaces/n/nope/p");
  EXPECT_EQ(response.status, 404);
  EXPECT_NE(body_of(response).find("the server could not find the requested resource"), std::string::npos);
}

TEST_F(DirectorTest, GivesAStatusOnlyWhereTheApiIs) {
  EXPECT_EQ(body_of(ask("GET", "/nope")), "404 page not found\n");
  EXPECT_EQ(body_of(ask("GET", "/apis/nope.example.com/v1/things")), "404 page not found\n");
  EXPECT_EQ(body_of(ask("GET", "//api/v1/namespaces")), "404 page not found\n");
  EXPECT_NE(body_of(ask("GET", "/apis/apps/v9/namespaces/n/things")).find("\"kind\":\"Status\""),
            std::string::npos);
  EXPECT_NE(body_of(ask("GET", "/api//v1/namespaces")).find("\"kind\":\"Status\""), std::string::npos);
}

TEST_F(DirectorTest, ServesTheSystemsPaths) {
  EXPECT_EQ(body_of(ask("GET", "/livez")), "ok");
  EXPECT_EQ(ask("POST", "/livez").status, 200);
  EXPECT_EQ(body_of(ask("GET", "/livez/ping")), "ok");
  EXPECT_EQ(ask("GET", "/livez/pong").status, 404);
  EXPECT_NE(body_of(ask("GET", "/version/")).find(R"("minor": "36")"), std::string::npos);
  EXPECT_EQ(ask("POST", "/version").status, 405);
  EXPECT_NE(body_of(ask("GET", "/metrics")).find("process_resident_memory_bytes"), std::string::npos);
  EXPECT_EQ(ask("GET", "/.well-known/openid-configuration").headers.get("cache-control"),
            "public, max-age=3600");
  EXPECT_EQ(ask("GET", "/openid/v1/jwks", "application/json").status, 406);
  EXPECT_EQ(ask("GET", "/openid/v1/jwks", "*/*").status, 200);
  EXPECT_EQ(ask("GET", "/openid/v1/nope").status, 404);
}

TEST_F(DirectorTest, IndexesThePaths) {
  EXPECT_EQ(body_of(ask("GET", "/")), R"({
  "paths": [
    "/.well-known/openid-configuration",
    "/api/v1",
    "/livez",
    "/livez/ping",
    "/metrics",
    "/openid/v1/jwks",
    "/version"
  ]
})");
}

}  // namespace
}  // namespace pedalion::server
