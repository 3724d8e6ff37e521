#include "pedalion/watchcache/tree.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace pedalion::watchcache {
namespace {

ObjectPtr object(std::string key, storage::Revision revision) {
  auto made = std::make_shared<Object>();
  made->key = std::move(key);
  made->revision = revision;
  return made;
}

using Model = std::map<std::string, storage::Revision, std::less<>>;
using Contents = std::vector<std::pair<std::string, storage::Revision>>;

Contents contents(const Tree& tree, std::string_view from) {
  Contents found;
  for (auto cursor = tree.seek(from); cursor.valid(); cursor.advance())
    found.emplace_back(cursor.object()->key, cursor.object()->revision);
  return found;
}

void expect_same(const Tree& tree, const Model& model, std::string_view probe) {
  ASSERT_EQ(tree.size(), model.size());
  ASSERT_EQ(contents(tree, ""), Contents(model.begin(), model.end()));
  auto from = model.lower_bound(probe);
  ASSERT_EQ(contents(tree, probe), Contents(from, model.end()));
  ASSERT_EQ(tree.rank(probe), static_cast<std::size_t>(std::distance(model.begin(), from)));
  const ObjectPtr& found = tree.find(probe);
  ASSERT_EQ(found ? found->revision : 0, model.contains(probe) ? model.find(probe)->second : 0);
}

TEST(Tree, EmptyOnesHaveNothing) {
  Tree tree;
  expect_same(tree, {}, "a");
  expect_same(Tree::build({}), {}, "a");
  expect_same(tree.with({{"a", nullptr}}), {}, "a");
}

/// Edits of random size, in phases of growing and of shrinking, against std::map; old versions stay as they
/// were.
TEST(Tree, IsAMapWithVersions) {
  std::mt19937 random(4711);
  for (int round = 0; round < 6; ++round) {
    Model model;
    Tree tree, old_tree;
    Model old_model;
    int keys = 1 << (4 + 2 * round);
    auto key_of = [](auto number) { return "/k/" + std::to_string(number); };
    for (storage::Revision revision = 1; revision <= 150; ++revision) {
      bool growing = revision / 40 % 2 == 0;
      std::map<std::string, ObjectPtr> wanted;
      std::size_t count = 1 + random() % (random() % 3 == 0 ? static_cast<unsigned>(keys) / 4 : 3);
      for (std::size_t index = 0; index < count; ++index) {
        std::string key = key_of(random() % static_cast<unsigned>(keys));
        wanted[key] = random() % 4 == (growing ? 0u : 1u) || (!growing && random() % 2 == 0)
                          ? nullptr
                          : object(key, revision);
      }
      std::vector<Tree::Edit> edits;
      for (const auto& [key, made] : wanted) {
        edits.push_back({key, made});
        if (made) {
          model[key] = revision;
        } else {
          model.erase(key);
        }
      }
      tree = tree.with(edits);
      expect_same(tree, model, key_of(random() % static_cast<unsigned>(keys)));
      if (revision == 75) {
        old_tree = tree;
        old_model = model;
      }
    }
    expect_same(old_tree, old_model, "/k/5");
    std::vector<ObjectPtr> objects;
    for (const auto& [key, revision] : model) objects.push_back(object(key, revision));
    expect_same(Tree::build(std::move(objects)), model, "/k/7");
    std::vector<Tree::Edit> all;
    for (const auto& [key, revision] : model) all.push_back({key, nullptr});
    expect_same(tree.with(all), {}, "/k/7");
  }
}

TEST(Tree, KnowsWhereAPrefixEnds) {
  EXPECT_EQ(after_prefix("/a/"), "/a0");
  EXPECT_EQ(after_prefix("a\xff"), "b");
  EXPECT_EQ(after_prefix("\xff\xff"), "");
}

}  // namespace
}  // namespace pedalion::watchcache
