#include "pedalion/client/informer/store.h"

#include <gmock/gmock.h>

#include "pedalion/client/informer/scripted.h"

namespace pedalion::client::informer {
namespace {
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::object;
using ::testing::UnorderedElementsAre;

std::vector<std::string> names(const std::vector<api::Object>& objects) {
  std::vector<std::string> made;
  for (const api::Object& each : objects) made.push_back(api::key_of(each));
  return made;
}

TEST(Store, PutsReplacesAndRemoves) {
  Store store;
  auto change = store.put(object("a", "1"));
  EXPECT_FALSE(change.before);
  EXPECT_EQ(change.now.name(), "a");
  change = store.put(object("a", "2"));
  EXPECT_EQ(change.before.resource_version(), "1");
  EXPECT_EQ(store.get("default", "a").resource_version(), "2");
  EXPECT_EQ(store.size(), 1u);
  EXPECT_FALSE(store.get("other", "a"));
  EXPECT_FALSE(store.remove("default", "b").before);
  change = store.remove("default", "a");
  EXPECT_EQ(change.before.resource_version(), "2");
  EXPECT_FALSE(change.now);
  EXPECT_EQ(store.size(), 0u);
  EXPECT_THAT(store.list(), IsEmpty());
}

TEST(Store, ListsByNamespace) {
  Store store;
  store.put(object("a", "1", "x"));
  store.put(object("a", "1", "y"));
  store.put(object("b", "1", "y"));
  store.put(object("node", "1", ""));
  EXPECT_THAT(names(store.list("y")), UnorderedElementsAre("y/a", "y/b"));
  EXPECT_THAT(names(store.list("")), ElementsAre("node"));
  EXPECT_THAT(names(store.list("z")), IsEmpty());
  EXPECT_EQ(store.list().size(), 4u);
}

TEST(Store, IndexesFollowTheObjects) {
  Store store;
  store.put(object("before", "1"));
  store.add_index("version", [](const api::Object& each, std::vector<std::string>& keys) {
    keys.emplace_back(each.resource_version());
    keys.emplace_back("all");
  });
  EXPECT_THAT(names(store.by_index("version", "1")), ElementsAre("default/before"));
  store.put(object("a", "1"));
  EXPECT_THAT(names(store.by_index("version", "1")), UnorderedElementsAre("default/before", "default/a"));
  store.put(object("a", "2"));
  EXPECT_THAT(names(store.by_index("version", "1")), ElementsAre("default/before"));
  EXPECT_THAT(names(store.by_index("version", "2")), ElementsAre("default/a"));
  EXPECT_EQ(store.by_index("version", "all").size(), 2u);
  store.remove("default", "a");
  EXPECT_THAT(store.by_index("version", "2"), IsEmpty());
  EXPECT_THAT(store.by_index("no such index", "2"), IsEmpty());
  EXPECT_TRUE(store.has_index("version"));
}

TEST(Store, ReplaceVisitsWhatDiffers) {
  Store store;
  for (std::string_view name : {"same", "newer", "reborn", "gone"}) store.put(object(name, "1"));
  std::vector<std::string> seen;
  auto visit = [&](const Store::Change& change) {
    auto of = [](const api::Object& each) { return each ? std::string(each.resource_version()) : "-"; };
    seen.push_back(std::string((change.now ? change.now : change.before).name()) + " " + of(change.before) +
                   " " + of(change.now));
  };
  std::vector<api::Object> now{object("same", "1"), object("newer", "2"),
                               object("reborn", "1", "default", "another"), object("added", "3")};
  store.replace(now, visit);
  EXPECT_THAT(seen, ElementsAre("newer 1 2", "reborn 1 1", "added - 3", "gone 1 -"));
  seen.clear();
  store.replace(now, visit);
  EXPECT_THAT(seen, IsEmpty());
  store.replace({}, visit);
  EXPECT_EQ(seen.size(), 4u);
  EXPECT_EQ(store.size(), 0u);
}

}  // namespace
}  // namespace pedalion::client::informer
