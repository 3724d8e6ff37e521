// A server that changes at random and fails at random: at the end the informer holds what the server holds,
// and no handler was told of what cannot be.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/base/signal.h"
#include "pedalion/base/testing/manual_loop.h"
#include "pedalion/base/wait_list.h"
#include "pedalion/client/informer/informer.h"
#include "pedalion/client/informer/scripted.h"

namespace pedalion::client::informer {
namespace {
using namespace testing;
using namespace std::chrono_literals;

using Objects = std::map<std::string, std::uint64_t>;  // name to version

class RandomServer final : public ListerWatcher {
 public:
  RandomServer(pedalion::testing::ManualLoop& loop, std::mt19937& random) : loop_(loop), random_(random) {}
  Loop& loop() override { return loop_; }

  bool chance(double probability) {
    return std::uniform_real_distribution<double>(0, 1)(random_) < probability;
  }
  bool fails(double probability) { return failing && chance(probability); }

  void change() {
    const std::string name = "n" + std::to_string(random_() % 30);
    ++version_;
    Type type = !now.contains(name) ? Type::kAdded : chance(0.4) ? Type::kDeleted : Type::kModified;
    if (type == Type::kDeleted) {
      now.erase(name);
    } else {
      now[name] = version_;
    }
    history_.push_back({version_, type, name});
    if (chance(0.02)) history_.erase(history_.begin(), history_.end() - 1);  // compaction
    changed_.notify_all();
  }

  Task<Result<api::ObjectList>> list(api::ListOptions options) override {
    co_await sleep_for(loop_, std::chrono::milliseconds(random_() % 200));
    if (fails(0.2)) co_return std::unexpected(Status(503, "", "connection refused"));
    if (fails(0.1)) co_return std::unexpected(meta::expired("too old"));
    api::ObjectList page;
    Objects from = now;
    std::string after;
    page.resource_version = std::to_string(version_);
    if (!options.continue_token.empty()) {
      if (fails(0.2) || !pages_.contains(options.continue_token))
        co_return std::unexpected(meta::expired("token"));
      std::tie(page.resource_version, after, from) = pages_.at(options.continue_token);
    }
    for (auto at = from.upper_bound(after); at != from.end(); ++at) {
      page.items.push_back(object(at->first, std::to_string(at->second)));
      if (std::next(at) == from.end() || page.items.size() != static_cast<std::size_t>(options.limit))
        continue;
      page.continue_token = "t" + std::to_string(pages_.size());
      pages_[page.continue_token] = {page.resource_version, at->first, from};
      break;
    }
    co_return page;
  }

  Task<Result<std::unique_ptr<EventSource>>> watch(api::WatchOptions options) override {
    co_await sleep_for(loop_, std::chrono::milliseconds(random_() % 50));
    if (fails(0.1)) co_return std::unexpected(Status(429, "TooManyRequests", "busy"));
    if (fails(0.1)) co_return std::unexpected(Status(503, "", "connection refused"));
    if (fails(0.1)) co_return std::unexpected(Status(422, "Invalid", "no streaming here"));
    auto made = std::make_unique<Events>(*this);
    made->version = options.send_initial_events ? version_ : std::stoull(options.resource_version);
    if (options.send_initial_events) {
      for (const auto& [name, version] : now) made->first.push_back(added(name, std::to_string(version)));
      made->first.push_back(bookmark(std::to_string(version_), true));
    } else if (made->version < version_ &&
               (history_.empty() || history_.front().version > made->version + 1)) {
      made->first = {error(410, "Expired")};
    }
    co_return made;
  }

  Objects now;
  bool failing = true;

 private:
  struct Past {
    std::uint64_t version;
    Type type;
    std::string name;
  };
  struct Events final : EventSource {
    explicit Events(RandomServer& server) : server(server) {}
    Task<EventResult> next() override {
      if (server.fails(0.03)) co_return broken();
      if (server.fails(0.03)) co_return end();
      if (server.fails(0.01)) co_return error(410, "Expired");
      if (server.fails(0.01)) co_return error(500, "InternalError");
      if (server.fails(0.3))
        co_await sleep_for(server.loop_, std::chrono::milliseconds(server.random_() % 300));
      if (!first.empty()) {
        EventResult event = std::move(first.front());
        first.erase(first.begin());
        co_return event;
      }
      if (server.chance(0.1)) co_return bookmark(std::to_string(version));
      while (true) {
        for (const Past& past : server.history_) {
          if (past.version <= version) continue;
          // What a watch lags behind is gone: it ends as that of a server does.
          if (past.version != version + 1) co_return error(410, "Expired");
          version = past.version;
          co_return event(past.type, object(past.name, std::to_string(version)));
        }
        co_await server.changed_.wait();
      }
    }
    RandomServer& server;
    std::vector<EventResult> first;
    std::uint64_t version = 0;
  };

  pedalion::testing::ManualLoop& loop_;
  std::mt19937& random_;
  std::uint64_t version_ = 1;
  std::vector<Past> history_;
  std::map<std::string, std::tuple<std::string, std::string, Objects>> pages_;
  WaitList changed_;
};

/// What a handler knows; complains of what cannot be.
struct Known {
  EventHandler handler() {
    return {[this](const api::Object& it, bool) {
              EXPECT_TRUE(objects.emplace(it.name(), version(it)).second) << "added twice: " << it.name();
            },
            [this](const api::Object& before, const api::Object& now) {
              auto known = objects.find(std::string(now.name()));
              ASSERT_NE(known, objects.end()) << "updated, but unknown: " << now.name();
              EXPECT_EQ(known->second, version(before));
              EXPECT_LT(known->second, version(now));
              known->second = version(now);
            },
            [this](const api::Object& last, bool) {
              EXPECT_EQ(objects.erase(std::string(last.name())), 1u)
                  << "deleted, but unknown: " << last.name();
            }};
  }
  static std::uint64_t version(const api::Object& it) {
    return std::stoull(std::string(it.resource_version()));
  }
  Objects objects;
};

void run_history(std::uint32_t seed) {
  std::mt19937 random(seed);
  pedalion::testing::ManualLoop loop;
  auto made = std::make_unique<RandomServer>(loop, random);
  RandomServer& server = *made;
  InformerOptions options;
  options.page_size = 7;
  options.watch_list = seed % 2 == 0;
  options.seed = seed + 1;
  options.clock = loop.clock();
  Informer informer(std::move(made), options);
  Known early, late;
  informer.add_handler(early.handler());
  informer.start();
  for (int i = 0; i < 400; ++i) {
    for (auto count = random() % 5; count > 0; --count) server.change();
    loop.advance(std::chrono::milliseconds(random() % 2000));
    if (i == 200) informer.add_handler(late.handler());
  }
  server.failing = false;
  loop.advance(2min);
  Objects held;
  for (const api::Object& each : informer.list()) held.emplace(each.name(), Known::version(each));
  EXPECT_EQ(held, server.now);
  EXPECT_EQ(early.objects, server.now);
  EXPECT_EQ(late.objects, server.now);
  informer.stop();
}

TEST(InformerRandom, HoldsAtTheEndWhatTheServerHolds) {
  for (std::uint32_t seed = 1; seed <= 200 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    run_history(seed);
  }
}

}  // namespace
}  // namespace pedalion::client::informer
