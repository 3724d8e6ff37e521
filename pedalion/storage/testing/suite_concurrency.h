#pragma once
// Suite, part: many writers at once: nothing is lost, nothing is written twice, revisions only grow.
#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "pedalion/storage/testing/suite_basics.h"

namespace pedalion::storage::testing {

inline constexpr int kWriters = 64;

TEST_P(StoreSuite, ConcurrentUpdatesLoseNothing) {
  constexpr int kIncrements = 20;
  create("/counter", "0");
  RecordingSink sink;
  auto running = watch("/counter", now(), sink);
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&] {
      for (int done = 0; done < kIncrements;) {
        auto entry = get("/counter");
        ASSERT_TRUE(entry);
        std::string next = std::to_string(std::stoi(std::string(entry->value.view())) + 1);
        auto updated = try_update("/counter", next, entry->revision);
        if (!updated) {
          ASSERT_EQ(updated.error().reason, "Conflict");
          continue;
        }
        ASSERT_GT(*updated, entry->revision);
        ++done;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(get("/counter")->value.view(), std::to_string(kWriters * kIncrements));
  auto events = sink.wait_for_events(kWriters * kIncrements);
  ASSERT_EQ(events.size(), static_cast<std::size_t>(kWriters * kIncrements));
  for (std::size_t index = 0; index < events.size(); ++index) {
    ASSERT_EQ(events[index].value.view(), std::to_string(index + 1));
    ASSERT_EQ(events[index].previous_value.view(), std::to_string(index));
  }
}

TEST_P(StoreSuite, ConcurrentCreatesHaveOneWinner) {
  constexpr int kRounds = 20;
  std::atomic<int> winners = 0;
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        auto created = try_create("/race/" + std::to_string(round), "");
        if (created) {
          ++winners;
        } else {
          EXPECT_EQ(created.error().reason, "AlreadyExists");
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(winners, kRounds);
}

TEST_P(StoreSuite, ConcurrentWritesGetDistinctGrowingRevisions) {
  constexpr int kWrites = 30;
  std::vector<std::vector<Revision>> revisions(kWriters);
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer] {
      for (int number = 0; number < kWrites; ++number) {
        std::string key = "/" + std::to_string(writer) + "/" + std::to_string(number);
        revisions[writer].push_back(create(key, key));
        ASSERT_TRUE(get(key)) << "an answered write is visible";
        ASSERT_GE(now(), revisions[writer].back());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<Revision> distinct;
  for (const auto& own : revisions) {
    EXPECT_TRUE(std::ranges::is_sorted(own));
    distinct.insert(own.begin(), own.end());
  }
  EXPECT_EQ(distinct.size(), static_cast<std::size_t>(kWriters * kWrites));
  EXPECT_EQ(*distinct.rbegin() - *distinct.begin() + 1, distinct.size()) << "no revision is skipped";
  EXPECT_EQ(list("")->entries.size(), distinct.size());
}

TEST_P(StoreSuite, ListAndWatchTogetherMissNothing) {
  std::atomic<bool> written = false;
  std::thread writer([&] {
    for (int number = 0; number < 1500; ++number) {
      std::string key = "/" + std::to_string(number % 50);
      auto entry = get(key);
      if (!entry)
        create(key, std::to_string(number));
      else if (number % 7 == 0)
        remove(key, entry->revision);
      else
        update(key, std::to_string(number), entry->revision);
    }
    written = true;
  });
  for (int rounds_left = 3; rounds_left > 0; rounds_left -= written ? 1 : 0) {
    auto start = list("");
    EXPECT_TRUE(start);
    RecordingSink sink(false);
    auto running = watch("", start->revision, sink);
    std::map<std::string, std::string> state;
    for (const Entry& entry : start->entries) state[entry.key] = entry.value.view();
    auto end = list("");
    EXPECT_TRUE(end && (end->revision == start->revision || sink.wait_for_progress(end->revision)));
    for (const Event& event : sink.wait_for_events(0)) {
      if (event.revision > end->revision) break;
      if (event.type == Event::Type::kPut)
        state[event.key] = event.value.view();
      else
        state.erase(event.key);
    }
    Texts texts;
    for (const auto& [key, value] : state) texts.push_back(key + "=" + value);
    EXPECT_EQ(texts, to_texts(end->entries));
  }
  writer.join();
}

}  // namespace pedalion::storage::testing
