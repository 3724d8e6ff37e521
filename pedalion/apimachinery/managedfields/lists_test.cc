// Sets and keyed lists: their elements, order, merging and checking.
#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/managedfields/typed.h"
#include "pedalion/apimachinery/schema/type_set.h"

namespace pedalion::managedfields {
namespace {

using schema::Field;
using schema::ListType;
using schema::Shape;
using schema::Type;

constexpr std::string_view kNameKey[] = {"name"}, kPortKeys[] = {"port", "protocol"};

/// An object with a set and two keyed lists, of items that may hold such a list themselves.
class Lists : public testing::Test {
 protected:
  Lists() {
    const auto* string = schema::scalar(Shape::kString);
    auto* item = types_.make<Type>();
    const auto* items = types_.container(Shape::kList, item, false);
    const Field item_fields[] = {
        {.name = "name", .type = string, .omitempty = true},
        {.name = "port", .type = schema::scalar(Shape::kInt32)},
        {.name = "protocol", .type = string, .default_json = R"("TCP")"},
        {.name = "value", .type = string},
        {.name = "inner", .type = items, .list_type = ListType::kMap, .list_map_keys = kNameKey}};
    types_.finish(*item, item_fields);
    const auto* scalars = types_.container(Shape::kList, schema::scalar(Shape::kIntOrString), false);
    const Field fields[] = {
        {.name = "set", .type = scalars, .list_type = ListType::kSet},
        {.name = "named", .type = items, .list_type = ListType::kMap, .list_map_keys = kNameKey},
        {.name = "ports", .type = items, .list_type = ListType::kMap, .list_map_keys = kPortKeys},
        {.name = "plain", .type = items}};
    types_.finish(object_, fields);
  }

  json::Value read(std::string_view text) { return json::parse(text, arena_).value(); }
  std::string fields(std::string_view text) {
    return json::to_string(fields_of(object_, read(text), arena_).to_json(arena_));
  }
  std::string merged(std::string_view live, std::string_view applied) {
    auto made = merge(object_, read(live), read(applied), arena_);
    return made ? json::to_string(*made) : made.error().message;
  }
  std::string checked(std::string_view text) {
    const json::Value object = read(text);
    auto valid = validate(object_, object, arena_);
    auto fields = valid_fields_of(object_, object, arena_);
    EXPECT_EQ(fields ? "" : fields.error().message, valid ? "" : valid.error().message) << text;
    return valid ? "valid" : valid.error().message;
  }
  std::string changes(std::string_view before, std::string_view after) {
    auto change = compare(object_, read(before), read(after), arena_);
    if (!change) return change.error().message;
    auto text = [this](const FieldSet& set) { return json::to_string(set.to_json(arena_)); };
    return "-" + text(change->removed) + " ~" + text(change->modified) + " +" + text(change->added);
  }

  json::Arena arena_;
  schema::TypeSet types_;
  Type object_;
};

TEST_F(Lists, KeysAreListedByValue) {
  EXPECT_EQ(fields(R"({"named":[{"name":"b"},{"name":"a\""},{"name":"a"},{"name":"a<"},{"name":"é"},)"
                   R"({"name":"B"}]})"),
            R"({"f:named":{"k:{\"name\":\"B\"}":{".":{},"f:name":{}},"k:{\"name\":\"a\"}":{".":{},)"
            R"("f:name":{}},"k:{\"name\":\"a\\\"\"}":{".":{},"f:name":{}},)"
            R"("k:{\"name\":\"a\\u003c\"}":{".":{},"f:name":{}},"k:{\"name\":\"b\"}":{".":{},)"
            R"("f:name":{}},"k:{\"name\":\"é\"}":{".":{},"f:name":{}}}})");
  EXPECT_EQ(fields(R"({"set":["b",10,"a","","a\"b",9,-1,2.5]})"),
            R"({"f:set":{"v:-1":{},"v:2.5":{},"v:9":{},"v:10":{},"v:\"\"":{},"v:\"a\"":{},)"
            R"("v:\"a\\\"b\"":{},"v:\"b\"":{}}})");
  EXPECT_EQ(fields(R"({"ports":[{"port":443},{"port":80,"protocol":"UDP"},{"port":80},{"port":8080}]})"),
            R"({"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{}},)"
            R"("k:{\"port\":80,\"protocol\":\"UDP\"}":{".":{},"f:port":{},"f:protocol":{}},)"
            R"("k:{\"port\":443,\"protocol\":\"TCP\"}":{".":{},"f:port":{}},)"
            R"("k:{\"port\":8080,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}}})");
}

