// GET and LIST: forms, options, bytes.
#include <gmock/gmock.h>
#include <zlib.h>

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/endpoints/handlers/fake_resource.h"
#include "pedalion/endpoints/handlers/gzip.h"

namespace pedalion::endpoints {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kTable = "application/json;as=Table;v=v1;g=meta.k8s.io";
constexpr const char* kPartial = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
constexpr const char* kPartialList = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
const std::string kOne = "/api/v1/namespaces/n/configmaps/a";
const std::string kAll = "/api/v1/namespaces/n/configmaps";

std::string inflated(const std::string& text) {
  z_stream z{};
  EXPECT_EQ(inflateInit2(&z, 15 + 16), Z_OK);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  std::string out;
  char buffer[4096];
  int code = Z_OK;
  while (code == Z_OK) {
    z.next_out = reinterpret_cast<Bytef*>(buffer);
    z.avail_out = sizeof buffer;
    code = inflate(&z, Z_NO_FLUSH);
    out.append(buffer, sizeof buffer - z.avail_out);
  }
  EXPECT_EQ(code, Z_STREAM_END);
  inflateEnd(&z);
  return out;
}

class ReadTest : public ::testing::Test, public Caller {
 protected:
  http::Response get(const std::string& query = "", const HeaderList& headers = {}) {
    return send(handle_get, "GET", kOne + query, headers);
  }
  http::Response list(const std::string& query = "", const HeaderList& headers = {}) {
    return send(handle_list, "GET", kAll + query, headers);
  }
  /// The message of what is refused with `code`.
  std::string refusal(http::Response response, int code) {
    EXPECT_EQ(response.status, code);
    auto text = text_of(response);
    auto at = text.find("\"message\":\"");
    return at == std::string::npos ? text : text.substr(at + 11, text.find("\",\"", at) - at - 11);
  }
};

TEST_F(ReadTest, AnObjectsBytesAreShared) {
  auto response = get("?resourceVersion=5");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.get("content-type"), "application/json");
  ASSERT_EQ(response.chunks.size(), 2u);
  EXPECT_EQ(response.chunks[0].data(), (*fake.object)->json.data());
  EXPECT_EQ(response.chunks[1].view(), "\n");
  EXPECT_EQ(fake.name_asked, "a");
  EXPECT_EQ(fake.get_asked.resource_version, "5");
}

TEST_F(ReadTest, ObjectsInOtherForms) {
  auto yaml = get("", {{"accept", "application/yaml"}});
  EXPECT_EQ(yaml.headers.get("content-type"), "application/yaml");
  EXPECT_EQ(text_of(yaml),
            "apiVersion: v1\ndata:\n  k: v\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: \"n\"\n"
            "  resourceVersion: \"7\"\n");
  auto pretty = get("?pretty=1");
  EXPECT_THAT(text_of(pretty), StartsWith("{\n  \"kind\": \"ConfigMap\",\n"));
  EXPECT_TRUE(text_of(pretty).ends_with("\n}"));  // no newline behind it
  auto partial = get("", {{"accept", kPartial}});
  EXPECT_EQ(text_of(partial), R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":)"
                              R"({"name":"a","namespace":"n","resourceVersion":"7"}})"
                              "\n");
}

TEST_F(ReadTest, TablesOfOneObject) {
  auto table = get("?includeObject=None", {{"accept", kTable}});
  EXPECT_EQ(text_of(table),
            R"({"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"7"},)"
            R"("columnDefinitions":[{"name":"Name","type":"string","format":"name","description":)"
            R"("Name must be unique within a namespace.","priority":0},{"name":"Created At","type":"date",)"
            R"("format":"","description":"When the object was created.","priority":0}],)"
            R"("rows":[{"cells":["a",""],"object":null}]})"
            "\n");
  auto whole = get("?includeObject=Object", {{"accept", kTable}});
  EXPECT_THAT(text_of(whole), HasSubstr(R"("object":{"kind":"ConfigMap",)"));
  auto metadata = get("", {{"accept", kTable}});
  EXPECT_THAT(text_of(metadata), HasSubstr(R"("object":{"kind":"PartialObjectMetadata",)"));
  EXPECT_EQ(
      refusal(get("?includeObject=none",
                  {{"accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}}),
              400),
      R"(Unable to convert to Table as requested: includeObject: Invalid value: \"none\": must be 'Metadata', 'Object', 'None', or empty)");
  EXPECT_EQ(get("?includeObject=none").status, 200);  // nobody asked for a table
}

TEST_F(ReadTest, Refusals) {
  EXPECT_EQ(refusal(get("?export=true"), 400),
            "the export parameter, deprecated since v1.14, is no longer supported");
  fake.object = std::unexpected(meta::not_found({"", "configmaps"}, "a"));
  auto missing = get();
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(text_of(missing),
            R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)"
            R"("configmaps \"a\" not found","reason":"NotFound","details":{"name":"a","kind":)"
            R"("configmaps"},"code":404})"
            "\n");
  auto busy = Status(429, "TooManyRequests", "later");
  busy.mutable_details().retry_after_seconds = 3;
  fake.object = std::unexpected(busy);
  EXPECT_EQ(get().headers.get("retry-after"), "3");
}

TEST_F(ReadTest, PartialFormsMustFit) {
  const std::string fallback = ",application/json";
  EXPECT_EQ(
      refusal(get("", {{"accept", kPartialList + fallback}}), 406),
      "you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)");
  EXPECT_EQ(refusal(list("", {{"accept", kPartial + fallback}}), 406),
            "you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)");
}

TEST_F(ReadTest, ListsAreMadeOfTheObjectsBytes) {
  fake.objects->items = {config_map("a"), config_map("b", "w", 8)};
  fake.objects->revision = 9;
  fake.objects->continue_token = "go<on>";
  fake.objects->remaining_item_count = 3;
  auto response = list("?limit=2");
  EXPECT_EQ(text_of(response),
            R"({"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"9","continue":)"
            R"("go\u003con\u003e","remainingItemCount":3},"items":[{"metadata":{"name":"a","namespace":"n",)"
            R"("resourceVersion":"7"},"data":{"k":"v"}},{"metadata":{"name":"b","namespace":"n",)"
            R"("resourceVersion":"8"},"data":{"k":"w"}}]})"
            "\n");
  const auto& object = *fake.objects->items[0];
  EXPECT_EQ(response.chunks[2].data(), object.json.data() + object.metadata_offset);
  EXPECT_EQ(fake.list_asked.limit, 2);
}

