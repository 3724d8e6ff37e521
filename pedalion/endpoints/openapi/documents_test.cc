#include "pedalion/endpoints/openapi/documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libdeflate.h>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/endpoints/openapi/negotiate.h"
#include "pedalion/endpoints/openapi/protobuf.h"
#include "pedalion/endpoints/openapi/sample_groups.h"

namespace pedalion::openapi {
namespace {

class DocumentsTest : public ::testing::Test {
 protected:
  http::Response get(std::string target, std::vector<http::Headers::Field> headers = {}) {
    http::Request request;
    request.method = "GET";
    request.target = std::move(target);
    for (const auto& field : headers) request.headers.add(field.name, field.value);
    return documents_.answer(request);
  }
  static std::string body(const http::Response& response) {
    std::string whole;
    for (const auto& chunk : response.chunks) whole += chunk.view();
    return whole;
  }

  scheme::Scheme scheme_;
  std::vector<registry::rest::ApiGroupInfo> groups_ = testing::sample_groups(scheme_);
  Documents documents_{scheme_, groups_};
};

TEST_F(DocumentsTest, IndexLeadsToImmutableDocuments) {
  auto index = get("/openapi/v3");
  EXPECT_EQ(index.status, 200);
  EXPECT_EQ(index.headers.get("content-type"), "text/plain; charset=utf-8");
  auto json = json::parse(body(index));
  ASSERT_TRUE(json);
  std::string url(json->root.string_at({"paths", "api/v1", "serverRelativeURL"}));
  ASSERT_TRUE(url.starts_with("/openapi/v3/api/v1?hash=")) << url;
  auto hash = url.substr(url.find('=') + 1);
  EXPECT_EQ(hash.size(), 128u);

  auto document = get(url);
  EXPECT_EQ(document.status, 200);
  EXPECT_EQ(document.headers.get("cache-control"), "public, immutable");
  EXPECT_EQ(document.headers.get("etag"), '"' + hash + '"');
  EXPECT_EQ(document.headers.get("vary"), "Accept");
  EXPECT_TRUE(document.headers.get("expires").ends_with(" GMT"));

  auto unhashed = get("/openapi/v3/api/v1");
  EXPECT_FALSE(unhashed.headers.has("cache-control"));
  EXPECT_EQ(body(unhashed), body(document));

  auto wrong = get("/openapi/v3/api/v1?hash=ABC");
  EXPECT_EQ(wrong.status, 301);
  EXPECT_EQ(wrong.headers.get("location"), url);
  EXPECT_EQ(body(wrong), "");
}

TEST_F(DocumentsTest, ConditionalRequests) {
  auto first = get("/openapi/v3/apis/apps/v1");
  std::string tag(first.headers.get("etag"));
  EXPECT_EQ(get("/openapi/v3/apis/apps/v1", {{"if-none-match", "\"x\", W/" + tag}}).status, 304);
  EXPECT_EQ(get("/openapi/v3/apis/apps/v1", {{"if-none-match", "\"x\""}}).status, 200);
  auto unchanged = get("/openapi/v2", {{"if-none-match", "*"}});
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_FALSE(unchanged.headers.has("content-type"));
  EXPECT_EQ(body(unchanged), "");
  EXPECT_THAT(unchanged.headers.get_all("vary"), ::testing::ElementsAre("Accept-Encoding", "Accept"));
}

TEST_F(DocumentsTest, RefusesWhatItCannotWrite) {
  EXPECT_EQ(get("/openapi/v2", {{"accept", "application/yaml"}}).status, 406);
  auto refused = get("/openapi/v3/api/v1", {{"accept", "text/html"}});
  EXPECT_EQ(refused.status, 406);
  EXPECT_EQ(refused.headers.get("vary"), "Accept");
  EXPECT_FALSE(refused.headers.has("etag"));
  EXPECT_EQ(get("/openapi/v3/apis/nope.example.com/v1").status, 404);
  EXPECT_EQ(get("/openapi/v4").status, 404);
}

TEST_F(DocumentsTest, ProtobufHasTheSameTag) {
  auto json = get("/openapi/v2");
  auto protobuf =
      get("/openapi/v2", {{"accept", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"}});
  EXPECT_EQ(protobuf.headers.get("content-type"),
            "application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
  EXPECT_EQ(protobuf.headers.get("etag"), json.headers.get("etag"));
  EXPECT_TRUE(
      body(protobuf).starts_with("\x0a\x03"
                                 "2.0"))
      << "field 1 is the version";
}

TEST_F(DocumentsTest, V2IsZippedForWhoTakesIt) {
  auto plain = body(get("/openapi/v2"));
  auto zipped = get("/openapi/v2", {{"accept-encoding", "gzip"}});
  EXPECT_EQ(zipped.headers.get("content-encoding"), "gzip");
  std::string packed = body(zipped), unpacked(plain.size(), '\0');
  auto* decompressor = libdeflate_alloc_decompressor();
  EXPECT_EQ(libdeflate_gzip_decompress(decompressor, packed.data(), packed.size(), unpacked.data(),
                                       unpacked.size(), nullptr),
            LIBDEFLATE_SUCCESS);
  libdeflate_free_decompressor(decompressor);
  EXPECT_EQ(unpacked, plain);
}

TEST(Negotiate, TakesTheBestClause) {
  constexpr std::string_view kOld = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf";
  EXPECT_EQ(negotiate("", "v3"), Encoding::kJson);
  EXPECT_EQ(negotiate("*/*", "v3"), Encoding::kJson);
  EXPECT_EQ(negotiate("application/*", "v3"), Encoding::kJson);
  EXPECT_EQ(negotiate(kOld, "v3"), Encoding::kProtobuf);
  EXPECT_EQ(negotiate(kOld, "v2"), std::nullopt);
  EXPECT_EQ(negotiate(std::string(kOld) + ", application/json", "v3"), Encoding::kProtobuf);
  EXPECT_EQ(negotiate("application/json;q=0.5," + std::string(kOld), "v3"), Encoding::kProtobuf);
  EXPECT_EQ(negotiate("*/*, " + std::string(kOld), "v3"), Encoding::kProtobuf);
  EXPECT_EQ(negotiate("text/html, ;;,q=1,", "v3"), std::nullopt);
  EXPECT_EQ(negotiate(std::string(100000, ','), "v3"), std::nullopt);
}

TEST(Protobuf, WritesWhatGnosticReads) {
  auto bytes =
      v3_protobuf(R"({"openapi":"3.0.0","components":{"schemas":{"A":{"type":"object","default":"x",)"
                  R"("properties":{"b":{"$ref":"#/B"}},"x-k":1}}}})");
  ASSERT_TRUE(bytes);
  // Document{1: "3.0.0", 5: Components{1: {1: {1: "A", 2: {1: Schema{25: "object", 31: …, 33: {3: "x"}, 36:
  // …}}}}}}
  std::string reference = "\x12\x05\x0a\x03#/B";  // SchemaOrReference.reference
  std::string property =
      "\x0a\x01"
      "b\x12\x07" +
      reference;
  std::string properties = "\x0a\x0c" + property;
  std::string extension = std::string("\xa2\x02\x09\x0a\x03x-k\x12\x04\x12\x02") + "1\n";
  extension[2] = static_cast<char>(extension.size() - 3);
  std::string schema = "\xca\x01\x06object";
  schema += std::string("\xfa\x01") + static_cast<char>(properties.size()) + properties;
  schema += "\x8a\x02\x03\x1a\x01x" + extension;
  auto wrap = [](char tag, const std::string& inner) {
    return std::string{tag, static_cast<char>(inner.size())} + inner;
  };
  std::string named =
      "\x0a\x01"
      "A" +
      wrap(0x12, wrap(0x0a, schema));
  EXPECT_EQ(*bytes,
            "\x0a\x05"
            "3.0.0" +
                wrap(0x2a, wrap(0x0a, wrap(0x0a, named))));
}

}  // namespace
}  // namespace pedalion::openapi
