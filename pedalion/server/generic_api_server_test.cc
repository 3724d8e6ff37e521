#include "pedalion/server/generic_api_server.h"

#include <gtest/gtest.h>

#include <future>

#include "pedalion/http/client.h"
#include "pedalion/server/authn/token_file.h"

namespace pedalion::server {
namespace {

/// What stands behind the filters here: whatever a test wants.
class Behind final : public FilterChain::Director {
 public:
  std::function<Task<http::Response>(Exchange&)> answer = [](Exchange&) -> Task<http::Response> {
    co_return http::Response(200, "text/plain", "served");
  };
  Task<http::Response> serve(Exchange& exchange) override { return answer(exchange); }
};

std::unique_ptr<authn::Authenticator> authenticators() {
  std::vector<std::unique_ptr<authn::Authenticator>> members;
  members.push_back(
      *authn::TokenFileAuthenticator::parse("root,root,u0,\"system:masters\"\nalice,alice,u1\n"));
  members.push_back(std::make_unique<authn::AnonymousAuthenticator>());
  return std::make_unique<authn::UnionAuthenticator>(std::move(members));
}

std::unique_ptr<authz::Authorizer> authorizers() {
  std::vector<std::unique_ptr<authz::Authorizer>> members;
  members.push_back(std::make_unique<authz::PrivilegedGroupAuthorizer>("system:masters"));
  members.push_back(std::make_unique<authz::PublicInfoAuthorizer>());
  members.push_back(std::make_unique<authz::AlwaysAllowAuthorizer>());
  return std::make_unique<authz::UnionAuthorizer>(std::move(members));
}

class Chain : public testing::Test {
 protected:
  http::Response ask(std::string method, std::string target,
                     std::vector<std::pair<std::string, std::string>> headers = {
                         {"authorization", "Bearer alice"}}) {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.version = version_;
    for (const auto& [name, value] : headers) request.headers.add(name, value);
    return sync_wait(server().handler().handle(std::move(request)));
  }

  GenericApiServer& server() {
    if (!server_) {
      server_ = std::make_unique<GenericApiServer>(
          config_, ServerParts{*authenticator_, *authorizer_, behind_, lifecycle_, metrics_});
    }
    return *server_;
  }

  static std::string body_of(const http::Response& response) {
    std::string body;
    for (const auto& chunk : response.chunks) body += chunk.view();
    return body;
  }

