#include "pedalion/endpoints/discovery/discovery.h"

#include <gmock/gmock.h>

#include <cstddef>

#include "pedalion/endpoints/discovery/documents.h"

namespace pedalion::endpoints {
namespace {

using namespace registry::rest;

/// A capability's address without the capability: documents only ask whether there is one.
template <class Capability>
Capability* declared() {
  static std::max_align_t nowhere;
  return reinterpret_cast<Capability*>(&nowhere);
}

Resource row(meta::GroupVersionResource gvr, std::string kind, std::string subresource = "") {
  Resource resource;
  resource.kind = {gvr.group, gvr.version, std::move(kind)};
  resource.gvr = std::move(gvr);
  resource.subresource = std::move(subresource);
  resource.namespaced = true;
  return resource;
}

Resource readable(Resource resource) {
  resource.getter = declared<Getter>();
  resource.updater = declared<Updater>();
  return resource;
}

std::vector<ApiGroupInfo> groups() {
  Resource pods = readable(row({"", "v1", "pods"}, "Pod"));
  pods.singular_name = "pod";
  pods.short_names = {"po"};
  pods.categories = {"all"};
  pods.storage_version_hash = "xPOwRZ+Yhw8=";
  pods.lister = declared<Lister>();
  Resource exec = row({"", "v1", "pods"}, "PodExecOptions", "exec");
  exec.connecter = declared<Connecter>();
  exec.connect_methods = {"create", "get"};
  Resource nodes = row({"", "v1", "nodes"}, "Node");
  nodes.singular_name = "node";
  nodes.namespaced = false;
  nodes.getter = declared<Getter>();
  Resource deployments = readable(row({"apps", "v1", "deployments"}, "Deployment"));
  deployments.singular_name = "deployment";
  Resource scale = readable(row({"apps", "v1", "deployments"}, "Scale", "scale"));
  scale.kind = {"autoscaling", "v1", "Scale"};
  return {{"", {{{"", "v1"}, {nodes, pods, exec}}}}, {"apps", {{{"apps", "v1"}, {deployments, scale}}}}};
}

constexpr std::string_view kV2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

class DiscoveryTest : public ::testing::Test {
 protected:
  http::Response get(std::string path, std::string_view accept = "", std::string_view known_tag = "",
                     std::string method = "GET") {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(path);
    if (!accept.empty()) request.headers.add("accept", accept);
    if (!known_tag.empty()) request.headers.add("if-none-match", known_tag);
    return discovery_.answer(request);
  }
  std::string text(const http::Response& response) {
    std::string text;
    for (const auto& chunk : response.chunks) text += chunk.view();
    return text;
  }
  Discovery discovery_{groups(), "192.0.2.2:6443"};
};

TEST_F(DiscoveryTest, Roots) {
  EXPECT_EQ(
      text(get("/api")),
      R"({"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":[{"clientCIDR":"0.0.0.0/0",)"
      R"("serverAddress":"192.0.2.2:6443"}]})"
      "\n");
  constexpr std::string_view kApps =
      R"("name":"apps","versions":[{"groupVersion":"apps/v1","version":"v1"}],)"
      R"("preferredVersion":{"groupVersion":"apps/v1","version":"v1"}})";
  EXPECT_EQ(text(get("/apis/")),
            R"({"kind":"APIGroupList","apiVersion":"v1","groups":[{)" + std::string(kApps) + "]}\n");
  EXPECT_EQ(text(get("/apis/apps")), R"({"kind":"APIGroup","apiVersion":"v1",)" + std::string(kApps) + "\n");
}

TEST_F(DiscoveryTest, ResourcesTellOfForeignKindsOnly) {
  EXPECT_EQ(
      text(get("/apis/apps/v1")),
      R"({"kind":"APIResourceList","apiVersion":"v1","groupVersion":"apps/v1","resources":[)"
      R"({"name":"deployments","singularName":"deployment","namespaced":true,"kind":"Deployment",)"
      R"("verbs":["get","patch","update"]},{"name":"deployments/scale","singularName":"","namespaced":true,)"
      R"("group":"autoscaling","version":"v1","kind":"Scale","verbs":["get","patch","update"]}]})"
      "\n");
  EXPECT_THAT(
      text(get("/api/v1")),
      ::testing::HasSubstr(R"("kind":"Pod","verbs":["get","list","patch","update"],"shortNames":["po"],)"
                           R"("categories":["all"],"storageVersionHash":"xPOwRZ+Yhw8="},)"
                           R"({"name":"pods/exec","singularName":"","namespaced":true,)"
                           R"("kind":"PodExecOptions","verbs":["create","get"]}]})"));
}

TEST_F(DiscoveryTest, AggregatedOnlyAtTheRootsAndWhenAskedFor) {
  auto response = get("/api", kV2);
  EXPECT_EQ(response.headers.get("content-type"), kV2);
  EXPECT_EQ(response.headers.get("vary"), "Accept");
  EXPECT_EQ(response.headers.get("cache-control"), "public");
  EXPECT_THAT(text(response), ::testing::StartsWith(
                                  R"({"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2",)"
                                  R"("metadata":{},"items":[{"metadata":{},"versions":[{"version":"v1",)"));
  EXPECT_THAT(text(response),
              ::testing::HasSubstr(
                  R"("subresources":[{"subresource":"exec","responseKind":)"
                  R"({"group":"","version":"","kind":"PodExecOptions"},"verbs":["create","get"]}]})"));
  EXPECT_THAT(
      text(get("/apis", kV2)),
      ::testing::HasSubstr(R"("responseKind":{"group":"autoscaling","version":"v1","kind":"Scale"})"));
  EXPECT_EQ(get("/apis/", kV2).status, 406);
  EXPECT_EQ(get("/apis/apps", kV2).status, 406);
  EXPECT_EQ(get("/apis/apps/v1", std::string(kV2) + ",application/json").status, 200);
  EXPECT_EQ(get("/apis", "application/json;g=meta.k8s.io;v=v1;as=Table").status, 406);
}

TEST_F(DiscoveryTest, TheListOfGroupsComesBeforeAnythingElseThatIsAskedFor) {
  EXPECT_EQ(get("/apis", "application/json," + std::string(kV2)).headers.get("content-type"), kV2);
  std::string beta = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
  EXPECT_EQ(get("/apis", beta).status, 406);
  EXPECT_EQ(get("/apis", beta + ",application/json").headers.get("content-type"), "application/json");
}

TEST_F(DiscoveryTest, DocumentsAreThereInProtobuf) {
  constexpr std::string_view kProtobuf = "application/vnd.kubernetes.protobuf";
  auto versions = get("/api", kProtobuf);
  EXPECT_EQ(versions.headers.get("content-type"), kProtobuf);
  // The old documents have no apiVersion, as in JSON.
  EXPECT_THAT(text(versions), ::testing::StartsWith(std::string_view("k8s\0\x0a\x0f\x0a\0\x12\x0b"
                                                                     "APIVersions",
                                                                     21)));
  EXPECT_THAT(text(get("/apis/apps/v1", kProtobuf)),
              ::testing::AllOf(::testing::HasSubstr("APIResourceList"), ::testing::HasSubstr("deployments")));
  auto list = get("/apis", std::string(kProtobuf) + ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
  EXPECT_EQ(list.headers.get("content-type"),
            std::string(kProtobuf) + ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
  EXPECT_EQ(list.headers.get("etag"), get("/apis", kV2).headers.get("etag"));
}

TEST_F(DiscoveryTest, WhoHasTheDocumentGetsNone) {
  std::string tag(get("/apis", kV2).headers.get("etag"));
  EXPECT_EQ(tag.size(), 130u);
  auto response = get("/apis", kV2, tag);
  EXPECT_EQ(response.status, 304);
  EXPECT_TRUE(response.chunks.empty());
  EXPECT_EQ(response.headers.get("etag"), tag);
  EXPECT_EQ(get("/api", kV2, tag).status, 200);  // another document
}

TEST_F(DiscoveryTest, UnknownPathsAndMethods) {
  for (const auto* path :
       {"/apis/none", "/apis/apps/v2", "/api/v2", "/apis/apps/v1/deployments", "/apis//"}) {
    auto response = get(path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(text(response), "404 page not found\n");
    EXPECT_EQ(response.headers.get("x-content-type-options"), "nosniff");
  }
  EXPECT_EQ(get("/api", "", "", "POST").status, 405);
  EXPECT_EQ(get("/apis/apps/v1", "", "", "DELETE").status, 405);
  EXPECT_EQ(get("/apis", "", "", "POST").status, 200);
}

TEST_F(DiscoveryTest, OtherForms) {
  auto response = get("/apis/apps", "application/yaml");
  EXPECT_EQ(response.headers.get("content-type"), "application/yaml");
  EXPECT_THAT(text(response), ::testing::StartsWith("apiVersion: v1\nkind: APIGroup\nname: apps\n"));
  EXPECT_THAT(text(get("/apis/apps?pretty=1")), ::testing::StartsWith("{\n  \"kind\": \"APIGroup\","));
}

TEST(Documents, OrphanedSubresourcesAreRefused) {
  std::vector<ApiGroupInfo> orphaned = {{"", {{{"", "v1"}, {row({"", "v1", "pods"}, "Pod", "status")}}}}};
  EXPECT_THROW(group_discovery_tail(orphaned, Groups::kCore), std::logic_error);
}

}  // namespace
}  // namespace pedalion::endpoints