TEST_F(Lists, DuplicatesAreOwnedAsAWhole) {
  EXPECT_EQ(
      fields(R"({"named":[{"name":"b","value":"1"},{"name":"a","value":"1"},{"name":"b","value":"2"}]})"),
      R"({"f:named":{"k:{\"name\":\"a\"}":{".":{},"f:name":{},"f:value":{}},)"
      R"("k:{\"name\":\"b\"}":{}}})");
  EXPECT_EQ(fields(R"({"set":["b","a","b"]})"), R"({"f:set":{"v:\"a\"":{},"v:\"b\"":{}}})");
}

TEST_F(Lists, ItemsWithoutAKeyBelongToNobody) {
  EXPECT_EQ(fields(R"({"named":[{"value":"1"},{"name":"a"}]})"),
            R"({"f:named":{"k:{\"name\":\"a\"}":{".":{},"f:name":{}}}})");
}

TEST_F(Lists, MergeKeepsTheOrderOfBoth) {
  EXPECT_EQ(merged(R"({"set":["a","b","c"]})", R"({"set":["a","b","c"]})"), R"({"set":["a","b","c"]})");
  EXPECT_EQ(merged(R"({"set":["a","b","c"]})", R"({"set":["c","a"]})"), R"({"set":["b","c","a"]})");
  EXPECT_EQ(merged(R"({"set":["a","x","b","y","c","z"]})", R"({"set":["c","n","a","m","b"]})"),
            R"({"set":["x","y","c","z","n","a","m","b"]})");
  EXPECT_EQ(merged(R"({"set":["a",1,"1","\""]})", R"({"set":["\"","new",1]})"),
            R"({"set":["a","1","\"","new",1]})");
  EXPECT_EQ(
      merged(R"({"named":[{"name":"a","value":"1"},{"name":"b","value":"1"},{"name":"c","value":"1"}]})",
             R"({"named":[{"name":"c","value":"2"},{"name":"d"},{"name":"a","port":2}]})"),
      R"({"named":[{"name":"b","value":"1"},{"name":"c","value":"2"},{"name":"d"},)"
      R"({"name":"a","value":"1","port":2}]})");
  EXPECT_EQ(merged(R"({"ports":[{"port":80,"value":"1"},{"port":80,"protocol":"UDP"}]})",
                   R"({"ports":[{"port":80,"protocol":"UDP","value":"2"},{"port":80,"protocol":"TCP"}]})"),
            R"({"ports":[{"port":80,"protocol":"UDP","value":"2"},)"
            R"({"port":80,"value":"1","protocol":"TCP"}]})");
}

TEST_F(Lists, MergeGoesIntoListsOfLists) {
  EXPECT_EQ(merged(R"({"named":[{"name":"a","inner":[{"name":"x","value":"1"},{"name":"y"}]},{"name":"b"}]})",
                   R"({"named":[{"name":"a","inner":[{"name":"x","value":"2"}]}]})"),
            R"({"named":[{"name":"a","inner":[{"name":"x","value":"2"},{"name":"y"}]},{"name":"b"}]})");
}

TEST_F(Lists, DuplicatesOfTheLiveListGiveWayToWhatIsApplied) {
  constexpr std::string_view kLive =
      R"({"named":[{"name":"a","value":"1"},{"name":"b"},{"name":"a","value":"2"},{"name":"c"},)"
      R"({"name":"c"}]})";
  EXPECT_EQ(merged(kLive, R"({"named":[{"name":"b","value":"3"}]})"),
            R"({"named":[{"name":"a","value":"1"},{"name":"b","value":"3"},{"name":"a","value":"2"},)"
            R"({"name":"c"},{"name":"c"}]})");
  EXPECT_EQ(merged(kLive, R"({"named":[{"name":"a","port":3}]})"),
            R"({"named":[{"name":"a","port":3},{"name":"b"},{"name":"c"},{"name":"c"}]})");
  EXPECT_EQ(merged(kLive, R"({"named":[{"name":"b"},{"name":"a"}]})"),
            R"({"named":[{"name":"b"},{"name":"a"},{"name":"c"},{"name":"c"}]})");
}

TEST_F(Lists, AnItemOfTheLiveListWithoutAKeyDoesNotMerge) {
  EXPECT_EQ(merged(R"({"named":[{"value":"1"}]})", R"({"named":[{"name":"a"}]})"),
            R"(associative list with keys has an element that omits all key fields ["name"] (and )"
            R"(doesn't have default values for any key fields))");
}

