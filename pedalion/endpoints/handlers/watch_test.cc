#include <gmock/gmock.h>

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/endpoints/handlers/fake_resource.h"

namespace pedalion::endpoints {
namespace {

using namespace testing;
using watchcache::Subscription;
using watchcache::WatchEvent;

/// Gives its events, then is pending, or at its end.
class FakeSubscription final : public Subscription {
 public:
  FakeSubscription(std::deque<WatchEvent> events, bool ends, bool* drained)
      : events_(std::move(events)), ends_(ends), drained_(drained) {}
  Next next(WatchEvent& event) override {
    if (events_.empty()) return ends_ ? Next::kEnd : Next::kPending;
    event = std::move(events_.front());
    events_.pop_front();
    return Next::kEvent;
  }
  void on_ready(std::function<void()> ready) override { ready(); }
  void drain() override { *drained_ = true; }

 private:
  std::deque<WatchEvent> events_;
  bool ends_;
  bool* drained_;
};

class WatchTest : public ::testing::Test, public Caller {
 protected:
  http::Response watch(std::deque<WatchEvent> events, const std::string& query = "",
                       const HeaderList& headers = {},
                       const std::string& path = "/api/v1/namespaces/n/configmaps") {
    fake.subscription = std::make_unique<FakeSubscription>(std::move(events), true, &drained);
    return send(handle_watch, "GET", path + "?watch=1" + query, headers);
  }
  std::string message(http::Response response, int code) {
    EXPECT_EQ(response.status, code);
    auto text = text_of(response);
    auto at = text.find("\"message\":\"");
    return at == std::string::npos ? text : text.substr(at + 11, text.find("\",\"", at) - at - 11);
  }
  bool drained = false;
};

WatchEvent event(WatchEvent::Type type, ObjectPtr object) {
  return {.type = type, .object = std::move(object)};
}

std::deque<WatchEvent> some_events() {
  using Type = WatchEvent::Type;
  return {event(Type::kAdded, config_map("a")),
          event(Type::kModified, config_map("a", "w", 8)),
          event(Type::kDeleted, config_map("a", "w", 9)),
          WatchEvent{.type = Type::kBookmark, .revision = 10, .initial_events_end = true},
          WatchEvent{.type = Type::kBookmark, .revision = 11},
          WatchEvent{.type = Type::kError, .error = meta::expired("too old resource version: 1")}};
}

TEST_F(WatchTest, Frames) {
  auto response = watch(some_events(), "&pretty=true");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.get("content-type"), "application/json");
  EXPECT_EQ(
      text_of(response),
      R"({"type":"ADDED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"n","resourceVersion":"7"},"data":{"k":"v"}}})"
      "\n"
      R"({"type":"MODIFIED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"n","resourceVersion":"8"},"data":{"k":"w"}}})"
      "\n"
      R"({"type":"DELETED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"n","resourceVersion":"9"},"data":{"k":"w"}}})"
      "\n"
      R"({"type":"BOOKMARK","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"10","annotations":{"k8s.io/initial-events-end":"true"}}}})"
      "\n"
      R"({"type":"BOOKMARK","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"11"}}})"
      "\n"
      R"({"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version: 1","reason":"Expired","code":410}})"
      "\n");
}

TEST_F(WatchTest, FramesShareTheObjectsBytes) {
  auto object = config_map("a");
  auto response = watch({event(WatchEvent::Type::kAdded, object)});
  std::vector<Bytes> pieces;
  response.stream->pull(pieces, 1);
  ASSERT_EQ(pieces.size(), 3u);
  EXPECT_EQ(pieces[1].data(), object->json.data());
}

TEST_F(WatchTest, PullsNoMoreThanIsAskedFor) {
  auto response = watch(some_events());
  std::vector<Bytes> pieces;
  EXPECT_EQ(response.stream->pull(pieces, 1), http::BodyStream::Pull::kMore);
  EXPECT_EQ(pieces.size(), 3u);
  EXPECT_EQ(response.stream->pull(pieces, 1 << 20), http::BodyStream::Pull::kEnd);
  response.stream->drain();
  EXPECT_TRUE(drained);
}

