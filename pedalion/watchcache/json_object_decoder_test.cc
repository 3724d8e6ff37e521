#include "pedalion/watchcache/json_object_decoder.h"

#include <gmock/gmock.h>

#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::watchcache {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

ObjectPtr decoded(const JsonObjectDecoder& decoder, std::string text, Revision revision = 7) {
  auto object = decoder.decode("/registry/pods/n/a", Bytes(std::move(text)), revision);
  EXPECT_TRUE(object) << object.error().message;
  return object ? *object : nullptr;
}

std::string json_of(std::string text, Revision revision = 7) {
  return std::string(decoded(JsonObjectDecoder(), std::move(text), revision)->json.view());
}

TEST(JsonObjectDecoder, PutsTheResourceVersionWhereGoHasIt) {
  EXPECT_EQ(
      json_of(
          R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","namespace":"n","uid":"u","generation":2},"spec":{}})"),
      R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","namespace":"n","uid":"u","resourceVersion":"7","generation":2},"spec":{}})");
  EXPECT_EQ(
      json_of(R"({"metadata":{"name":"a","generateName":"a-","creationTimestamp":null}})"),
      R"({"metadata":{"name":"a","generateName":"a-","resourceVersion":"7","creationTimestamp":null}})");
  EXPECT_EQ(json_of(R"({"metadata":{"name":"a"}})"), R"({"metadata":{"name":"a","resourceVersion":"7"}})");
  EXPECT_EQ(json_of(R"({"metadata":{"generation":1,"name":"a"}})"),
            R"({"metadata":{"generation":1,"name":"a","resourceVersion":"7"}})");
}

TEST(JsonObjectDecoder, ReplacesAResourceVersionThatIsThere) {
  std::string text = R"({"metadata":{"name":"a","uid":"u","resourceVersion":"123","labels":{"l":"x"}}})";
  auto object = decoded(JsonObjectDecoder(), text);
  EXPECT_EQ(object->json.view(),
            R"({"metadata":{"name":"a","uid":"u","resourceVersion":"7","labels":{"l":"x"}}})");
  EXPECT_THAT(object->labels, ElementsAre(Pair("l", "x")));
  EXPECT_EQ(json_of(text, 123456),
            R"({"metadata":{"name":"a","uid":"u","resourceVersion":"123456","labels":{"l":"x"}}})");
}

TEST(JsonObjectDecoder, SharesTheBytesOfWhatIsNotStored) {
  Bytes value(std::string(R"({"metadata":{"name":"a","namespace":"n"}})") + "\n");
  auto object = JsonObjectDecoder().decode("", value, 0);
  ASSERT_TRUE(object);
  EXPECT_EQ((*object)->json.data(), value.data());
  EXPECT_EQ((*object)->json.view(), R"({"metadata":{"name":"a","namespace":"n"}})");
  EXPECT_EQ((*object)->ns, "n");
}

TEST(JsonObjectDecoder, AcceptsWhatHasNoNameUnlessItIsStored) {
  for (std::string text :
       {R"({"kind":"TokenReview","metadata":{},"spec":{}})", R"({"kind":"Status"})", "{}"}) {
    auto object = decoded(JsonObjectDecoder(), text, 0);
    EXPECT_EQ(object->json.view(), text);
    EXPECT_EQ(object->name, "");
    EXPECT_FALSE(JsonObjectDecoder().decode("k", Bytes(text), 1));
  }
}

TEST(JsonObjectDecoder, FindsTheFacts) {
  auto object = decoded(JsonObjectDecoder(),
                        R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","namespace":"n",)"
                        R"("uid":"u-1","deletionTimestamp":"2026-01-01T00:00:00Z",)"
                        R"("labels":{"app":"x","b":""},"annotations":{"labels":"{\"no\":1}"},)"
                        R"("ownerReferences":[{"kind":"A","uid":"o-1"},{"uid":"o-2","extra":[{}]}]},)"
                        R"("spec":{"name":"wrong","metadata":{"name":"wrong"}}})");
  EXPECT_EQ(object->name, "a");
  EXPECT_EQ(object->ns, "n");
  EXPECT_EQ(object->uid, "u-1");
  EXPECT_TRUE(object->terminating);
  EXPECT_THAT(object->labels, ElementsAre(Pair("app", "x"), Pair("b", "")));
  EXPECT_THAT(object->owner_uids, ElementsAre("o-1", "o-2"));
  EXPECT_EQ(object->revision, 7u);
  EXPECT_EQ(object->key, "/registry/pods/n/a");
  EXPECT_TRUE(object->json.view().substr(object->metadata_offset).starts_with(R"("metadata":{"name":"a")"));
}

