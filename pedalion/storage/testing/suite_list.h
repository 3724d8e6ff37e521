#pragma once
// Suite, part: lists by prefix, in pages, and at revisions of the past; against a model.
#include <map>
#include <random>

#include "pedalion/storage/testing/suite_basics.h"

namespace pedalion::storage::testing {

TEST_P(StoreSuite, ListTakesWhatBeginsWithThePrefix) {
  for (const char* key : {"/b/2", "/a/1", "/b/1", "/b", "/bb", "/c", "/b/\xff"}) create(key, "v");
  EXPECT_EQ(to_texts(list("/b/")->entries), (Texts{"/b/1=v", "/b/2=v", "/b/\xff=v"}));
  EXPECT_EQ(to_texts(list("/b")->entries), (Texts{"/b=v", "/b/1=v", "/b/2=v", "/b/\xff=v", "/bb=v"}));
  EXPECT_EQ(list("")->entries.size(), 7u);
  EXPECT_TRUE(list("/d")->entries.empty());
  EXPECT_EQ(list("/d")->revision, now());
}

TEST_P(StoreSuite, ListComesInPages) {
  for (int number = 0; number < 5; ++number) create("/k/" + std::to_string(number), std::to_string(number));
  create("/l", "not this");
  auto first = list("/k/", {.limit = 2});
  ASSERT_TRUE(first);
  EXPECT_EQ(to_texts(first->entries), (Texts{"/k/0=0", "/k/1=1"}));
  EXPECT_TRUE(first->more);
  EXPECT_EQ(first->remaining, 3u);
  remove("/k/3", get("/k/3")->revision);
  create("/k/5", "late");
  std::string start = first->entries.back().key + '\0';
  auto second = list("/k/", {.start = start, .limit = 2, .at = first->revision});
  ASSERT_TRUE(second);
  EXPECT_EQ(to_texts(second->entries), (Texts{"/k/2=2", "/k/3=3"}));
  EXPECT_EQ(second->remaining, 1u);
  auto last = list("/k/", {.start = second->entries.back().key + '\0', .limit = 2, .at = first->revision});
  EXPECT_EQ(to_texts(last->entries), Texts{"/k/4=4"});
  EXPECT_FALSE(last->more);
  EXPECT_EQ(last->remaining, 0u);
  auto exact = list("/k/", {.limit = 5});
  EXPECT_FALSE(exact->more) << "a full page at the end is the end";
  EXPECT_EQ(to_texts(list("/k/", {.start = "/k/4"})->entries), (Texts{"/k/4=4", "/k/5=late"}));
}

TEST_P(StoreSuite, ListOfAFutureRevisionFails) {
  Revision revision = create("/a", "one");
  EXPECT_TRUE(list("/", {.at = revision}));
  expect_status(list("/", {.at = revision + 1}), 504, "Timeout");
}

/// What a store should be: every past state.
struct Model {
  std::map<Revision, std::map<std::string, std::string>> states;

  Texts list(Revision at, const std::string& prefix) const {
    Texts texts;
    for (const auto& [key, value] : states.at(at)) {
      if (key.starts_with(prefix)) texts.push_back(key + "=" + value);
    }
    return texts;
  }
};

TEST_P(StoreSuite, ListsOfThePastAgreeWithAModel) {
  unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  Model model;
  std::map<std::string, std::string> state;
  std::map<std::string, Revision> revisions;
  model.states[1] = state;
  Revision compacted = 0;
  for (int step = 0; step < 400; ++step) {
    std::string key = "/" + std::to_string(random() % 2) + "/" + std::to_string(random() % 12);
    std::string value = std::to_string(step);
    Revision revision = 0;
    if (revisions.contains(key) && random() % 3 == 0) {
      revision = remove(key, revisions[key]);
      revisions.erase(key);
      state.erase(key);
    } else {
      revision = revisions.contains(key) ? update(key, value, revisions[key]) : create(key, value);
      revisions[key] = revision;
      state[key] = value;
    }
    ASSERT_EQ(revision, model.states.rbegin()->first + 1);
    model.states[revision] = state;
    if (step % 100 == 99) {
      compacted = revision - random() % 50;
      compact(compacted);
    }
    if (step == 250 && place_->persistent()) reopen();
    Revision at = std::max(compacted, 1 + random() % revision);
    ASSERT_EQ(to_texts(list("/1/", {.at = at})->entries), model.list(at, "/1/"))
        << "at " << at << " of " << revision;
    ASSERT_EQ(to_texts(list("")->entries), model.list(revision, ""));
  }
}

}  // namespace pedalion::storage::testing
