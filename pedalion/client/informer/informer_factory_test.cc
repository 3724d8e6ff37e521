// The factory, and a server's lists and watches as a reflector reads them.
#include <gmock/gmock.h>

#include "pedalion/base/signal.h"
#include "pedalion/base/testing/manual_loop.h"
#include "pedalion/client/informer/informer.h"
#include "pedalion/client/rest/scripted_transport.h"

namespace pedalion::client::informer {
namespace {
using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const meta::GroupVersionResource kConfigMaps{"", "v1", "configmaps"};

std::string frame(std::string_view type, std::string_view metadata) {
  return R"({"type":")" + std::string(type) +
         R"(","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":)" + std::string(metadata) + "}}\n";
}

struct FactoryTest : ::testing::Test {
  static InformerOptions made_options() {
    InformerOptions options;
    options.label_selector = "app=web";
    options.seed = 3;
    return options;
  }
  pedalion::testing::ManualLoop loop;
  rest::ScriptedTransport* server = new rest::ScriptedTransport(loop);
  rest::RestClient client{std::unique_ptr<rest::Transport>(server), {.qps = -1}};
  InformerFactory factory{client, made_options()};
};

Task<void> note_sync(InformerFactory& factory, bool& synced) {
  co_await factory.wait_for_sync();
  synced = true;
}

TEST_F(FactoryTest, SharesOneInformerAResourceAndNamespace) {
  Informer& all = factory.of(kConfigMaps);
  EXPECT_EQ(&factory.of(kConfigMaps), &all);
  EXPECT_NE(&factory.of(kConfigMaps, "default"), &all);
  EXPECT_NE(&factory.of({"apps", "v1", "deployments"}), &all);
}

TEST_F(FactoryTest, StreamsTheListOfAServer) {
  server->answer(
      200,
      frame("ADDED", R"({"name":"a","namespace":"default","resourceVersion":"3"})") +
          frame("BOOKMARK", R"({"resourceVersion":"7","annotations":{"k8s.io/initial-events-end":"true"}})") +
          frame("DELETED", R"({"name":"a","namespace":"default","resourceVersion":"8"})"));
  Informer& informer = factory.of(kConfigMaps, "default");
  bool synced = false;
  Job waiting(note_sync(factory, synced));
  factory.start();
  loop.run();
  EXPECT_TRUE(synced);
  EXPECT_EQ(informer.resource_version(), "8");
  EXPECT_EQ(informer.size(), 0u);
  ASSERT_GE(server->asked.size(), 2u);
  EXPECT_THAT(server->asked[0].target,
              AllOf(StartsWith("/api/v1/namespaces/default/configmaps?"), HasSubstr("sendInitialEvents=true"),
                    HasSubstr("resourceVersionMatch=NotOlderThan"), HasSubstr("allowWatchBookmarks=true"),
                    HasSubstr("labelSelector=app%3Dweb"), HasSubstr("timeoutSeconds=")));
  EXPECT_THAT(server->asked[1].target, AllOf(HasSubstr("resourceVersion=8"), HasSubstr("watch=true")));
  factory.stop();
}

TEST_F(FactoryTest, ReadsPagesWhereTheServerCannotStream) {
  server->answer(422, R"({"kind":"Status","status":"Failure","reason":"Invalid","message":"no","code":422})");
  server->answer(
      200, R"({"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"5","continue":"t"},)"
           R"("items":[{"metadata":{"name":"a","namespace":"x","resourceVersion":"1"}}]})");
  server->answer(200, R"({"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"5"},)"
                      R"("items":[{"metadata":{"name":"b","namespace":"x","resourceVersion":"2"}}]})");
  Informer& informer = factory.of(kConfigMaps);
  factory.start();
  loop.run();
  EXPECT_EQ(informer.size(), 2u);
  EXPECT_EQ(informer.get("x", "a").kind(), "ConfigMap");
  EXPECT_THAT(server->asked[1].target, AllOf(HasSubstr("resourceVersion=0"), HasSubstr("limit=500")));
  EXPECT_THAT(server->asked[2].target, HasSubstr("continue=t"));
}

}  // namespace
}  // namespace pedalion::client::informer