TEST(JsonObjectDecoder, UndoesEscapes) {
  auto object = decoded(
      JsonObjectDecoder({{"spec.a", "spec.a", "", ""}}),
      R"({"metadata":{"name":"a\u003cb","labels":{"z":"\"q\\","b\u0026":"\ud83d\ude00"}},"spec":{"a":"\u00e4\n"}})");
  EXPECT_EQ(object->name, "a<b");
  EXPECT_THAT(object->labels, ElementsAre(Pair("b&", "\xf0\x9f\x98\x80"), Pair("z", "\"q\\")));
  EXPECT_THAT(object->fields, ElementsAre("\xc3\xa4\n"));
  EXPECT_EQ(
      object->json.view(),
      R"({"metadata":{"name":"a\u003cb","resourceVersion":"7","labels":{"z":"\"q\\","b\u0026":"\ud83d\ude00"}},"spec":{"a":"\u00e4\n"}})");
}

TEST(JsonObjectDecoder, FindsSelectableFields) {
  JsonObjectDecoder decoder({{"spec.nodeName", "spec.nodeName", "", ""},
                             {"spec.hostNetwork", "spec.hostNetwork", "", "false"},
                             {"status.replicas", "status.replicas", "", "0"},
                             {"source", "source.component", "reportingComponent", ""},
                             {"involvedObject.fieldPath", "involvedObject.fieldPath", "", ""},
                             {"spec.schedulerName", "spec.schedulerName", "", ""},
                             {"uid", "metadata.uid", "", ""},
                             {"label", "metadata.labels.l", "", ""}});
  EXPECT_EQ(decoder.labels()[1], "spec.hostNetwork");
  auto object = decoded(
      decoder,
      R"({"metadata":{"name":"a","uid":"u","labels":{"l":"x"}},"spec":{"containers":[{"nodeName":"no"}],)"
      R"("nodeName":"m","hostNetwork":true,"schedulerName":null},"status":{"replicas":3},)"
      R"("source":{"component":""},"reportingComponent":"c","involvedObject":{"fieldPath":"spec.x{y}"}})");
  EXPECT_THAT(object->fields, ElementsAre("m", "true", "3", "c", "spec.x{y}", "", "u", "x"));
  EXPECT_THAT(object->labels, ElementsAre(Pair("l", "x")));
  auto bare = decoded(decoder, R"({"metadata":{"name":"a"},"spec":{"nodeName":["no"],"hostNetwork":{}}})");
  EXPECT_THAT(bare->fields, ElementsAre("", "false", "0", "", "", "", "", ""));
}

TEST(JsonObjectDecoder, MakesTheObjectAtAnotherRevision) {
  JsonObjectDecoder decoder({{"spec.a", "spec.a", "", "none"}});
  auto object = decoded(decoder, R"({"metadata":{"name":"a\u003c","labels":{"l":"x"}},"spec":{"a":"1"}})");
  auto later = decoder.at_revision(*object, 1234);
  object.reset();
  EXPECT_EQ(
      later->json.view(),
      R"({"metadata":{"name":"a\u003c","resourceVersion":"1234","labels":{"l":"x"}},"spec":{"a":"1"}})");
  EXPECT_EQ(later->revision, 1234u);
  EXPECT_EQ(later->name, "a<");
  EXPECT_EQ(later->key, "/registry/pods/n/a");
  EXPECT_THAT(later->labels, ElementsAre(Pair("l", "x")));
  EXPECT_THAT(later->fields, ElementsAre("1"));
}

TEST(JsonObjectDecoder, ObjectsOutliveTheDecoder) {
  ObjectPtr object;
  {
    JsonObjectDecoder decoder({{"f", "f", "", "a default that is no short string"}});
    object = decoded(decoder, R"({"metadata":{"name":"a"}})");
  }
  EXPECT_THAT(object->fields, ElementsAre("a default that is no short string"));
}

TEST(JsonObjectDecoder, RefusesWhatIsNoObject) {
  JsonObjectDecoder decoder({{"spec.a", "spec.a", "", ""}});
  std::string good =
      R"({"kind":"A","metadata":{"name":"a","labels":{"l":"x"},"ownerReferences":[{"uid":"u"}]},"spec":{"a":[1,"}"],"b":1}})";
  EXPECT_TRUE(decoder.decode("k", Bytes(good), 1));
  for (std::size_t size = 0; size < good.size(); ++size) {
    auto cut = decoder.decode("k", Bytes(good.substr(0, size)), 1);
    ASSERT_FALSE(cut) << good.substr(0, size);
    EXPECT_EQ(cut.error().code, 500);
  }
  for (std::string bad :
       {"[]", "null", "{}", R"({"metadata":{}})", R"({"metadata":[]})", R"({"metadata":{"name":1}})",
        R"({"metadata":{"name":"a"}}x)", R"({"metadata":{"name":"a" "uid":"u"}})", "k8s\x01", ""}) {
    EXPECT_FALSE(decoder.decode("k", Bytes(bad), 1)) << bad;
  }
}

}  // namespace
}  // namespace pedalion::watchcache
