#include "pedalion/client/api/kinds.h"

#include <gmock/gmock.h>

#include "pedalion/base/testing/manual_loop.h"
#include "pedalion/client/api/discovery.h"
#include "pedalion/client/rest/scripted_transport.h"

namespace pedalion::client::api {
namespace {

struct KindsTest : ::testing::Test {
  KindsTest() {
    auto made = std::make_unique<rest::ScriptedTransport>(loop);
    transport = made.get();
    client = std::make_unique<rest::RestClient>(std::move(made), rest::RestClientOptions{.qps = 0});
  }
  pedalion::testing::ManualLoop loop;
  rest::ScriptedTransport* transport;
  std::unique_ptr<rest::RestClient> client;
};

/// A type that a program declares itself.
struct Widget {
  std::string name;
  std::int64_t size = 0;
  static meta::GroupVersionResource resource() { return {"example.com", "v1", "widgets"}; }
  static Result<Widget> from_json(const json::Value& object) {
    const json::Value* size = object.at({"spec", "size"});
    if (size == nullptr) return std::unexpected(Status(422, "Invalid", "a widget has a size"));
    return Widget{std::string(object.string_at({"metadata", "name"})), size->int_or(0)};
  }
  json::Value to_json(json::Arena& arena) const {
    json::Value object = json::Value::object(arena);
    object.set("kind", json::Value::string("Widget"), arena);
    object.object_at("metadata", arena).set("name", json::Value::string(name, arena), arena);
    object.object_at("spec", arena).set("size", json::Value::integer(size), arena);
    return object;
  }
};

TEST_F(KindsTest, ATypeOfOnesOwnHasEveryVerb) {
  Api<Widget> widgets = Api<Widget>(*client).in_namespace("n");
  transport->answer(201, R"({"metadata":{"name":"w"},"spec":{"size":3}})");
  auto made = loop.run(widgets.create({.name = "w", .size = 3}));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->size, 3);
  EXPECT_EQ(transport->asked[0].target, "/apis/example.com/v1/namespaces/n/widgets");
  EXPECT_EQ(transport->asked[0].body, R"({"kind":"Widget","metadata":{"name":"w"},"spec":{"size":3}})");
  transport->answer(200, R"({"metadata":{"name":"w"}})");
  EXPECT_EQ(loop.run(widgets.get("w")).error().message, "a widget has a size");
  transport->answer(
      200, R"({"type":"ADDED","object":{"metadata":{"name":"w","resourceVersion":"4"},"spec":{"size":1}}})"
           "\n");
  auto watch = loop.run(widgets.watch());
  auto event = loop.run(watch->next());
  ASSERT_TRUE(event && *event);
  EXPECT_EQ((*event)->object->size, 1);
  EXPECT_EQ((*event)->resource_version, "4");
}

TEST_F(KindsTest, AnEditableKeepsWhatItDoesNotKnow) {
  transport->answer(200, R"({"metadata":{"name":"d","x":1},"spec":{"replicas":1,"new":[true]}})");
  transport->answer(200, R"({"metadata":{"name":"d"}})");
  Api<Deployment> api = Api<Deployment>(*client).in_namespace("n");
  auto deployment = loop.run(api.get("d"));
  ASSERT_TRUE(deployment);
  EXPECT_EQ(deployment->integer({"spec", "replicas"}), 1);
  deployment->set({"spec", "replicas"}, 2).set_label("a", "b").erase({"metadata", "x"});
  ASSERT_TRUE(deployment->set_json({"spec", "template"}, R"({"a":[1]})"));
  EXPECT_FALSE(deployment->set_json({"spec", "template"}, "{"));
  ASSERT_TRUE(loop.run(api.update("d", *deployment)));
  EXPECT_EQ(
      transport->asked[1].body,
      R"({"metadata":{"name":"d","labels":{"a":"b"}},"spec":{"replicas":2,"new":[true],"template":{"a":[1]}}})");
}

TEST_F(KindsTest, DiscoversTheAggregatedForm) {
  transport->answer(
      200, R"({"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":""},"versions":[{"version":)"
           R"("v1","resources":[{"resource":"pods","responseKind":{"group":"","version":"","kind":"Pod"},)"
           R"("scope":"Namespaced","singularResource":"pod","shortNames":["po"],"verbs":["get","list"],)"
           R"("subresources":[{"subresource":"eviction","responseKind":{"group":"policy","version":"v1",)"
           R"("kind":"Eviction"},"verbs":["create"]}]}]}]}]})");
  transport->answer(
      200,
      R"({"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"apps"},"versions":[{"version":)"
      R"("v2","resources":[]},{"version":"v1","freshness":"Stale","resources":[{"resource":)"
      R"("deployments","responseKind":{"kind":"Deployment"},"scope":"Namespaced","verbs":["list"]}]}]}]})");
  auto found = loop.run(discover(*client));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->resources.size(), 3u);
  EXPECT_EQ(found->resources[1].resource.resource, "pods/eviction");
  EXPECT_EQ(found->resources[1].kind.group, "policy");
  EXPECT_EQ(found->failed.size(), 1u);
  EXPECT_EQ(found->preferred({"list"}).size(), 2u);
  EXPECT_EQ(found->preferred({"get", "list"}).size(), 1u);
  RestMapper mapper(*std::move(found));
  EXPECT_EQ((*mapper.for_resource("po"))->kind.kind, "Pod");
  EXPECT_EQ((*mapper.for_resource("deployments.apps"))->kind.kind, "Deployment");
  EXPECT_EQ((*mapper.for_resource("deployments.v1.apps"))->resource.version, "v1");
  EXPECT_EQ((*mapper.for_kind({"apps", "v1", "Deployment"}))->resource.resource, "deployments");
  EXPECT_EQ(mapper.for_kind({"apps", "v1", "No"}).error().message,
            "no matches for kind \"No\" in version \"apps/v1\"");
  EXPECT_EQ(mapper.for_resource("nothing").error().message,
            "the server doesn't have a resource type \"nothing\"");
}