  ServerConfig config_;
  http::Version version_ = http::Version::kHttp11;
  std::unique_ptr<authn::Authenticator> authenticator_ = authenticators();
  std::unique_ptr<authz::Authorizer> authorizer_ = authorizers();
  Behind behind_;
  Lifecycle lifecycle_;
  Metrics metrics_;
  std::unique_ptr<GenericApiServer> server_;
};

TEST_F(Chain, LetsThoseWhoMayActAsOthers) {
  std::string seen;
  behind_.answer = [&seen](Exchange& exchange) -> Task<http::Response> {
    seen = exchange.user->name;
    for (const auto& group : exchange.user->groups) seen += " " + group;
    for (const auto& [key, values] : exchange.user->extra) seen += " " + key + "=" + values.front();
    EXPECT_TRUE(exchange.request.headers.get("impersonate-user").empty());
    co_return http::Response(200, "text/plain", "served");
  };
  auto as = [&](std::vector<std::pair<std::string, std::string>> headers) {
    headers.emplace_back("authorization", "Bearer root");
    seen.clear();
    auto response = ask("GET", "/api/v1/pods", std::move(headers));
    return response.status == 200 ? seen : body_of(response);
  };
  EXPECT_EQ(as({{"impersonate-user", "jane"}}), "jane system:authenticated");
  EXPECT_EQ(
      as({{"impersonate-user", "jane"}, {"impersonate-group", "devs"}, {"impersonate-extra-a.com%2fb", "x"}}),
      "jane devs system:authenticated a.com/b=x");
  EXPECT_EQ(as({{"impersonate-user", "system:serviceaccount:n:robot"}}),
            "system:serviceaccount:n:robot system:serviceaccounts system:serviceaccounts:n "
            "system:authenticated");
  EXPECT_EQ(as({{"impersonate-user", ""}}), "root system:masters system:authenticated");
  EXPECT_NE(as({{"impersonate-uid", "u"}})
                .find(R"(requested \u0026user.DefaultInfo{Name:\"\", UID:\"u\", Groups:[]string(nil), )"
                      R"(Extra:map[string][]string(nil)} without impersonating a user name)"),
            std::string::npos);
}

TEST_F(Chain, KeepsOthersFromActingAsThem) {
  std::vector<std::unique_ptr<authz::Authorizer>> members;
  members.push_back(std::make_unique<authz::PrivilegedGroupAuthorizer>("system:masters"));
  members.push_back(std::make_unique<authz::AlwaysDenyAuthorizer>());
  authorizer_ = std::make_unique<authz::UnionAuthorizer>(std::move(members));
  auto response =
      ask("GET", "/healthz",
          {{"authorization", "Bearer alice"}, {"impersonate-user", "system:serviceaccount:n:robot"}});
  EXPECT_EQ(response.status, 403);
  EXPECT_NE(body_of(response).find(
                R"(serviceaccounts \"robot\" is forbidden: User \"alice\" cannot impersonate resource )"
                R"(\"serviceaccounts\" in API group \"\" in the namespace \"n\")"),
            std::string::npos)
      << body_of(response);
}

TEST_F(Chain, ServesAndMarksTheAnswer) {
  auto response = ask("GET", "/api/v1/pods", {{"authorization", "Bearer alice"}, {"audit-id", "mine"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.get("audit-id"), "mine");
  EXPECT_EQ(response.headers.get("cache-control"), "no-cache, private");
  EXPECT_FALSE(response.headers.has("x-pedalion-trace"));
  EXPECT_EQ(ask("GET", "/api/v1/pods").headers.get("audit-id").size(), 36u);
}

TEST_F(Chain, TellsTheHandlerWhoAsksAndHidesTheCredential) {
  std::string user, credential = "unset";
  behind_.answer = [&](Exchange& exchange) -> Task<http::Response> {
    user = exchange.context.user->name;
    credential = exchange.request.headers.get("authorization");
    co_return http::Response();
  };
  ask("GET", "/api/v1/pods");
  EXPECT_EQ(user, "alice");
  EXPECT_EQ(credential, "");
}

TEST_F(Chain, RefusesAWrongTokenEvenWhereNobodyMayCome) {
  version_ = http::Version::kHttp2;
  auto response = ask("GET", "/healthz", {{"authorization", "Bearer nope"}});
  EXPECT_EQ(response.status, 401);
  EXPECT_TRUE(response.close_connection);
  EXPECT_NE(body_of(response).find(R"("message":"Unauthorized","reason":"Unauthorized","code":401)"),
            std::string::npos)
      << body_of(response);
}

TEST_F(Chain, LetsNobodySeeHealthAndVersionOnly) {
  EXPECT_EQ(ask("GET", "/readyz?verbose", {}).status, 200);
  EXPECT_EQ(ask("GET", "/version", {}).status, 200);
  auto response = ask("GET", "/apis", {});
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(response.headers.get("x-content-type-options"), "nosniff");
  EXPECT_NE(body_of(response).find(R"(forbidden: User \"system:anonymous\" cannot get path \"/apis\")"),
            std::string::npos);
  response = ask("DELETE", "/apis/apps/v1/namespaces/n/deployments/d", {});
  EXPECT_NE(body_of(response).find(
                R"(deployments.apps \"d\" is forbidden: User \"system:anonymous\" cannot delete )"
                R"(resource \"deployments\" in API group \"apps\" in the namespace \"n\")"),
            std::string::npos)
      << body_of(response);
}

TEST_F(Chain, TurnsAnExceptionIntoA500) {
  behind_.answer = [](Exchange&) -> Task<http::Response> {
    throw std::logic_error("a bug");
    co_return http::Response();
  };
  auto response = ask("GET", "/api/v1/pods");
  EXPECT_EQ(response.status, 500);
  EXPECT_TRUE(body_of(response).starts_with("This request caused apiserver to panic."));
  EXPECT_TRUE(response.headers.has("audit-id"));
}

TEST_F(Chain, RefusesATimeoutThatIsNone) {
  auto response = ask("GET", "/api/v1/pods?timeout=soon");
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(body_of(response).find("invalid timeout specified in the request URL - "), std::string::npos);
}

TEST_F(Chain, AnswersForAHandlerThatIsTooSlow) {
  auto loop = http::make_loop_thread("test");
  auto forever = std::make_shared<Completion<int>>();
  behind_.answer = [forever](Exchange&) -> Task<http::Response> {
    auto wait = [](std::shared_ptr<Completion<int>> completion) -> Task<http::Response> {
      co_await *completion;
      co_return http::Response();
    };
    return wait(forever);
  };
  std::promise<http::Response> answered;
  loop->post([&] {
    http::Request request;
    request.method = "GET";
    request.target = "/api/v1/pods?timeout=20ms";
    request.headers.add("authorization", "Bearer alice");
    spawn(server().handler().handle(std::move(request)),
          [&](http::Response response) { answered.set_value(std::move(response)); });
  });
  auto response = answered.get_future().get();
  EXPECT_EQ(response.status, 504);
  EXPECT_FALSE(response.headers.has("content-type"));
  EXPECT_EQ(
      body_of(response),
      R"({"metadata":{},"status":"Failure","message":"Timeout: request did not complete within the allotted )"
      R"(timeout","reason":"Timeout","details":{},"code":504})");
  EXPECT_FALSE(lifecycle_.wait_until_idle(std::chrono::milliseconds(20))) << "its handler still runs";
  forever->complete(1);  // the handler ends on its own; its answer goes nowhere
  server().shutdown();
  EXPECT_TRUE(lifecycle_.wait_until_idle(std::chrono::milliseconds(0))) << "the server has awaited it";
}

TEST_F(Chain, LimitsWhatRunsAtOnceButNotAdministrators) {
  config_.max_requests_in_flight = 1;
  auto gate = std::make_shared<Completion<int>>();
  behind_.answer = [gate](Exchange&) -> Task<http::Response> {
    auto wait = [](std::shared_ptr<Completion<int>> completion) -> Task<http::Response> {
      co_await *completion;
      co_return http::Response();
    };
    return wait(gate);
  };
  http::Request first;
  first.method = "GET";
  first.target = "/api/v1/pods";
  first.headers.add("authorization", "Bearer alice");
  int status = 0;
  spawn(server().handler().handle(std::move(first)),
        [&](http::Response response) { status = response.status; });
  behind_.answer = Behind().answer;
  auto refused = ask("GET", "/api/v1/pods");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.get("retry-after"), "1");
  EXPECT_EQ(ask("GET", "/api/v1/pods?watch=1").status, 200);
  EXPECT_EQ(ask("POST", "/api/v1/namespaces/n/pods").status, 200);
  EXPECT_EQ(ask("GET", "/api/v1/pods", {{"authorization", "Bearer root"}}).status, 200);
  gate->complete(1);
  EXPECT_EQ(status, 200);
  EXPECT_EQ(ask("GET", "/api/v1/pods").status, 200);
}

TEST_F(Chain, SendsEachWarningOnceAndWithinABound) {
  behind_.answer = [](Exchange& exchange) -> Task<http::Response> {
    exchange.context.warn("say \"this\" \\");
    exchange.context.warn("say \"this\" \\");
    exchange.context.warn("not\nthis");
    co_return http::Response();
  };
  auto response = ask("GET", "/api/v1/pods");
  EXPECT_EQ(response.headers.get_all("warning"),
            (std::vector<std::string_view>{R"(299 - "say \"this\" \\")"}));
  behind_.answer = [](Exchange& exchange) -> Task<http::Response> {
    for (int i = 0; i < 30; ++i)
      exchange.context.warn(std::string(300, static_cast<char>('a' + i % 26)) + std::to_string(i));
    co_return http::Response();
  };
  response = ask("GET", "/api/v1/pods");
  auto warnings = response.headers.get_all("warning");
  EXPECT_EQ(warnings.size(), 16u);
  EXPECT_EQ(warnings[0], "299 - \"" + std::string(256, 'a') + "\"");
}

TEST_F(Chain, ShowsItsStepsToAdministratorsOnly) {
  auto response = ask("GET", "/api/v1/pods", {{"authorization", "Bearer root"}, {"x-pedalion-trace", "1"}});
  auto steps = response.headers.get("x-pedalion-trace");
  EXPECT_LT(steps.find("authentication="), steps.find("authorization="));
  EXPECT_NE(steps.find(";handler="), std::string_view::npos);
  response = ask("GET", "/api/v1/pods", {{"authorization", "Bearer alice"}, {"x-pedalion-trace", "1"}});
  EXPECT_FALSE(response.headers.has("x-pedalion-trace"));
}

TEST_F(Chain, AnswersPreflightsOfAllowedOrigins) {
  config_.cors_allowed_origins = {"^https://good\\.example$"};
  auto response = ask("OPTIONS", "/api/v1/pods", {{"origin", "https://good.example"}});
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.headers.get("access-control-allow-origin"), "https://good.example");
  EXPECT_FALSE(ask("GET", "/api/v1/pods", {{"origin", "https://bad.example"}})
                   .headers.has("access-control-allow-origin"));
}

TEST_F(Chain, SaysHowLongHttpsIsWanted) {
  config_.strict_transport_security_directives = {"max-age=31536000", "includeSubDomains"};
  EXPECT_EQ(ask("GET", "/version").headers.get("strict-transport-security"),
            "max-age=31536000; includeSubDomains");
}

TEST_F(Chain, RefusesNewRequestsOnceItDrains) {
  ask("GET", "/version");
  server().shutdown();
  EXPECT_TRUE(lifecycle_.is_shutting_down());
  auto response = ask("GET", "/api/v1/pods");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.headers.get("retry-after"), "1");
  EXPECT_TRUE(response.close_connection);
  EXPECT_EQ(ask("GET", "/readyz").status, 200);  // the director's answer; not this filter's business
}

TEST_F(Chain, CountsRequests) {
  ask("GET", "/api/v1/pods");
  ask("POST", "/api/v1/namespaces/n/pods");
  auto text = metrics_.expose();
  EXPECT_NE(text.find("apiserver_request_total{code=\"200\""), std::string::npos);
  EXPECT_NE(text.find("verb=\"LIST\""), std::string::npos);
  EXPECT_NE(text.find("verb=\"POST\""), std::string::npos);
}

}  // namespace
}  // namespace pedalion::server
