// Random writers, watchers and lists against a naive model: a list with its revision and a watch from it miss
// nothing and repeat nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <thread>

#include "pedalion/storage/memory/memory_store.h"
#include "pedalion/watchcache/json_object_decoder.h"
#include "pedalion/watchcache/test_loop.h"

namespace pedalion::watchcache {
namespace {

using std::chrono_literals::operator""ms;
using testing::Reader;
using testing::TestLoop;
using Kind = Freshness::Kind;

constexpr std::string_view kPrefix = "/registry/pods/";

struct Facts {
  Revision revision = 0;
  std::string label, node;
};
using State = std::map<std::string, Facts>;  // by "ns/name"

/// Writes down all that ever happened, as the store tells it.
class Log final : public storage::WatchSink {
 public:
  void on_events(std::vector<storage::Event> events) override {
    std::lock_guard lock(mutex_);
    for (auto& event : events) events_.push_back(std::move(event));
  }
  void on_progress(Revision) override {}
  void on_error(Status status) override { ADD_FAILURE() << status.message; }
  std::vector<storage::Event> events() {
    std::lock_guard lock(mutex_);
    return events_;
  }

 private:
  std::mutex mutex_;  // guards events_
  std::vector<storage::Event> events_;
};

struct Wanted {
  std::string scope, label, node;  // empty: all; a scope is "ns/" or "ns/name"

  bool matches(const std::string& key, const Facts& facts) const {
    bool single = !scope.empty() && scope.back() != '/';
    return (single ? key == scope : key.starts_with(scope)) && (label.empty() || facts.label == label) &&
           (node.empty() || facts.node == node);
  }
  Selection selection() const {
    Selection selection;
    selection.prefix = std::string(kPrefix) + scope;
    selection.single = !scope.empty() && scope.back() != '/';
    if (!label.empty()) selection.labels = *selector::LabelSelector::parse("l=" + label);
    if (!node.empty()) selection.fields = *selector::FieldSelector::parse("spec.nodeName=" + node);
    return selection;
  }
};

Facts facts_of(const storage::Event& event) {
  // The values are this test's own: label and node stand in fixed places.
  std::string_view text = event.value.view();
  auto after = [&](std::string_view mark) { return std::string(1, text[text.find(mark) + mark.size()]); };
  return {event.revision, after(R"("l":")"), after(R"("nodeName":")")};
}

class Model {
 public:
  explicit Model(std::vector<storage::Event> events) : events_(std::move(events)) {}

  State at(Revision revision) const {
    State state;
    for (const auto& event : events_) {
      if (event.revision > revision) break;
      apply(event, state);
    }
    return state;
  }
  std::vector<std::string> list(const Wanted& wanted, Revision revision) const {
    std::vector<std::string> texts;
    for (const auto& [key, facts] : at(revision)) {
      if (wanted.matches(key, facts)) texts.push_back(name(key) + "@" + std::to_string(facts.revision));
    }
    return texts;
  }
  std::vector<std::string> watch(const Wanted& wanted, Revision after) const {
    State state = at(after);
    std::vector<std::string> texts;
    for (const auto& event : events_) {
      if (event.revision <= after) continue;
      std::string key = event.key.substr(kPrefix.size());
      bool was = state.contains(key) && wanted.matches(key, state[key]);
      apply(event, state);
      bool is = state.contains(key) && wanted.matches(key, state[key]);
      std::string what = name(key) + "@" + std::to_string(event.revision);
      if (is) texts.push_back((was ? "MODIFIED " : "ADDED ") + what);
      if (was && !is) texts.push_back("DELETED " + what);
    }
    return texts;
  }

 private:
  static std::string name(const std::string& key) { return key.substr(key.find('/') + 1); }
  static void apply(const storage::Event& event, State& state) {
    std::string key = event.key.substr(kPrefix.size());
    if (event.type == storage::Event::Type::kPut) {
      state[key] = facts_of(event);
    } else {
      state.erase(key);
    }
  }
  std::vector<storage::Event> events_;
};

class ModelTest : public ::testing::TestWithParam<unsigned> {
 protected:
  static std::string key(std::mt19937& random) {
    return std::string(1, static_cast<char>('m' + random() % 3)) + "/" + std::to_string(random() % 20);
  }
  static Wanted wanted(std::mt19937& random) {
    Wanted wanted;
    switch (random() % 4) {
      case 0:
        wanted.scope = key(random);
        break;
      case 1:
        wanted.scope = key(random).substr(0, 2);
        break;
      default:
        break;
    }
    if (random() % 3 == 0) wanted.label = std::to_string(random() % 3);
    if (random() % 3 == 0) wanted.node = std::to_string(random() % 3);
    return wanted;
  }

  void write(unsigned seed, int count) {
    std::mt19937 random(seed);
    for (int index = 0; index < count; ++index) {
      std::string written = key(random), full = std::string(kPrefix) + written;
      if (random() % 10 == 0)
        (void)sync_wait(
            store_->create("/registry/x/" + std::to_string(seed) + "-" + std::to_string(index), Bytes(), {}));
      auto current = sync_wait(store_->get(full));
      std::string text = R"({"metadata":{"name":")" + written.substr(2) + R"(","namespace":")" +
                         written.substr(0, 1) + R"(","labels":{"l":")" + std::to_string(random() % 3) +
                         R"("}},"spec":{"nodeName":")" + std::to_string(random() % 3) + "\"}}";
      // Losing a race with another writer is fine.
      if (!current) {
        (void)sync_wait(store_->create(full, Bytes(text), {}));
      } else if (random() % 3 == 0) {
        (void)sync_wait(store_->remove(full, current->revision));
      } else {
        (void)sync_wait(store_->update(full, Bytes(text), current->revision, {}));
      }
    }
  }

