#include <gmock/gmock.h>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/codec/protobuf.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/endpoints/handlers/encoded_objects.h"
#include "pedalion/endpoints/handlers/fake_resource.h"
#include "pedalion/endpoints/handlers/gzip.h"

namespace pedalion::endpoints {
namespace {

using namespace testing;
using watchcache::Subscription;
using watchcache::WatchEvent;

constexpr const char* kProtobuf = "application/vnd.kubernetes.protobuf";

/// The object in an envelope, as compact JSON.
std::string json_of(std::string_view bytes) {
  static const scheme::Scheme kScheme;
  auto envelope = codec::open_envelope(bytes);
  if (!envelope) return envelope.error().message;
  auto group_version = *meta::GroupVersion::parse(envelope->api_version);
  meta::GroupVersionKind kind{group_version.group, group_version.version, std::string(envelope->kind)};
  const auto* type = kScheme.type(kind);
  if (type == nullptr) return "no such kind: " + kind.kind;
  json::Document document;
  auto root = codec::decode_message(envelope->raw, *type, document.arena);
  if (!root) return root.error().message;
  document.root = *root;
  if (!codec::reshape(document, *type)) return "not shaped";
  codec::set_type_meta(document, kind);
  return json::to_string(document.root);
}

class ProtobufTest : public ::testing::Test, public Caller {
 protected:
  http::Response get(const std::string& accept = kProtobuf) {
    return send(handle_get, "GET", "/api/v1/namespaces/n/configmaps/a", {{"accept", accept}});
  }
  http::Response list(const HeaderList& headers) {
    return send(handle_list, "GET", "/api/v1/namespaces/n/configmaps", headers);
  }
};

TEST_F(ProtobufTest, ObjectsAreTheSameAsInJson) {
  auto response = get();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.get("content-type"), kProtobuf);
  EXPECT_EQ(json_of(text_of(response)), (*fake.object)->json.view());
}

TEST_F(ProtobufTest, AllWhoAskForAVersionOfAnObjectShareItsBytes) {
  auto first = get(), second = get();
  ASSERT_EQ(first.chunks.size(), 1u);
  EXPECT_EQ(first.chunks[0].data(), second.chunks[0].data());
  fake.objects->items = {*fake.object};
  auto third = list({{"accept", kProtobuf}});
  EXPECT_GT(third.chunks[2].data(), first.chunks[0].data());
  EXPECT_LT(third.chunks[2].data(), first.chunks[0].data() + first.chunks[0].size());
  fake.object = config_map("a", "w", 8);
  EXPECT_NE(get().chunks[0].data(), first.chunks[0].data());
}

TEST_F(ProtobufTest, Lists) {
  fake.objects->items = {config_map("a"), config_map("b")};
  fake.objects->revision = 12;
  fake.objects->remaining_item_count = 3;
  auto response = list({{"accept", kProtobuf}});
  EXPECT_EQ(response.headers.get("content-type"), kProtobuf);
  EXPECT_EQ(
      json_of(text_of(response)),
      R"({"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"12",)"
      R"("remainingItemCount":3},"items":[{"metadata":{"name":"a","namespace":"n","resourceVersion":"7"},)"
      R"("data":{"k":"v"}},{"metadata":{"name":"b","namespace":"n","resourceVersion":"7"},)"
      R"("data":{"k":"v"}}]})");
}

