#include <gmock/gmock.h>

#include "pedalion/base/testing/manual_loop.h"
#include "pedalion/client/api/dynamic_client.h"
#include "pedalion/client/rest/scripted_transport.h"

namespace pedalion::client::api {
namespace {

struct ApiTest : ::testing::Test {
  ApiTest() {
    auto made = std::make_unique<rest::ScriptedTransport>(loop);
    transport = made.get();
    client = std::make_unique<rest::RestClient>(std::move(made), rest::RestClientOptions{.qps = 0});
    pods = std::make_unique<ResourceClient>(*client, meta::GroupVersionResource{"", "v1", "pods"});
  }
  const rest::ScriptedTransport::Asked& last() { return transport->asked.back(); }
  pedalion::testing::ManualLoop loop;
  rest::ScriptedTransport* transport;
  std::unique_ptr<rest::RestClient> client;
  std::unique_ptr<ResourceClient> pods;
};

TEST(Object, KnowsItsFacts) {
  auto object = Object::read(Bytes(std::string(
      R"({"apiVersion":"v1","kind":"Pod","spec":{"name":"no"},"metadata":{"labels":{"name":"no"},"name":"a",)"
      R"("namespace":"n","uid":"u","resourceVersion":"7","deletionTimestamp":"2026-01-01T00:00:00Z"}})")));
  ASSERT_TRUE(object);
  EXPECT_EQ(object->kind(), "Pod");
  EXPECT_EQ(object->api_version(), "v1");
  EXPECT_EQ(object->uid(), "u");
  EXPECT_EQ(object->resource_version(), "7");
  EXPECT_EQ(key_of(*object), "n/a");
  EXPECT_TRUE(object->deleted());
  EXPECT_EQ(object->parse().root.string_at({"metadata", "labels", "name"}), "no");
}

TEST(Object, UndoesEscapes) {
  auto object = Object::read(Bytes(std::string(R"({"metadata":{"name":"a\u003cb"}})")));
  ASSERT_TRUE(object);
  EXPECT_EQ(object->name(), "a<b");
}

TEST(Object, RefusesWhatIsNone) {
  for (std::string text : {"", "[]", "{", "{\"metadata\":{\"name\":\"a\"", "\"x\""})
    EXPECT_FALSE(Object::read(Bytes(text))) << text;
}

TEST_F(ApiTest, ListsPageByPage) {
  transport->answer(200,
                    R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"9","continue":"t",)"
                    R"("remainingItemCount":1},"items":[{"metadata":{"name":"a"}},{ }]})");
  transport->answer(200, R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"9"},)"
                         R"("items":[{"kind":"Other","metadata":{"name":"b"}}]})");
  std::vector<Object> all;
  auto outcome = loop.run(pods->in_namespace("n").for_each_page(
      {.label_selector = "a=b", .resource_version = "0", .limit = 2}, [&](ObjectList&& page) {
        EXPECT_EQ(page.resource_version, "9");
        all.insert(all.end(), page.items.begin(), page.items.end());
        return true;
      }));
  ASSERT_TRUE(outcome);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].json().view(), R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}})");
  EXPECT_EQ(all[1].json().view(), R"({"kind":"Pod","apiVersion":"v1" })");
  EXPECT_EQ(all[2].kind(), "Other");
  EXPECT_EQ(transport->asked[0].target,
            "/api/v1/namespaces/n/pods?labelSelector=a%3Db&limit=2&resourceVersion=0");
  EXPECT_EQ(transport->asked[1].target, "/api/v1/namespaces/n/pods?continue=t&labelSelector=a%3Db&limit=2");
}

TEST_F(ApiTest, EachVerbIsItsRequest) {
  for (int i = 0; i < 6; ++i) transport->answer(200, R"({"kind":"Pod","metadata":{"name":"a"}})");
  auto n = pods->in_namespace("n");
  EXPECT_TRUE(loop.run(n.create(Bytes::of_static("{}"), {.dry_run = true, .field_manager = "m"})));
  EXPECT_EQ(last().method + " " + last().target, "POST /api/v1/namespaces/n/pods?dryRun=All&fieldManager=m");
  EXPECT_TRUE(loop.run(n.update("a", Bytes::of_static("{}"), {}, "status")));
  EXPECT_EQ(last().method + " " + last().target, "PUT /api/v1/namespaces/n/pods/a/status");
  PatchOptions apply;
  apply.field_manager = "m";
  apply.force = true;
  EXPECT_TRUE(loop.run(n.apply("a", Bytes::of_static("{}"), apply)));
  EXPECT_EQ(last().method + " " + last().target,
            "PATCH /api/v1/namespaces/n/pods/a?fieldManager=m&force=true");
  EXPECT_EQ(last().headers.get("content-type"), "application/apply-patch+yaml");
  EXPECT_TRUE(loop.run(n.remove("a", {.propagation = Propagation::kForeground, .uid = "u"})));
  EXPECT_EQ(last().method, "DELETE");
  EXPECT_EQ(
      last().body,
      R"({"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Foreground","preconditions":{"uid":"u"}})");
  EXPECT_TRUE(loop.run(n.remove_all({}, {.field_selector = "a=b"})));
  EXPECT_EQ(last().target, "/api/v1/namespaces/n/pods?fieldSelector=a%3Db");
  EXPECT_FALSE(loop.run(n.get("")));
}

TEST_F(ApiTest, WatchesEventByEvent) {
  transport->answer(200, R"({"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"a"}}})"
                         "\n"
                         R"({"object":{"kind":"Pod","metadata":{"resourceVersion":"5","annotations":)"
                         R"({"k8s.io/initial-events-end":"true"}}},"type":"BOOKMARK"})"
                         "\n\n"
                         R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}})"
                         "\n");
  auto watch = loop.run(pods->watch({.resource_version = "1", .timeout = std::chrono::seconds(5)}));
  ASSERT_TRUE(watch);
  EXPECT_EQ(last().target, "/api/v1/pods?resourceVersion=1&timeoutSeconds=5&watch=true");
  auto first = loop.run(watch->next());
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->object.name(), "a");
  auto second = loop.run(watch->next());
  EXPECT_TRUE((*second)->initial_events_end);
  EXPECT_EQ((*second)->object.resource_version(), "5");
  auto third = loop.run(watch->next());
  EXPECT_EQ((*third)->error.code, 410);
  auto end = loop.run(watch->next());
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
}

TEST_F(ApiTest, SaysWhatItCouldNotRead) {
  for (std::string text :
       {"{\"type\":\"ADDED\",\"object\":{}", "{\"type\":\"NEW\",\"object\":{}}\n", "nonsense\n"}) {
    transport->answer(200, text);
    auto watch = loop.run(pods->watch());
    ASSERT_TRUE(watch);
    auto event = loop.run(watch->next());
    ASSERT_FALSE(event) << text;
    EXPECT_EQ(event.error().details()->causes[0].reason, "ClientWatchDecoding");
  }
}

}  // namespace
}  // namespace pedalion::client::api
