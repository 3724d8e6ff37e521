#include <gtest/gtest.h>

#include <string>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/value.h"

namespace pedalion::json {
namespace {

std::string key(int number) { return "key-" + std::to_string(number * 7919 % 100003); }

Value large(Arena& arena, int count) {
  Value object = Value::object(arena);
  for (int i = 0; i < count; ++i) object.set(key(i), Value::integer(i), arena);
  return object;
}

void expect_all(Value& object, int from, int count) {
  for (int i = 0; i < count; ++i) {
    const Value* found = object.find(key(i));
    if (i < from) {
      EXPECT_EQ(found, nullptr) << key(i);
    } else {
      ASSERT_NE(found, nullptr) << key(i);
      EXPECT_EQ(found->as_int(), i);
    }
  }
  EXPECT_EQ(object.find("absent"), nullptr);
}

TEST(LargeObject, FindsEachMember) {
  Arena arena;
  Value object = large(arena, 5000);
  EXPECT_EQ(object.size(), 5000U);
  expect_all(object, 0, 5000);
}

TEST(LargeObject, FindsEachMemberAfterSortingErasingAndGrowing) {
  Arena arena;
  Value object = large(arena, 2000);
  object.sort_members();
  expect_all(object, 0, 2000);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(object.erase(key(i)));
  EXPECT_FALSE(object.erase(key(3)));
  expect_all(object, 100, 2000);
  for (int i = 2000; i < 6000; ++i) object.set(key(i), Value::integer(i), arena);
  expect_all(object, 100, 6000);
  object.clear();
  EXPECT_EQ(object.find(key(200)), nullptr);
  object.set("again", Value::boolean(true), arena);
  ASSERT_NE(object.find("again"), nullptr);
}

TEST(LargeObject, FindsEachMemberAfterInserting) {
  Arena arena;
  Value object = Value::object(arena, 40);
  for (int i = 0; i < 30; ++i)
    object.insert_member(static_cast<std::uint32_t>(i / 2), arena.copy(key(i)), Value::integer(i), arena);
  expect_all(object, 0, 30);
  EXPECT_EQ(object.members()[0].name, key(1));
  EXPECT_EQ(object.members()[29].name, key(0));
}

TEST(LargeObject, IsEqualWhateverTheOrder) {
  Arena arena;
  Value object = large(arena, 300);
  Value other = deep_copy(object, arena);
  other.sort_members();
  EXPECT_TRUE(equal(object, other));
  other.set(key(17), Value::integer(-1), arena);
  EXPECT_FALSE(equal(object, other));
}

// The largest body that is taken holds some 300,000 members: each may be looked up while it is parsed.
TEST(LargeObject, ParsesTheLargestBodies) {
  std::string text = "{";
  for (int i = 0; text.size() < 3U << 20; ++i) text += (i ? ",\"" : "\"") + std::to_string(i) + "\":1";
  text += ",\"7\":2}";
  std::vector<std::string> duplicates;
  auto document = parse(text, {.duplicates = &duplicates});
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(duplicates, std::vector<std::string>{"7"});
  EXPECT_EQ(document->root.find("7")->as_int(), 2);
}

}  // namespace
}  // namespace pedalion::json
