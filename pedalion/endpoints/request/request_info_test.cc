#include "pedalion/endpoints/request/request_info.h"

#include <gtest/gtest.h>

namespace pedalion::endpoints {
namespace {

struct Case {
  const char *method, *target, *verb, *group, *version, *ns, *resource, *subresource, *name;
};

TEST(RequestInfo, OfResources) {
  const Case cases[] = {
      {"GET", "/api/v1/pods", "list", "", "v1", "", "pods", "", ""},
      {"GET", "/api/v1/namespaces/a/pods/", "list", "", "v1", "a", "pods", "", ""},
      {"GET", "/api/v1/namespaces/a/pods/b", "get", "", "v1", "a", "pods", "", "b"},
      {"HEAD", "/api/v1/namespaces/a/pods/b", "get", "", "v1", "a", "pods", "", "b"},
      {"GET", "/api/v1/namespaces/a/pods?watch", "watch", "", "v1", "a", "pods", "", ""},
      {"GET", "/api/v1/namespaces/a/pods?watch=FALSE", "list", "", "v1", "a", "pods", "", ""},
      {"GET", "/api/v1/pods?watch=1&fieldSelector=metadata.name%3Dx", "watch", "", "v1", "", "pods", "", "x"},
      {"GET", "/api/v1/pods?fieldSelector=metadata.name!%3Dx", "list", "", "v1", "", "pods", "", ""},
      {"GET", "/api/v1/watch/namespaces/a/pods/b", "watch", "", "v1", "a", "pods", "", "b"},
      {"DELETE", "/apis/apps/v1/namespaces/a/deployments", "deletecollection", "apps", "v1", "a",
       "deployments", "", ""},
      {"PATCH", "/apis/apps/v1/namespaces/a/deployments/b/scale", "patch", "apps", "v1", "a", "deployments",
       "scale", "b"},
      {"GET", "/api/v1/namespaces/a", "get", "", "v1", "a", "namespaces", "", "a"},
      {"PUT", "/api/v1/namespaces/a/finalize", "update", "", "v1", "a", "namespaces", "finalize", "a"},
      {"POST", "/api/v1/nodes/n/proxy/some/path", "create", "", "v1", "", "nodes", "proxy", "n"},
      {"TRACE", "/api/v1/pods", "", "", "v1", "", "pods", "", ""},
  };
  for (const Case& c : cases) {
    auto info = parse_request_info(c.method, c.target);
    SCOPED_TRACE(c.target);
    EXPECT_TRUE(info.is_resource_request);
    EXPECT_EQ(info.verb, c.verb);
    EXPECT_EQ(info.api_group, c.group);
    EXPECT_EQ(info.api_version, c.version);
    EXPECT_EQ(info.ns, c.ns);
    EXPECT_EQ(info.resource, c.resource);
    EXPECT_EQ(info.subresource, c.subresource);
    EXPECT_EQ(info.name, c.name);
  }
}

TEST(RequestInfo, OfOtherPaths) {
  for (auto target : {"/", "/api", "/api/v1", "/apis/apps/v1", "/healthz", "/openapi/v2", ""}) {
    auto info = parse_request_info("GET", target);
    EXPECT_FALSE(info.is_resource_request) << target;
    EXPECT_EQ(info.verb, "get");
  }
}

TEST(RequestInfo, PrefixesStandBeforeSomething) {
  EXPECT_TRUE(parse_request_info("GET", "/apis/apps/v1/watch").names_nothing);
  EXPECT_TRUE(parse_request_info("GET", "/api/v1/proxy?a=b").names_nothing);
  EXPECT_FALSE(parse_request_info("GET", "/api/v1/watch/pods").names_nothing);
  EXPECT_FALSE(parse_request_info("GET", "/api/v1/pods").names_nothing);
}

TEST(RequestInfo, LongRunning) {
  EXPECT_TRUE(is_long_running(parse_request_info("GET", "/api/v1/pods?watch=true")));
  EXPECT_TRUE(is_long_running(parse_request_info("POST", "/api/v1/namespaces/a/pods/b/exec")));
  EXPECT_FALSE(is_long_running(parse_request_info("GET", "/api/v1/pods")));
}

}  // namespace
}  // namespace pedalion::endpoints
