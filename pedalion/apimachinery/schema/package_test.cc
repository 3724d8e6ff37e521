#include "pedalion/apimachinery/schema/package.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pedalion::schema {
namespace {

constexpr std::string_view kHead = "package demo/v1\ngroup demo.example.com\nopenapi com.example.demo.v1\n\n";

const Type* no_type(std::string_view, std::string_view) { return nullptr; }

std::string error_of(std::string_view body) {
  std::string text = std::string(kHead) + std::string(body);
  auto package = Package::read(text, no_type);
  return package ? "" : package.error().message;
}

TEST(Package, ReadsTheWholeGrammar) {
  std::string text =
      std::string(kHead) +
      "# a comment\n"
      "kind Ship cluster introduced=1.2 deprecated=1.3 removed=1.4 replacement=demo.example.com/v2.Ship\n"
      "  spec 2 *Spec omitempty optional gate=Sails,Oars | immutable required\n"
      "\n"
      "struct Spec struct=atomic\n"
      "  crew 1 []*Sailor list=map(name,rank) patch=merge,retainKeys key=name\n"
      "  holds 2 map[string][]bytes map=granular default={}\n"
      "struct Sailor\n"
      "  name 1 string required\n"
      "  rank 2 Rank default=\"mate\"\n"
      "enum Rank = mate \"\" captain\n"
      "alias Ports []string message\n";
  auto package = Package::read(text, no_type);
  ASSERT_TRUE(package) << package.error().message;
  const Type* ship = (*package)->find("Ship");
  ASSERT_NE(ship, nullptr);
  EXPECT_EQ(ship->open_api_name, "com.example.demo.v1.Ship");
  EXPECT_EQ(ship->kind->replacement, "demo.example.com/v2.Ship");
  EXPECT_TRUE(ship->kind->cluster_scoped);
  const Field* spec = ship->field("spec");
  EXPECT_TRUE(spec->pointer);
  EXPECT_EQ(spec->facts->feature_gate, "Sails,Oars");
  EXPECT_THAT(spec->facts->validation, testing::ElementsAre("immutable", "required"));
  EXPECT_FALSE(spec->required);
  EXPECT_EQ(spec->type->map_type, MapType::kAtomic);
  const Field* crew = spec->type->field("crew");
  EXPECT_TRUE(crew->type->nullable_elements);
  EXPECT_THAT(crew->list_map_keys, testing::ElementsAre("name", "rank"));
  EXPECT_EQ(crew->patch_strategy, kPatchMerge | kPatchRetainKeys);
  const Field* holds = spec->type->field("holds");
  EXPECT_EQ(holds->type->shape, Shape::kMap);
  EXPECT_EQ(holds->type->element->element->shape, Shape::kBytes);
  EXPECT_EQ(holds->default_json, "{}");
  EXPECT_THAT(crew->type->element->field("rank")->type->enum_values,
              testing::ElementsAre("", "captain", "mate"));
  EXPECT_TRUE((*package)->find("Ports")->proto_message);
  EXPECT_EQ(head_value(text, "group"), "demo.example.com");
}

TEST(Package, NamesTheLineThatIsWrong) {
  EXPECT_EQ(error_of("struct A\n  b 1 Nope\n"), "api/demo/v1.types, line 6: no such type: Nope");
  EXPECT_EQ(error_of("struct A\n  b one string\n"), "api/demo/v1.types, line 6: no protobuf number");
  EXPECT_EQ(error_of("struct A\n  b 1 string often\n"), "api/demo/v1.types, line 6: no such flag: often");
  EXPECT_EQ(error_of("thing A\n"), "api/demo/v1.types, line 5: no such declaration: thing");
  EXPECT_EQ(error_of("struct\n"), "api/demo/v1.types, line 5: a name is missing");
  EXPECT_EQ(error_of("struct A\n  + 1 B\nstruct B\n  c 1 string\n"),
            "api/demo/v1.types, line 6: an embedded struct must be declared before what embeds it");
  EXPECT_EQ(error_of("struct A\n  b 1 other/v1.B\n"), "api/demo/v1.types, line 6: no such type: other/v1.B");
  EXPECT_EQ(error_of("struct A\n  b\n"), "api/demo/v1.types, line 6: no protobuf number");
}

TEST(Type, FindsFieldsOfEveryLength) {
  TypeSet set;
  std::vector<std::string> names;
  for (int length = 1; length < 40; ++length) {
    names.push_back(std::string(length, 'a'));
    names.push_back(std::string(length - 1, 'a') + 'b');
  }
  std::vector<Field> fields(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) fields[i].name = names[i];
  Type type;
  set.finish(type, fields);
  for (std::size_t i = 0; i < names.size(); ++i)
    EXPECT_EQ(type.field_index(names[i]), static_cast<int>(i)) << names[i];
  EXPECT_EQ(type.field_index("c"), -1);
  EXPECT_EQ(Type().field_index("a"), -1);
}

}  // namespace
}  // namespace pedalion::schema