TEST_F(KindsTest, DiscoversVersionsAndWhatIsPreferred) {
  transport->answer(404, "");
  transport->answer(200, R"({"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"apps"},"versions":[
      {"version":"v1","freshness":"Current","resources":[{"resource":"deployments","scope":"Namespaced",
       "responseKind":{"group":"","kind":"Deployment","version":""},"verbs":["get","delete"]}]},
      {"version":"v1beta1","freshness":"Stale","resources":[{"resource":"deployments","scope":"Namespaced",
       "responseKind":{"kind":"Deployment"},"verbs":[]},{"resource":"olds","scope":"Cluster",
       "responseKind":{"kind":"Old"},"verbs":["list"]}]}]}]})");
  auto found = loop.run(discover(*client));
  ASSERT_TRUE(found);
  const auto& all = found->resources;
  ASSERT_EQ(all.size(), 3U);
  EXPECT_TRUE(all[0].preferred && all[0].namespaced && all[0].has_verb("delete"));
  EXPECT_FALSE(all[1].preferred);
  EXPECT_TRUE(all[2].preferred && !all[2].namespaced && !all[2].has_verb("delete"));
  ASSERT_EQ(found->failed.size(), 1U);
  EXPECT_EQ(found->failed[0].first.api_version(), "apps/v1beta1");
  EXPECT_TRUE(found->is_unknown({"apps", "v1beta1"}));
  EXPECT_FALSE(found->is_unknown({"apps", "v1"}));
  ASSERT_NE(found->find({"apps", "v1", "Deployment"}), nullptr);
  EXPECT_EQ(found->find({"apps", "v1", "Deployment"})->resource.resource, "deployments");
  EXPECT_EQ(found->find({"", "v1", "Deployment"}), nullptr);
}

TEST_F(KindsTest, DiscoversGroupByGroupWhereItMust) {
  transport->answer(200, R"({"kind":"APIVersions","versions":["v1"]})");
  transport->answer(200, R"({"resources":[{"name":"nodes","kind":"Node","verbs":["get"]}]})");
  transport->answer(200,
                    R"({"kind":"APIGroupList","groups":[{"name":"x","preferredVersion":{"version":"v2"},)"
                    R"("versions":[{"version":"v1"},{"version":"v2"}]}]})");
  transport->answer(200, R"({"resources":[{"name":"as","kind":"A","namespaced":true}]})");
  transport->answer(503, "down");
  auto found = loop.run(discover(*client));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->resources.size(), 2u);
  EXPECT_EQ(found->resources[1].kind, (meta::GroupVersionKind{"x", "v2", "A"}));
  EXPECT_EQ(found->groups[1].versions[0], "v2");
  ASSERT_EQ(found->failed.size(), 1u);
  EXPECT_EQ(found->failed[0].first.version, "v1");
}

}  // namespace
}  // namespace pedalion::client::api
