#include <gmock/gmock.h>

#include "pedalion/endpoints/handlers/call.h"

namespace pedalion::endpoints {
namespace {

using ::testing::HasSubstr;

/// Says what it was given.
class Echo final : public registry::rest::Connecter {
 public:
  Task<http::Response> connect(registry::rest::RequestContext&, std::string name, std::string subpath,
                               http::Request request) override {
    co_return http::Response(200, "text/plain", request.method + " " + name + " " + subpath);
  }
};

http::Response connect(std::string target) {
  static const scheme::Scheme kScheme;
  const Environment environment{.scheme = kScheme};
  Echo echo;
  registry::rest::Resource resource;
  resource.connecter = &echo;
  http::Request request;
  request.method = "POST";
  request.target = std::move(target);
  auto info = parse_request_info(request.method, request.target);
  registry::rest::RequestContext context;
  return sync_wait(handle_connect(Call{request, info, context, resource, environment}));
}

TEST(HandleConnect, HandsTheRequestOn) {
  auto response = connect("/api/v1/namespaces/n/pods/a/proxy/b/c");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.chunks.at(0).view(), "POST a /b/c");
}

TEST(HandleConnect, CannotPretend) {
  auto response = connect("/api/v1/namespaces/n/pods/a/exec?dryRun=All");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(std::string(response.chunks.at(0).view()), HasSubstr(R"("message":"dryRun is not supported")"));
}

}  // namespace
}  // namespace pedalion::endpoints