  struct Listed {
    Wanted wanted;
    Revision revision;
    std::vector<std::string> items;
  };
  struct Watched {
    Wanted wanted;
    Revision after;
    std::unique_ptr<Reader> reader;
  };

  static std::vector<std::string> texts(const ListPage& page) {
    std::vector<std::string> texts;
    for (const auto& object : page.items)
      texts.push_back(std::string(object->name) + "@" + std::to_string(object->revision));
    return texts;
  }

  /// Lists in pages of random size, all of one revision.
  void list(TestLoop& loop, std::mt19937& random) {
    ListQuery query;
    Listed listed{.wanted = wanted(random), .revision = 0, .items = {}};
    query.selection = listed.wanted.selection();
    if (random() % 2 == 0) query.freshness.kind = Kind::kAny;
    if (random() % 3 == 0 && lists_.size() > 3) {
      query.freshness = {Kind::kExact, lists_[random() % lists_.size()].revision};
    }
    query.limit = random() % 2 == 0 ? 0 : 1 + random() % 20;
    while (true) {
      auto page = loop.run_task([&] { return cache_->list(query); });
      ASSERT_TRUE(page) << page.error().message;
      if (listed.revision == 0) listed.revision = page->revision;
      ASSERT_EQ(page->revision, listed.revision);
      auto items = texts(*page);
      listed.items.insert(listed.items.end(), items.begin(), items.end());
      if (!page->more) break;
      // An empty page has no last item, and never says there is more.
      query.start_after = page->items.back()->key;
      query.freshness = {Kind::kExact, listed.revision};
    }
    lists_.push_back(std::move(listed));
  }

  void watch(TestLoop& loop, std::mt19937& random) {
    const Listed& from = lists_[random() % lists_.size()];
    Watched watched{.wanted = from.wanted, .after = from.revision, .reader = nullptr};
    WatchQuery query{.selection = from.wanted.selection(), .freshness = {Kind::kNotOlderThan, from.revision}};
    if (random() % 4 == 0) {
      // The initial state as events; where it ends, the bookmark tells.
      query.freshness = {};
      query.bookmarks = true;
      watched.after = 0;
    }
    watched.reader = std::make_unique<Reader>(loop, *cache_, query);
    watches_.push_back(std::move(watched));
  }

  void check(const Watched& watched, const Model& model) {
    auto seen = watched.reader->wait_for(0);
    Revision after = watched.after;
    if (after == 0) {
      auto end = std::ranges::find_if(seen, [](const auto& text) { return text.ends_with(" end"); });
      ASSERT_NE(end, seen.end());
      after = std::stoull(end->substr(end->find('@') + 1));
      std::vector<std::string> state(seen.begin(), end), expected = model.list(watched.wanted, after);
      for (std::string& text : expected) text = "ADDED " + text;
      ASSERT_EQ(state, expected);
      seen.erase(seen.begin(), end + 1);
    }
    ASSERT_EQ(seen, model.watch(watched.wanted, after))
        << "after " << after << " of '" << watched.wanted.scope << "'";
  }

  TestLoop loops_[2];  // outlive what posts to them
  std::unique_ptr<storage::Store> store_ = storage::memory::make_store({.compaction_interval = 0ms});
  JsonObjectDecoder decoder_{{{"spec.nodeName", "spec.nodeName", "", ""}}};
  std::unique_ptr<Cache> cache_ = Cache::create(
      *store_, decoder_,
      {.prefix = std::string(kPrefix), .field_names = decoder_.labels(), .resource_text = "pods"});
  std::vector<Listed> lists_;
  std::vector<Watched> watches_;
};

TEST_P(ModelTest, NothingIsMissedOrRepeated) {
  std::mt19937 random(GetParam());
  Log log;
  auto log_watch = store_->watch(std::string(kPrefix), 0, log);
  ASSERT_TRUE(log_watch);
  write(GetParam(), 30);
  std::vector<std::thread> writers;
  for (unsigned index = 0; index < 3; ++index) {
    writers.emplace_back([this, index] { write(GetParam() * 10 + index + 1, 400); });
  }
  for (int index = 0; index < 60; ++index) {
    ASSERT_NO_FATAL_FAILURE(list(loops_[random() % 2], random));
    watch(loops_[random() % 2], random);
    if (random() % 4 == 0) watches_[random() % watches_.size()].reader->pause();
    if (random() % 4 == 0) watches_[random() % watches_.size()].reader->resume();
  }
  for (auto& writer : writers) writer.join();
  // What was posted by now has run when these have.
  for (auto& loop : loops_) loop.call([] {});
  for (auto& watched : watches_) watched.reader->resume();

  Model model(log.events());
  for (const Listed& listed : lists_) ASSERT_EQ(listed.items, model.list(listed.wanted, listed.revision));
  for (const Watched& watched : watches_) ASSERT_NO_FATAL_FAILURE(check(watched, model));
  watches_.clear();
}

INSTANTIATE_TEST_SUITE_P(Seeds, ModelTest, ::testing::Range(1u, 9u));

}  // namespace
}  // namespace pedalion::watchcache