TEST_F(ReadTest, EmptyLists) {
  fake.objects->revision = 9;
  auto plain = list();
  EXPECT_EQ(text_of(plain),
            R"({"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"9"},"items":[]})"
            "\n");
  auto partial = list("", {{"accept", kPartialList}});
  EXPECT_THAT(text_of(partial), HasSubstr(R"("items":null})"));
  auto table = list("", {{"accept", kTable}});
  EXPECT_THAT(text_of(table), HasSubstr(R"("rows":null})"));
  auto yaml = list("", {{"accept", "application/yaml"}});
  EXPECT_THAT(text_of(yaml), StartsWith("apiVersion: v1\nitems: []\nkind: ConfigMapList\n"));
}

TEST_F(ReadTest, LargeListsStreamWhateverIsPulled) {
  for (int count = 0; count < 100; ++count)
    fake.objects->items.push_back(config_map("c" + std::to_string(count), std::string(2000, 'x')));
  auto response = list();
  ASSERT_TRUE(response.stream);
  EXPECT_TRUE(response.chunks.empty());
  auto again = list();
  auto text = text_of(response, 1);
  EXPECT_EQ(text, text_of(again, 1 << 20));
  EXPECT_TRUE(text.ends_with("]}\n"));
  auto compressed = list("", {{"accept-encoding", "deflate, gzip"}});
  EXPECT_EQ(compressed.headers.get("content-encoding"), "gzip");
  EXPECT_EQ(compressed.headers.get("vary"), "Accept-Encoding");
  EXPECT_EQ(inflated(text_of(compressed)), text);
}

TEST_F(ReadTest, CompressionBeginsAbove128KiB) {
  auto of_size = [](std::size_t size) {
    auto empty = config_map("a", "");
    return config_map("a", std::string(size - empty->json.size(), 'x'));
  };
  fake.object = of_size(kGzipThreshold - 1);  // and the newline
  EXPECT_FALSE(get("", {{"accept-encoding", "gzip"}}).headers.has("content-encoding"));
  fake.object = of_size(kGzipThreshold);
  auto compressed = get("", {{"accept-encoding", "gzip"}});
  EXPECT_EQ(compressed.headers.get("content-encoding"), "gzip");
  EXPECT_EQ(inflated(text_of(compressed)), std::string((*fake.object)->json.view()) + "\n");
  for (const char* encodings : {"deflate", "gzip;q=1.0", "GZIP", ""}) {
    auto plain = get("", {{"accept-encoding", encodings}});
    EXPECT_FALSE(plain.headers.has("content-encoding")) << encodings;
    EXPECT_EQ(plain.chunks[0].data(), (*fake.object)->json.data()) << encodings;  // not copied
  }
}

TEST_F(ReadTest, ListOptions) {
  list("?labelSelector=a%3Db&fieldSelector=metadata.name%3Dx&limit=%2B5&continue=t&resourceVersion=3");
  EXPECT_EQ(fake.list_asked.limit, 5);
  EXPECT_EQ(fake.list_asked.continue_token, "t");
  EXPECT_EQ(fake.list_asked.resource_version, "3");
  ASSERT_NE(fake.list_asked.fields.exact_match("metadata.name"), nullptr);
  EXPECT_EQ(*fake.list_asked.fields.exact_match("metadata.name"), "x");
}

TEST_F(ReadTest, MalformedListOptions) {
  EXPECT_EQ(refusal(list("?limit=x"), 400), R"(strconv.ParseInt: parsing \"x\": invalid syntax)");
  EXPECT_EQ(refusal(list("?limit=99999999999999999999"), 400),
            R"(strconv.ParseInt: parsing \"99999999999999999999\": value out of range)");
  EXPECT_EQ(refusal(list("?timeoutSeconds=soon"), 400),
            R"(strconv.ParseInt: parsing \"soon\": invalid syntax)");
  EXPECT_EQ(refusal(list("?labelSelector=a%20b"), 400),
            "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt");
  EXPECT_EQ(refusal(list("?fieldSelector=a%20b"), 400), "invalid selector: 'a b'; can't understand 'a b'");
  const std::string prefix = R"(ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: )";
  EXPECT_EQ(refusal(list("?resourceVersionMatch=Exact"), 422),
            prefix + "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided");
  EXPECT_EQ(refusal(list("?resourceVersion=0&resourceVersionMatch=Exact"), 422),
            prefix + R"(Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\")");
  EXPECT_EQ(refusal(list("?resourceVersion=1&resourceVersionMatch=exact"), 422),
            prefix + R"(Unsupported value: \"exact\": supported values: \"Exact\", \"NotOlderThan\", \"\")");
  EXPECT_EQ(
      refusal(list("?sendInitialEvents=true"), 422),
      R"(ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list)");
}

TEST_F(ReadTest, AWatchOfWhatCannotBeWatched) {
  EXPECT_EQ(refusal(list("?watch=1"), 405), R"(watch is not supported on resources of kind \"configmaps\")");
}

}  // namespace
}  // namespace pedalion::endpoints
