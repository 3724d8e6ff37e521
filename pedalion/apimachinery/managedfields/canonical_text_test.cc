#include "pedalion/apimachinery/managedfields/canonical_text.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::managedfields {
namespace {

using json::Value;

TEST(CanonicalText, IsReadAsItsTreeIs) {
  for (std::string_view text :
       {R"({})", R"({"f:a":{}})",
        R"({"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:replicas":{}}})",
        R"({"f:c":{"k:{\"name\":\"a\"}":{".":{},"f:image":{}},"k:{\"name\":\"b\"}":{}}})",
        R"({"f:c":{"k:{\"name\":\"\"}":{},"k:{\"name\":\"a\\\"b\"}":{},"k:{\"name\":\"ab\"}":{}}})",
        R"({"f:c":{"k:{\"a\":\"z\"}":{},"k:{\"a\":\"z\",\"b\":\"c\"}":{},"k:{\"b\":\"a\"}":{}}})",
        R"({"f:c":{"k:{\"containerPort\":9}":{},"k:{\"containerPort\":80}":{}}})",
        R"({"f:finalizers":{".":{},"v:\"a\"":{},"v:\"b\"":{}},"f:list":{"i:2":{},"i:10":{}}})"}) {
    json::Arena arena;
    auto read = read_canonical(text, arena);
    ASSERT_TRUE(read) << text;
    auto tree = json::parse(text, arena);
    EXPECT_EQ(*read, FieldSet::parse(*tree, arena).value()) << text;
    EXPECT_EQ(read->to_json(arena).as_raw(), text);
    EXPECT_EQ(FieldSet::parse(Value::raw(text), arena).value(), *read);
  }
}

TEST(CanonicalText, IsNothingElse) {
  for (std::string_view text : {R"({"f:b":{},"f:a":{}})",
                                R"({"f:a":{},"f:a":{}})",
                                R"({ "f:a":{}})",
                                R"({"f:a":{}} )",
                                R"({"f:a":{"f:b":{},".":{}}})",
                                R"({"f:a":{".":{"f:x":{}}}})",
                                R"({"f:a":1})",
                                R"({"x:a":{}})",
                                R"({"k:{\"n\":\"b\"}":{},"k:{\"n\":\"a\"}":{}})",
                                R"({"k:{\"n\":\"a\"}":{},"k:{\"n\":\"a\"}":{}})",
                                R"({"k:{\"b\":\"a\"}":{},"k:{\"a\":\"b\"}":{}})",
                                R"({"k:{\"}":{}})",
                                R"({"k:{\"n\":\"}":{}})",
                                R"({"k:{\"n\":\"<\"}":{}})",
                                R"({"k:{\"b\":1,\"a\":2}":{}})",
                                R"({"f:a":{})",
                                R"({"f:a" {}})",
                                R"({"f:a":{}},)",
                                R"([])",
                                R"()",
                                R"({"f:c":{"k:{\"containerPort\":80}":{},"k:{\"containerPort\":9}":{}}})"}) {
    json::Arena arena;
    EXPECT_FALSE(read_canonical(text, arena)) << text;
  }
}

TEST(CanonicalText, OfOtherSpellingIsReadByItsTree) {
  json::Arena arena;
  auto set = FieldSet::parse(Value::raw(R"({ "f:b":{}, "f:a":{"f:x":{},".":{}} })"), arena);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->to_json(arena).as_raw(), R"({"f:a":{".":{},"f:x":{}},"f:b":{}})");
  EXPECT_FALSE(FieldSet::parse(Value::raw(R"({"f:a":)"), arena));
  EXPECT_FALSE(FieldSet::parse(Value::raw(R"({"f:a":1})"), arena));
}

}  // namespace
}  // namespace pedalion::managedfields