TEST_F(WatchTest, WaitsForEvents) {
  fake.subscription = std::make_unique<FakeSubscription>(std::deque<WatchEvent>(), false, &drained);
  auto response = send(handle_watch, "GET", "/api/v1/configmaps?watch=1");
  std::vector<Bytes> pieces;
  bool told = false;
  response.stream->on_ready([&] { told = true; });
  EXPECT_TRUE(told);
  EXPECT_EQ(response.stream->pull(pieces, 100), http::BodyStream::Pull::kPending);
  EXPECT_TRUE(pieces.empty());
}

TEST_F(WatchTest, TablesTellTheirColumnsOnce) {
  auto response = watch(some_events(), "&includeObject=None",
                        {{"accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}});
  auto text = text_of(response);
  EXPECT_THAT(text, ::testing::StartsWith(
                        R"({"type":"ADDED","object":{"kind":"Table","apiVersion":"meta.k8s.io/v1",)"
                        R"("metadata":{"resourceVersion":"7"},"columnDefinitions":[{"name":"Name",)"));
  EXPECT_THAT(text, ::testing::HasSubstr(
                        R"({"type":"MODIFIED","object":{"kind":"Table","apiVersion":"meta.k8s.io/v1",)"
                        R"("metadata":{"resourceVersion":"8"},"columnDefinitions":null,)"
                        R"("rows":[{"cells":["a",""],"object":null}]}})"));
  EXPECT_THAT(text, ::testing::HasSubstr(R"({"type":"ERROR","object":{"kind":"Status",)"));
}

TEST_F(WatchTest, PartialMetadata) {
  auto response = watch({event(WatchEvent::Type::kAdded, config_map("a"))}, "",
                        {{"accept", "application/json;as=PartialObjectMetadata;v=v1beta1;g=meta.k8s.io"}});
  EXPECT_EQ(text_of(response),
            R"({"type":"ADDED","object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1beta1",)"
            R"("metadata":{"name":"a","namespace":"n","resourceVersion":"7"}}})"
            "\n");
}

TEST_F(WatchTest, DeprecatedPathsSelectTheName) {
  watch({}, "", {}, "/api/v1/watch/namespaces/n/configmaps/b");
  ASSERT_NE(fake.list_asked.fields.exact_match("metadata.name"), nullptr);
  EXPECT_EQ(*fake.list_asked.fields.exact_match("metadata.name"), "b");
  EXPECT_EQ(
      message(watch({}, "&fieldSelector=metadata.name%3Dc", {}, "/api/v1/watch/namespaces/n/configmaps/b"),
              400),
      "fieldSelector metadata.name doesn't match requested name");
}

TEST_F(WatchTest, EveryWatchHasAnEnd) {
  watch({}, "&timeoutSeconds=5");
  EXPECT_EQ(fake.list_asked.timeout_seconds, 5);
  for (const char* query : {"", "&timeoutSeconds=0", "&timeoutSeconds=-3"}) {
    watch({}, query);
    EXPECT_GE(fake.list_asked.timeout_seconds, 1800) << query;
    EXPECT_LE(fake.list_asked.timeout_seconds, 3600) << query;
  }
}

TEST_F(WatchTest, Options) {
  watch({},
        "&allowWatchBookmarks&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=3");
  EXPECT_TRUE(fake.list_asked.allow_watch_bookmarks);
  EXPECT_EQ(fake.list_asked.send_initial_events, true);
  EXPECT_EQ(fake.list_asked.resource_version, "3");
  const std::string prefix = R"(ListOptions.meta.k8s.io \"\" is invalid: )";
  EXPECT_EQ(message(watch({}, "&sendInitialEvents=true"), 422),
            prefix +
                "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to "
                "NotOlderThan");
  EXPECT_EQ(message(watch({}, "&resourceVersionMatch=NotOlderThan"), 422),
            prefix +
                "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless "
                "sendInitialEvents is provided");
}

TEST_F(WatchTest, Refusals) {
  EXPECT_EQ(watch({}, "", {{"upgrade", "WebSocket"}}).status, 501);
  EXPECT_EQ(watch({}, "", {{"upgrade", "h2c"}}).status, 200);
  EXPECT_EQ(watch({}, "", {{"accept", "application/yaml"}}).status, 406);
  fake.subscription = nullptr;
  fake.object = std::unexpected(meta::bad_request("no"));
  EXPECT_EQ(message(send(handle_watch, "GET", "/api/v1/configmaps?watch=1"), 400), "no");
}

}  // namespace
}  // namespace pedalion::endpoints
