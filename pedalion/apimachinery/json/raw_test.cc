#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"

namespace pedalion::json {
namespace {

constexpr std::string_view kPath[] = {"metadata", "entries", "fields"};
constexpr std::string_view kText =
    R"({"fields":{"a":1},"metadata":{"fields":{"a":1},"entries":[{"fields":{"k:{\"n\":\"}\"}":{}}},{"fields":[{}]},)"
    R"({"fields":"text"},{"x":{"fields":{}}}]}})";

TEST(Raw, IsWhatThePathLeadsTo) {
  auto document = parse(kText, {.raw = kPath});
  ASSERT_TRUE(document) << document.error().message;
  const auto entries = document->root.at({"metadata", "entries"})->items();
  EXPECT_EQ(entries[0].find("fields")->as_raw(), R"({"k:{\"n\":\"}\"}":{}})");
  EXPECT_EQ(entries[1].find("fields")->as_raw(), "[{}]");
  EXPECT_TRUE(entries[2].find("fields")->is_string());
  EXPECT_TRUE(entries[3].at({"x", "fields"})->is_object());
  EXPECT_TRUE(document->root.find("fields")->is_object());
  EXPECT_TRUE(document->root.at({"metadata", "fields"})->is_object());
}

TEST(Raw, IsWrittenAsItWasAndEqualsItsTree) {
  auto raw = parse(kText, {.raw = kPath}), tree = parse(kText);
  ASSERT_TRUE(raw && tree);
  EXPECT_EQ(to_string(raw->root), kText);
  EXPECT_TRUE(equal(raw->root, tree->root));
  EXPECT_TRUE(equal(tree->root, raw->root));
  Arena arena;
  EXPECT_EQ(to_string(deep_copy(raw->root, arena)), kText);
  EXPECT_FALSE(equal(Value::raw("{}"), Value::raw(R"({"a":1})")));
  EXPECT_TRUE(equal(Value::raw(R"({"a":1,"b":2})"), Value::raw(R"({ "b":2, "a":1 })")));
}

TEST(Raw, MustEnd) {
  auto document = parse(R"({"metadata":{"entries":[{"fields":{"a":{})", {.raw = kPath});
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().message, "unexpected end of JSON input");
}

/// Long and short, with what is special at each place: all that looks at several bytes at once agrees.
TEST(Strings, ComeBackWhereverTheSpecialCharacterStands) {
  for (std::string_view special : {"\"", "\\", "\n", "<", "&", "\xe2\x80\xa8", "\xe2\x82\xac", "\x01", "x"}) {
    for (std::size_t before = 0; before < 40; ++before) {
      for (std::size_t after = 0; after < 20; ++after) {
        const std::string text = std::string(before, 'a') + std::string(special) + std::string(after, 'z');
        std::string written;
        write_string(text, written);
        auto read = parse(written);
        ASSERT_TRUE(read) << written;
        ASSERT_EQ(read->root.as_string(), text);
      }
    }
  }
}

TEST(Strings, AreWrittenAsGoWritesThem) {
  std::string written;
  write_string("<a&b>\xe2\x80\xa8\xe2\x80\xa9\xe2\x82\xac\b\f\n\r\t\x1f\"\\", written);
  EXPECT_EQ(written, "\"\\u003ca\\u0026b\\u003e\\u2028\\u2029\xe2\x82\xac\\b\\f\\n\\r\\t\\u001f\\\"\\\\\"");
}

TEST(Strings, AreUnescapedInPlace) {
  auto document = parse(R"(["\ud83d\ude00a","\ud83dx","\u00e9\"","\/\\u0041"])");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root.items()[0].as_string(),
            "\xf0\x9f\x98\x80"
            "a");
  EXPECT_EQ(document->root.items()[1].as_string(), "\xef\xbf\xbdx");
  EXPECT_EQ(document->root.items()[2].as_string(), "\xc3\xa9\"");
  EXPECT_EQ(document->root.items()[3].as_string(), "/\\u0041");
}

TEST(Members, LastOneWinsWhereverItStands) {
  for (int count : {3, 24, 25, 26, 60}) {
    for (int repeated = 0; repeated < count; repeated += 7) {
      std::string text = "{";
      for (int i = 0; i < count; ++i)
        text += "\"key" + std::to_string(100 + i) + "\":" + std::to_string(i) + ",";
      text += "\"key" + std::to_string(100 + repeated) + "\":-1,\"last\":{\"a\":1}}";
      std::vector<std::string> duplicates;
      auto document = parse(text, {.duplicates = &duplicates});
      ASSERT_TRUE(document);
      EXPECT_EQ(document->root.size(), static_cast<std::uint32_t>(count) + 1);
      EXPECT_EQ(document->root.members()[static_cast<std::size_t>(repeated)].value.as_int(), -1);
      EXPECT_EQ(duplicates, std::vector<std::string>{"key" + std::to_string(100 + repeated)});
    }
  }
}

}  // namespace
}  // namespace pedalion::json
