#include "pedalion/registry/builtin/virtuals/connecters.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/registry/builtin/virtuals/objects_for_tests.h"

namespace pedalion::registry::builtin::virtuals {
namespace {

class ConnectersTest : public testing::Test {
 protected:
  ConnectersTest() {
    context_.ns = "n";
    pods_.add(R"({"metadata":{"name":"alone"},"spec":{"containers":[{"name":"c"}]}})");
    pods_.add(R"({"metadata":{"name":"two"},"spec":{"initContainers":[{"name":"i"}],
                  "containers":[{"name":"a"},{"name":"b"}]}})");
    pods_.add(R"({"metadata":{"name":"placed"},"spec":{"nodeName":"here","containers":[{"name":"c"}]},
                  "status":{"podIP":"10.0.0.7"}})");
    pods_.add(R"({"metadata":{"name":"lost"},"spec":{"nodeName":"gone","containers":[{"name":"c"}]},
                  "status":{"podIP":"127.0.0.1"}})");
    nodes_.add(
        R"({"metadata":{"name":"here"},"status":{"addresses":[{"type":"InternalIP","address":"10.0.0.1"}]}})");
    nodes_.add(R"({"metadata":{"name":"bare"}})");
    services_.add(R"({"metadata":{"name":"web"},"spec":{"ports":[{"name":"http","port":80}]}})");
    endpoints_.add(
        R"({"metadata":{"name":"web"},"subsets":[{"ports":[{"name":"http","port":8080}],"addresses":[
                       {"ip":"10.0.0.7","targetRef":{"kind":"Pod","namespace":"n","name":"placed"}}]}]})");
    endpoints_.add(R"({"metadata":{"name":"elsewhere"},"subsets":[{"ports":[{"port":8080}],"addresses":[
                       {"ip":"10.0.0.7","targetRef":{"kind":"Pod","namespace":"m","name":"placed"}}]}]})");
  }

  std::string asked(rest::Connecter& connecter, std::string name, std::string query, bool upgrade = false) {
    http::Request request;
    request.target = "/x?" + std::move(query);
    if (upgrade) request.headers.add("connection", "Upgrade");
    auto response = sync_wait(connecter.connect(context_, std::move(name), "", std::move(request)));
    std::string text;
    for (const Bytes& part : response.chunks) text += part.view();
    if (text.empty()) return std::to_string(response.status);
    auto status = json::parse(text).value();
    return std::to_string(response.status) + " " +
           std::string(std::as_const(status.root).string_at({"message"}));
  }
  std::string pod(std::string_view subresource, std::string name, std::string query, bool upgrade = false) {
    PodConnecter connecter({pods_, nodes_, services_, endpoints_}, subresource);
    return asked(connecter, std::move(name), std::move(query), upgrade);
  }
  std::string service(std::string name) {
    ServiceProxy proxy({pods_, nodes_, services_, endpoints_});
    return asked(proxy, std::move(name), "");
  }
  std::string node(std::string name) {
    NodeProxy proxy({pods_, nodes_, services_, endpoints_});
    return asked(proxy, std::move(name), "");
  }

  rest::RequestContext context_;
  ObjectsForTests pods_, nodes_, services_, endpoints_;
};

constexpr char kNoKubelets[] = "501 this server has no connection to kubelets";

TEST_F(ConnectersTest, LogsAreJudgedBeforePodsAreLookedFor) {
  EXPECT_EQ(pod("log", "none", "limitBytes=x"), R"(400 strconv.ParseInt: parsing "x": invalid syntax)");
  EXPECT_EQ(
      pod("log", "none", "tailLines=-1"),
      R"(422 PodLogOptions "none" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0)");
  EXPECT_EQ(pod("log", "none", "stream=All"),
            R"(422 PodLogOptions "none" is invalid: stream: Forbidden: may not be specified)");
  EXPECT_EQ(pod("log", "none", ""), R"(404 pods "none" not found)");
}

TEST_F(ConnectersTest, ContainersAreChosen) {
  EXPECT_EQ(pod("log", "alone", ""), "204");
  EXPECT_EQ(pod("log", "two", "container=i"), "204");
  EXPECT_EQ(pod("log", "two", "container=z"), "400 container z is not valid for pod two");
  EXPECT_EQ(pod("exec", "two", "command=ls"),
            "400 a container name must be specified for pod two, choose one of: [i a b]");
}

TEST_F(ConnectersTest, StreamsNeedANodeAndAnUpgrade) {
  EXPECT_EQ(pod("attach", "alone", ""), "400 pod alone does not have a host assigned");
  EXPECT_EQ(pod("portforward", "alone", "ports=80,x"),
            R"(400 cannot convert to []int32: strconv.ParseUint: parsing "x": invalid syntax)");
  EXPECT_EQ(pod("exec", "lost", ""), R"(404 pods "gone" not found)");
  EXPECT_EQ(pod("exec", "placed", ""), "400 Upgrade request required");
  EXPECT_EQ(pod("exec", "placed", "", true), kNoKubelets);
  EXPECT_EQ(pod("log", "placed", ""), kNoKubelets);
}

TEST_F(ConnectersTest, ProxiesGoToReachableAddresses) {
  EXPECT_EQ(pod("proxy", "a:b:c", ""), R"(400 invalid pod request "a:b:c")");
  EXPECT_EQ(pod("proxy", "alone", ""), "400 address not allowed");
  EXPECT_EQ(pod("proxy", "lost", ""), "400 address not allowed");
  EXPECT_EQ(pod("proxy", "https:placed:443", ""), kNoKubelets);
  EXPECT_EQ(node("here"), kNoKubelets);
  EXPECT_EQ(node("none"), R"(404 nodes "none" not found)");
  EXPECT_EQ(node("bare"), "500 no preferred addresses found; known addresses: []");
}

TEST_F(ConnectersTest, ServicesHavePodsBehindThem) {
  EXPECT_EQ(service("web:http"), kNoKubelets);
  EXPECT_EQ(service("web:80"), kNoKubelets);
  EXPECT_EQ(service("web"), R"(503 no endpoints available for service "web")");
  EXPECT_EQ(service("web:81"), R"(503 no service port 81 found for service "web")");
  EXPECT_EQ(service("elsewhere"), R"(503 no endpoints available for service "elsewhere")");
  EXPECT_EQ(service("none"), R"(404 services "none" not found)");
}

}  // namespace
}  // namespace pedalion::registry::builtin::virtuals