TEST_F(ProtobufTest, LargeListsAreStreamedAndCompressed) {
  for (int i = 0; i < 200; ++i) fake.objects->items.push_back(config_map("a", std::string(1000, 'x')));
  auto plain = list({{"accept", kProtobuf}});
  EXPECT_TRUE(plain.stream);
  EXPECT_TRUE(plain.chunks.empty());
  EXPECT_THAT(json_of(text_of(plain)), ::testing::StartsWith(R"({"kind":"ConfigMapList")"));
  auto compressed = list({{"accept", kProtobuf}, {"accept-encoding", "gzip"}});
  EXPECT_EQ(compressed.headers.get("content-encoding"), "gzip");
  EXPECT_LT(text_of(compressed).size(), 20'000u);
}

TEST_F(ProtobufTest, Metadata) {
  auto one = get("application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
  EXPECT_EQ(json_of(text_of(one)),
            R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a",)"
            R"("namespace":"n","resourceVersion":"7"}})");
  fake.objects->items = {config_map("a")};
  for (std::string version : {"v1", "v1beta1"}) {
    auto all = list({{"accept",
                      "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;"
                      "g=meta.k8s.io;v=" +
                          version}});
    EXPECT_EQ(json_of(text_of(all)), R"({"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/)" +
                                         version +
                                         R"(","metadata":{},"items":[{"metadata":{"name":"a",)"
                                         R"("namespace":"n","resourceVersion":"7"}}]})");
  }
}

TEST_F(ProtobufTest, ErrorsAndStatuses) {
  fake.object = std::unexpected(meta::not_found({"", "configmaps"}, "a"));
  auto error = get();
  EXPECT_EQ(error.status, 404);
  EXPECT_EQ(error.headers.get("content-type"), kProtobuf);
  EXPECT_EQ(json_of(text_of(error)), R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",)"
                                     R"("message":"configmaps \"a\" not found","reason":"NotFound",)"
                                     R"("details":{"name":"a","kind":"configmaps"},"code":404})");
  fake.deleted = DeleteResult{.deleted = true};
  auto deleted = send(handle_delete, "DELETE", "/api/v1/namespaces/n/configmaps/a", {{"accept", kProtobuf}});
  EXPECT_THAT(json_of(text_of(deleted)), ::testing::HasSubstr(R"("status":"Success")"));
  // A binding is answered with a Status.
  fake.object =
      object_of(R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":201})");
  EXPECT_EQ(json_of(text_of(*std::make_unique<http::Response>(get()))), (*fake.object)->json.view());
}

TEST_F(ProtobufTest, BodiesAndAnswers) {
  auto given = get();
  std::string body = text_of(given);
  auto made = send(handle_create, "POST", "/api/v1/namespaces/n/configmaps",
                   {{"accept", kProtobuf}, {"content-type", kProtobuf}}, body);
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(fake.written, (*fake.object)->json.view());
  EXPECT_EQ(text_of(made), body);
}

/// Gives its events, then ends.
class Events final : public Subscription {
 public:
  explicit Events(std::deque<WatchEvent> events) : events_(std::move(events)) {}
  Next next(WatchEvent& event) override {
    if (events_.empty()) return Next::kEnd;
    event = std::move(events_.front());
    events_.pop_front();
    return Next::kEvent;
  }
  void on_ready(std::function<void()>) override {}
  void drain() override {}

 private:
  std::deque<WatchEvent> events_;
};

std::uint32_t length_at(std::string_view bytes) {
  std::uint32_t length = 0;
  for (int i = 0; i < 4; ++i)
    length = length << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
  return length;
}

/// "ADDED {…}", one each.
std::vector<std::string> events_of(std::string_view bytes) {
  std::vector<std::string> shown;
  while (bytes.size() >= 4) {
    auto frame = bytes.substr(4, length_at(bytes));
    bytes.remove_prefix(4 + frame.size());
    auto type = frame.substr(2, static_cast<unsigned char>(frame[1]));
    shown.push_back(std::string(type) + " " + json_of(frame.substr(frame.find("k8s"))));
  }
  EXPECT_TRUE(bytes.empty());
  return shown;
}

TEST_F(ProtobufTest, Watches) {
  auto watch = [&](const std::string& accept) {
    using Type = WatchEvent::Type;
    WatchEvent error{.type = Type::kError};
    error.error = Status(410, "Expired", "too old");
    fake.subscription = std::make_unique<Events>(
        std::deque<WatchEvent>{{.type = Type::kAdded, .object = config_map("a", std::string(200, 'x'))},
                               {.type = Type::kDeleted, .object = config_map("a", "w", 8)},
                               {.type = Type::kBookmark, .revision = 9, .initial_events_end = true},
                               error});
    return send(handle_watch, "GET", "/api/v1/namespaces/n/configmaps?watch=1", {{"accept", accept}});
  };
  auto whole = watch(kProtobuf);
  EXPECT_EQ(whole.headers.get("content-type"), "application/vnd.kubernetes.protobuf;stream=watch");
  constexpr const char* kBookmark =
      R"(","metadata":{"resourceVersion":"9","annotations":{"k8s.io/initial-events-end":"true"}}})";
  constexpr const char* kError =
      R"(ERROR {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old",)"
      R"("reason":"Expired","code":410})";
  EXPECT_THAT(events_of(text_of(whole)),
              ::testing::ElementsAre(
                  "ADDED " + std::string(config_map("a", std::string(200, 'x'))->json.view()),
                  "DELETED " + std::string(config_map("a", "w", 8)->json.view()),
                  std::string(R"(BOOKMARK {"kind":"ConfigMap","apiVersion":"v1)") + kBookmark, kError));
  auto partial = watch("application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
  EXPECT_THAT(
      events_of(text_of(partial)),
      ::testing::ElementsAre(
          R"(ADDED {"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1",)"
          R"("metadata":{"name":"a","namespace":"n","resourceVersion":"7"}})",
          ::testing::StartsWith("DELETED {\"kind\":\"PartialObjectMetadata\""),
          std::string(R"(BOOKMARK {"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1)") + kBookmark,
          kError));
}

TEST(EncodedObjects, EveryListHoldsItsItemsInTheObjectField) {
  const scheme::Scheme scheme;
  int lists = 0;
  for (const auto& gv : scheme.group_versions()) {
    for (std::string_view kind : scheme.kinds(gv)) {
      const auto* items = scheme.type(gv.group, gv.version, kind)->field("items");
      if (items == nullptr || gv.group == "meta.k8s.io") continue;
      EXPECT_EQ(items->proto_number, kObjectField) << gv.api_version() << " " << kind;
      ++lists;
    }
  }
  EXPECT_GT(lists, 80);
}

TEST(EncodedObjects, ForgetsTheOldest) {
  const scheme::Scheme scheme;
  const auto& type = *scheme.type("", "v1", "ConfigMap");
  EncodedObjects encoded(16 * 10'000);
  auto first = config_map("first");
  auto bytes = encoded.get(first, type)->whole;
  EXPECT_EQ(encoded.get(first, type)->whole.data(), bytes.data());
  std::vector<ObjectPtr> others;
  for (int i = 0; i < 1000; ++i) {
    others.push_back(config_map(std::to_string(i), std::string(900, 'x')));
    ASSERT_TRUE(encoded.get(others.back(), type));
  }
  EXPECT_LE(encoded.size(), 160'000u);
  EXPECT_GT(encoded.size(), 120'000u);
  EXPECT_NE(encoded.get(first, type)->whole.data(), bytes.data());
  ASSERT_TRUE(encoded.get(config_map("huge", std::string(20'000, 'x')), type));  // not remembered
  EXPECT_LE(encoded.size(), 160'000u);
}

TEST(EncodedObjects, IsNotFooledByAnAddressThatIsUsedAgain) {
  const scheme::Scheme scheme;
  const auto& type = *scheme.type("", "v1", "ConfigMap");
  EncodedObjects encoded;
  // Objects of their own allocation, one after the other at what is likely the same address.
  for (int i = 0; i < 100; ++i) {
    ObjectPtr object(new watchcache::Object(*config_map("number-" + std::to_string(i))));
    EXPECT_THAT(std::string(encoded.get(object, type)->whole.view()),
                ::testing::HasSubstr("number-" + std::to_string(i)));
  }
}

}  // namespace
}  // namespace pedalion::endpoints
