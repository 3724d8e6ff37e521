// The patches that kubectl makes of two random objects turn the one into the other.
#include "pedalion/apimachinery/patch/strategic_merge_patch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/patch/restore.h"
#include "pedalion/apimachinery/testing/differences.h"
#include "pedalion/apimachinery/testing/random_object.h"
#include "pedalion/apimachinery/testing/seeds.h"
#include "pedalion/apimachinery/testing/strategic_diff.h"

namespace pedalion::patch {
namespace {

using apimachinery::testing::differences;
using apimachinery::testing::RandomObject;
using apimachinery::testing::seeds;
using apimachinery::testing::strategic_diff;
using json::Value;

/// Changes an object here and there: members of another one, items that are gone or elsewhere.
class Mutation {
 public:
  Mutation(unsigned seed, json::Arena& arena) : random_(seed), arena_(arena) {}

  /// `kept`: a member that stays as it is, the merge key of a list's item.
  Value of(const schema::Type& type, const Value& value, const Value* other, std::string_view kept = {}) {
    Value made = Value::object(arena_);
    for (const auto& member : value.members()) {
      const Value* theirs = other == nullptr ? nullptr : other->find(member.name);
      if (member.name != kept && chance(8)) {
        if (theirs != nullptr) made.set(member.name, *theirs, arena_);
      } else {
        made.set(member.name, member_of(type.field(member.name), member.value, theirs), arena_);
      }
    }
    if (other == nullptr) return made;
    for (const auto& member : other->members()) {
      if (made.find(member.name) == nullptr && chance(8)) made.set(member.name, member.value, arena_);
    }
    return made;
  }

 private:
  bool chance(unsigned one_in) { return random_() % one_in == 0; }

  Value member_of(const schema::Field* field, const Value& value, const Value* other) {
    if (field != nullptr && value.is_object() && field->type->is_struct())
      return of(*field->type, value, other);
    if (field != nullptr && value.is_array() && field->type->is_list()) return list(*field, value);
    return value;
  }

  Value list(const schema::Field& field, const Value& value) {
    std::vector<Value> items(value.items().begin(), value.items().end());
    std::erase_if(items, [&](const Value&) { return chance(4); });
    if (chance(3)) std::ranges::shuffle(items, random_);
    Value made = Value::array(arena_);
    for (const Value& item : items) {
      made.push_back(item.is_object() ? of(*field.type->element, item, nullptr, field.patch_merge_key) : item,
                     arena_);
    }
    return made;
  }

  std::minstd_rand random_;
  json::Arena& arena_;
};

json::Document random_object(unsigned seed, const schema::Type& type) {
  json::Document made;
  RandomObject random(seed, made.arena);
  random.use_merge_keys();
  made.root = random.of(type);
  EXPECT_TRUE(codec::reshape(made, type));
  return made;
}

/// True when kubectl would have made a patch.
bool expect_that_the_patch_leads_from(json::Document& from, json::Document& to, const schema::Type& type) {
  const std::string wanted = json::to_string(to.root), before = json::to_string(from.root);
  json::Arena arena;
  auto made = strategic_diff(type, from.root, to.root, arena);
  if (!made) return false;
  // As it comes over the wire.
  const std::string text = json::to_string(*made);
  json::Document patch = json::parse(text).value(), object;
  object.root = json::parse(before, object.arena).value();
  auto patched = apply_strategic_merge_patch(object.root, patch.root, type, object.arena);
  EXPECT_TRUE(patched) << patched.error().message << "\n" << text;
  if (!patched) return true;
  EXPECT_TRUE(check_restorable(type, *patched));
  object.root = *patched;
  EXPECT_TRUE(codec::reshape(object, type));
  EXPECT_EQ(differences(wanted, json::to_string(object.root)), "") << before << "\n" << text.substr(0, 3000);
  return true;
}

TEST(StrategicMergePatch, MadeOfTwoObjectsTurnsOneIntoTheOther) {
  const scheme::Scheme scheme;
  int patched = 0, tried = 0;
  for (const auto& group_version : scheme.group_versions()) {
    for (std::string_view kind : scheme.kinds(group_version)) {
      const auto& type = *scheme.type(group_version.group, group_version.version, kind);
      if (type.field("metadata") == nullptr) continue;
      for (unsigned seed : seeds(40)) {
        SCOPED_TRACE(group_version.api_version() + " " + std::string(kind) +
                     ", SEED=" + std::to_string(seed));
        json::Document from = random_object(seed, type), other = random_object(seed + 1'000'000, type);
        json::Document changed;
        changed.root = Mutation(seed, changed.arena).of(type, from.root, &other.root);
        ASSERT_TRUE(codec::reshape(changed, type));
        patched += expect_that_the_patch_leads_from(from, other, type) ? 1 : 0;
        patched += expect_that_the_patch_leads_from(from, changed, type) ? 1 : 0;
        tried += 2;
        if (HasFailure()) return;
      }
    }
  }
  EXPECT_GT(patched, tried * 4 / 5) << "of " << tried;
}

/// A pod with so many variables; `item` is written into each, after its name.
std::string pod_with_variables(int count, std::string_view item) {
  std::string list;
  for (int i = 0; i < count; ++i)
    list += (i > 0 ? "," : "") + ("{\"name\":\"v" + std::to_string(i) + "\"") + std::string(item) + "}";
  return R"({"spec":{"containers":[{"name":"c","env":[)" + list + "]}]}}";
}

TEST(StrategicMergePatch, TakesLongListsAwayInTimeThatGrowsWithTheirLength) {
  const scheme::Scheme scheme;
  const auto& pod = *scheme.type("", "v1", "Pod");
  constexpr int kMany = 50'000;  // squared, this would take minutes
  json::Document object = json::parse(pod_with_variables(kMany, R"(,"value":"x")")).value();
  json::Document patch = json::parse(pod_with_variables(kMany, R"(,"$patch":"delete")")).value();
  auto patched = apply_strategic_merge_patch(object.root, patch.root, pod, object.arena);
  ASSERT_TRUE(patched) << patched.error().message;
  EXPECT_EQ(json::to_string(*patched), R"({"spec":{"containers":[{"name":"c","env":[]}]}})");
}

std::string config_map_with(int count, std::string_view value) {
  std::string members;
  for (int i = 0; i < count; ++i)
    members += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":" + std::string(value);
  return R"({"data":{)" + members + "}}";
}

TEST(StrategicMergePatch, RemovesManyMembersInTimeThatGrowsWithTheirNumber) {
  const scheme::Scheme scheme;
  const auto& config_map = *scheme.type("", "v1", "ConfigMap");
  constexpr int kMany = 200'000;
  json::Document object = json::parse(config_map_with(kMany, R"("x")")).value();
  json::Document patch = json::parse(config_map_with(kMany - 1, "null")).value();
  auto patched = apply_strategic_merge_patch(object.root, patch.root, config_map, object.arena);
  ASSERT_TRUE(patched) << patched.error().message;
  EXPECT_EQ(json::to_string(*patched), R"({"data":{"199999":"x"}})");
}

}  // namespace
}  // namespace pedalion::patch
