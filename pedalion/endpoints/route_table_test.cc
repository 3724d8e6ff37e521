#include "pedalion/endpoints/route_table.h"

#include <gmock/gmock.h>

#include <cstddef>

namespace pedalion::endpoints {
namespace {

using namespace registry::rest;

/// A capability's address without the capability: installing only asks whether there is one.
template <class Capability>
Capability* declared() {
  static std::max_align_t nowhere;
  return reinterpret_cast<Capability*>(&nowhere);
}

std::vector<ApiGroupInfo> groups() {
  Resource pods;
  pods.gvr = {"", "v1", "pods"};
  pods.kind = {"", "v1", "Pod"};
  pods.namespaced = true;
  pods.getter = declared<Getter>();
  pods.lister = declared<Lister>();
  pods.watcher = declared<Watcher>();
  pods.creater = declared<Creater>();
  pods.updater = declared<Updater>();
  pods.deleter = declared<Deleter>();
  Resource proxy;
  proxy.gvr = pods.gvr;
  proxy.kind = {"", "v1", "PodProxyOptions"};
  proxy.subresource = "proxy";
  proxy.namespaced = true;
  proxy.connecter = declared<Connecter>();
  proxy.connect_methods = {"create", "delete", "get", "patch", "update"};
  Resource nodes;
  nodes.gvr = {"", "v1", "nodes"};
  nodes.kind = {"", "v1", "Node"};
  nodes.getter = declared<Getter>();
  nodes.lister = declared<Lister>();
  return {{"", {{{"", "v1"}, {nodes, pods, proxy}}}}};
}

class RouteTableTest : public ::testing::Test {
 protected:
  RouteTableTest() { install(table_, groups_); }

  RouteTable::Match match(std::string_view method, std::string_view target) {
    return table_.match(method, parse_request_info(method, target));
  }
  /// "handle_get"; "405" or "404" when no route serves it.
  std::string served(std::string_view method, std::string_view target) {
    auto found = match(method, target);
    if (found.route == nullptr) return found.path_known ? "405" : "404";
    return std::string(found.route->handler_name);
  }

  const std::vector<ApiGroupInfo> groups_ = groups();
  RouteTable table_;
};

TEST_F(RouteTableTest, EveryVerbHasItsHandler) {
  EXPECT_EQ(served("GET", "/api/v1/namespaces/a/pods/b"), "handle_get");
  EXPECT_EQ(served("PUT", "/api/v1/namespaces/a/pods/b"), "handle_update");
  EXPECT_EQ(served("PATCH", "/api/v1/namespaces/a/pods/b"), "handle_patch");
  EXPECT_EQ(served("DELETE", "/api/v1/namespaces/a/pods/b"), "handle_delete");
  EXPECT_EQ(served("POST", "/api/v1/namespaces/a/pods"), "handle_create");
  EXPECT_EQ(served("GET", "/api/v1/namespaces/a/pods"), "handle_list");
  EXPECT_EQ(served("GET", "/api/v1/pods"), "handle_list");
}

TEST_F(RouteTableTest, WatchesByParameterAndByPrefix) {
  for (const auto* target : {"/api/v1/pods?watch=1", "/api/v1/namespaces/a/pods?watch=true",
                             "/api/v1/watch/pods", "/api/v1/watch/namespaces/a/pods/b"}) {
    EXPECT_EQ(served("GET", target), "handle_watch") << target;
  }
  // What has no watch is listed; its prefixed path does not exist.
  EXPECT_EQ(served("GET", "/api/v1/nodes?watch=1"), "handle_list");
  EXPECT_NE(served("GET", "/api/v1/watch/nodes"), "handle_list");
}

TEST_F(RouteTableTest, KnownPathsRefuseOtherMethods) {
  EXPECT_EQ(served("PUT", "/api/v1/namespaces/a/pods"), "405");
  EXPECT_EQ(served("DELETE", "/api/v1/namespaces/a/pods"), "405");  // there is no CollectionDeleter
  EXPECT_EQ(served("POST", "/api/v1/pods"), "405");
  EXPECT_EQ(served("DELETE", "/api/v1/nodes/n"), "405");
}

TEST_F(RouteTableTest, UnknownPaths) {
  for (const auto* target : {"/api/v1/namespaces/a/none", "/api/v1/namespaces/a/pods/b/none", "/api/v2/pods",
                             "/apis/apps/v1/pods", "/api/v1/pods/b", "/api/v1/namespaces/a/nodes/n"}) {
    EXPECT_EQ(served("GET", target), "404") << target;
  }
}

TEST_F(RouteTableTest, ProxiesTakeEveryMethodAndWhatIsBelow) {
  for (std::string_view method : {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}) {
    EXPECT_EQ(served(method, "/api/v1/namespaces/a/pods/b/proxy"), "handle_connect") << method;
    EXPECT_EQ(served(method, "/api/v1/namespaces/a/pods/b/proxy/x/y"), "handle_connect") << method;
  }
}

TEST_F(RouteTableTest, TextsNameEveryRoute) {
  auto text = routes_text(table_);
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(text, '\n')), table_.routes().size());
  EXPECT_THAT(text, ::testing::ContainsRegex("PATCH +/api/v1/namespaces/.namespace./pods/.name. +patch"));
  EXPECT_THAT(routes_json(table_), ::testing::HasSubstr(R"("handler": "handle_watch")"));
}

}  // namespace
}  // namespace pedalion::endpoints
