// Server-side apply of random configurations to random objects of every kind.
#include <gtest/gtest.h>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/managedfields/field_manager.h"
#include "pedalion/apimachinery/testing/differences.h"
#include "pedalion/apimachinery/testing/random_object.h"
#include "pedalion/apimachinery/testing/seeds.h"

namespace pedalion::managedfields {
namespace {

using apimachinery::testing::differences;
using apimachinery::testing::RandomObject;
using apimachinery::testing::seeds;

/// What a typed client sends is shaped; what somebody writes may hold values that Go leaves out.
enum class Configuration : std::uint8_t { kShaped, kAny };

class RandomApply {
 public:
  RandomApply(unsigned seed, meta::GroupVersionKind kind, const schema::Type& type, Configuration form)
      : kind_(std::move(kind)), type_(type), version_(kind_.group_version().api_version()) {
    RandomObject random(seed, configuration_.arena);
    if (form == Configuration::kAny) random.write_nulls(20);
    configuration_.root = random.of(type_);
    codec::set_type_meta(configuration_, kind_);
    if (form == Configuration::kShaped) EXPECT_TRUE(codec::reshape(configuration_, type_));
    if (auto* metadata = configuration_.root.find("metadata")) metadata->erase("managedFields");
    RandomObject other(seed + 1'000'000, live_.arena);
    live_.root = other.of(type_);
    codec::set_type_meta(live_, kind_);
    EXPECT_TRUE(codec::reshape(live_, type_));
    if (auto* metadata = live_.root.find("metadata")) metadata->erase("managedFields");
    track_update(manager("creator", 1), nullptr, live_.root, live_.arena);
  }

  std::string live() const { return json::to_string(live_.root); }

  /// The object after `manager` has applied the configuration, or the error's message.
  std::string applied(std::string_view to, std::string_view name, std::int64_t now, Force force) const {
    json::Document object = json::parse(to).value();
    auto made = apply(manager(name, now), object.root, json::deep_copy(configuration_.root, object.arena),
                      force, object.arena);
    if (!made) return made.error().message;
    object.root = *made;
    if (auto shaped = codec::reshape(object, type_); !shaped) return shaped.error().message;
    return json::to_string(object.root);
  }

 private:
  FieldManager manager(std::string_view name, std::int64_t now) const {
    return {.type = &type_, .manager = {name, version_, ""}, .now_seconds = now};
  }

  const meta::GroupVersionKind kind_;
  const schema::Type& type_;
  const std::string version_;
  json::Document configuration_, live_;
};

/// What has metadata: lists and options are not applied.
template <class Check>
void with_every_kind(unsigned count, Configuration form, Check check) {
  const scheme::Scheme scheme;
  for (const auto& group_version : scheme.group_versions()) {
    for (std::string_view name : scheme.kinds(group_version)) {
      meta::GroupVersionKind kind{group_version.group, group_version.version, std::string(name)};
      const auto* type = scheme.type(kind);
      const auto* metadata = type->field("metadata");
      if (metadata == nullptr || metadata->type->name != "ObjectMeta") continue;
      for (unsigned seed : seeds(count)) {
        SCOPED_TRACE(group_version.api_version() + " " + kind.kind + ", SEED=" + std::to_string(seed));
        check(RandomApply(seed, kind, *type, form));
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }
}

/// Whether only times differ: a write that changes nothing else is none (ResourceStore).
bool same_but_for_times(std::string_view a, std::string_view b) {
  auto left = json::parse(a), right = json::parse(b);
  return left && right && equal_but_for_times(left->root, right->root);
}

TEST(Apply, ChangesNothingTheSecondTime) {
  with_every_kind(20, Configuration::kShaped, [](const RandomApply& random) {
    std::string once = random.applied(random.live(), "applier", 2, Force::kYes);
    ASSERT_TRUE(once.starts_with('{')) << once;
    ASSERT_EQ(differences(once, random.applied(once, "applier", 3, Force::kNo)), "");
  });
}

TEST(Apply, OfValuesThatGoLeavesOutChangesNothingButTheTime) {
  with_every_kind(20, Configuration::kAny, [](const RandomApply& random) {
    std::string once = random.applied(random.live(), "applier", 2, Force::kYes);
    ASSERT_TRUE(once.starts_with('{')) << once;
    std::string twice = random.applied(once, "applier", 3, Force::kNo);
    ASSERT_TRUE(same_but_for_times(once, twice)) << differences(once, twice);
  });
}

TEST(Apply, OfTheSameByAnotherManagerSharesTheFields) {
  with_every_kind(5, Configuration::kShaped, [](const RandomApply& random) {
    std::string first = random.applied(random.live(), "applier", 2, Force::kYes);
    ASSERT_TRUE(first.starts_with('{')) << first;
    std::string shared = random.applied(first, "other", 3, Force::kNo);
    ASSERT_TRUE(shared.starts_with('{')) << shared;
    ASSERT_EQ(differences(shared, random.applied(shared, "applier", 4, Force::kNo)), "");
  });
}

}  // namespace
}  // namespace pedalion::managedfields