TEST_F(Lists, ValidateRefusesDuplicatesAndItemsWithoutAKey) {
  EXPECT_EQ(checked(R"({"named":[{"name":"b"},{"name":"a"},{"name":"<"}],"set":[2,1,"1"]})"), "valid");
  EXPECT_EQ(checked(R"({"named":[{"name":"b"},{"name":"a"},{"name":"b"}]})"),
            R"(.named: duplicate entries for key [name="b"])");
  EXPECT_EQ(checked(R"({"set":["b",1,"a","b","\"",1,"\"","b"]})"),
            "errors:\n  .set: duplicate entries for key [=\"b\"]\n  .set: duplicate entries for key [=1]\n  "
            ".set: duplicate entries for key [=\"\\\"\"]\n  .set: duplicate entries for key [=\"b\"]");
  EXPECT_EQ(checked(R"({"named":[{"name":"a","port":"x"},{"name":"a","port":"y"},{"port":1},{"name":3}]})"),
            "errors:\n  .named[name=\"a\"].port: expected numeric (int or float), got string\n  .named: "
            "duplicate entries for key [name=\"a\"]\n  .named[name=\"a\"].port: expected numeric (int or "
            "float), got string\n  .named: element 2: associative list with keys has an element that omits "
            "all key fields [\"name\"] (and doesn't have default values for any key fields)");
  EXPECT_EQ(checked(R"({"ports":[{"port":1},{"port":1,"protocol":"TCP"}],"set":[null]})"),
            "errors:\n  .ports: duplicate entries for key [port=1,protocol=\"TCP\"]\n  .set: element 0: "
            "associative list without keys has an element that's an explicit null");
}

TEST_F(Lists, ValidateRefusesWhatTheSchemaDoesNotKnow) {
  EXPECT_EQ(checked(R"({"named":null,"set":[],"ports":[{"port":1,"inner":[{"name":"a"}]}]})"), "valid");
  EXPECT_EQ(checked(R"({"other":1})"), ".other: field not declared in schema");
  EXPECT_EQ(checked(R"({"named":[{"name":"a","other":null}]})"),
            R"(.named[name="a"].other: field not declared in schema)");
  EXPECT_EQ(checked(R"({"named":{"name":"a"}})"), ".named: expected list, got &{map[name:a]}");
  EXPECT_EQ(checked(R"({"named":["a"]})"),
            ".named: element 0: associative list with keys may not have non-map elements");
  EXPECT_EQ(checked(R"({"set":["a",{}]})"),
            ".set: element 1: associative list without keys has an element that's a map type");
  EXPECT_EQ(checked(R"({"plain":[{"name":"a"},{"name":"a","port":true}]})"),
            ".plain[1].port: expected numeric (int or float), got bool");
}

TEST_F(Lists, CompareFindsItemsWhereverTheyStand) {
  EXPECT_EQ(changes(R"({"named":[{"name":"a","value":"1"},{"name":"b"},{"name":"c"}]})",
                    R"({"named":[{"name":"d"},{"name":"b","port":1},{"name":"a","value":"2"}]})"),
            R"(-{"f:named":{"k:{\"name\":\"c\"}":{".":{},"f:name":{}}}} )"
            R"(~{"f:named":{"k:{\"name\":\"a\"}":{"f:value":{}}}} )"
            R"(+{"f:named":{"k:{\"name\":\"b\"}":{"f:port":{}},"k:{\"name\":\"d\"}":{".":{},)"
            R"("f:name":{}}}})");
  EXPECT_EQ(changes(R"({"set":["a","b"]})", R"({"set":["c","a"]})"),
            R"(-{"f:set":{"v:\"b\"":{}}} ~{} +{"f:set":{"v:\"c\"":{}}})");
  EXPECT_EQ(changes(R"({"named":[{"name":"a","value":"1"},{"name":"a","value":"2"}]})",
                    R"({"named":[{"name":"a","value":"1"}]})"),
            R"(-{"f:named":{"k:{\"name\":\"a\"}":{}}} ~{} +{"f:named":{"k:{\"name\":\"a\"}":{".":{},)"
            R"("f:name":{},"f:value":{}}}})");
  EXPECT_EQ(changes(R"({"named":[{"name":"a","value":"1"}]})",
                    R"({"named":[{"name":"a","value":"1"},{"name":"a"},{"name":"b"},{"name":"b"}]})"),
            R"(-{"f:named":{"k:{\"name\":\"a\"}":{".":{},"f:name":{},"f:value":{}}}} ~{} )"
            R"(+{"f:named":{"k:{\"name\":\"a\"}":{},"k:{\"name\":\"b\"}":{}}})");
  EXPECT_EQ(
      changes("{}",
              R"({"named":[{"name":"b","inner":[]},{"name":"a","port":1,"value":null}],"set":[1,"a"]})"),
      R"(-{} ~{} +{"f:named":{".":{},"k:{\"name\":\"a\"}":{".":{},"f:name":{},"f:port":{},)"
      R"("f:value":{}},"k:{\"name\":\"b\"}":{".":{},"f:inner":{},"f:name":{}}},"f:set":{".":{},)"
      R"("v:1":{},"v:\"a\"":{}}})");
}

}  // namespace
}  // namespace pedalion::managedfields
