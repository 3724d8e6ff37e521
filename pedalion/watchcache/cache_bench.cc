// What readers and watchers cost. Objects are of about 1 kB.
#include <benchmark/benchmark.h>

#include <unistd.h>

#include <algorithm>
#include <deque>
#include <fstream>
#include <random>

#include "pedalion/storage/memory/memory_store.h"
#include "pedalion/watchcache/json_object_decoder.h"
#include "pedalion/watchcache/test_loop.h"
#include "pedalion/watchcache/tree.h"

namespace pedalion::watchcache {
namespace {

/// Runs what is posted when it is told to, on the calling thread: fan-out without the cost of waking threads.
class ManualLoop final : public Loop {
 public:
  ManualLoop() { set_current(this); }
  ~ManualLoop() override { set_current(nullptr); }
  void post(std::move_only_function<void()> work) override {
    std::lock_guard lock(mutex_);
    posted_.push_back(std::move(work));
  }
  TimerId run_after(Duration, std::move_only_function<void()>) override { return ++last_timer_; }
  void cancel(TimerId) override {}
  void run() {
    std::deque<std::move_only_function<void()>> work;
    {
      std::lock_guard lock(mutex_);
      work.swap(posted_);
    }
    for (auto& item : work) item();
  }
  template <class T>
  T run_task(Task<T> task) {
    std::optional<T> result;
    spawn(std::move(task), [&](T value) { result.emplace(std::move(value)); });
    while (!result) run();
    return *std::move(result);
  }

 private:
  std::mutex mutex_;  // guards posted_
  std::deque<std::move_only_function<void()>> posted_;
  TimerId last_timer_ = 0;
};

std::string text_of(int number) {
  return R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"pod-)" + std::to_string(number) +
         R"(","namespace":"n","uid":"f3e0c1a2-0000-4000-8000-0123456789ab","creationTimestamp":"2026-01-01T00:00:00Z",)"
         R"("labels":{"app":"web","tier":")" +
         std::to_string(number % 10) + R"("}},"spec":{"nodeName":"node-)" + std::to_string(number % 100) +
         R"(","filler":")" + std::string(700, 'x') + R"("},"status":{"phase":"Running"}})";
}

struct Fixture {
  explicit Fixture(int objects) {
    for (int number = 0; number < objects; ++number)
      (void)loop.run_task(store->create(key(number), Bytes(text_of(number)), {}));
    (void)loop.run_task(cache->load());
  }
  static std::string key(int number) { return "/registry/pods/n/pod-" + std::to_string(number); }
  Selection selection(std::string_view labels = {}) {
    Selection selection{.prefix = "/registry/pods/n/"};
    selection.labels = *selector::LabelSelector::parse(labels);
    return selection;
  }

  std::unique_ptr<storage::Store> store =
      storage::memory::make_store({.compaction_interval = std::chrono::milliseconds(0)});
  JsonObjectDecoder decoder{{{"spec.nodeName", "spec.nodeName", "", ""},
                             {"spec.hostNetwork", "spec.hostNetwork", "", "false"},
                             {"status.phase", "status.phase", "", ""}}};
  std::unique_ptr<Cache> cache =
      Cache::create(*store, decoder,
                    {.prefix = "/registry/pods/", .field_names = decoder.labels(), .resource_text = "pods"});
  ManualLoop loop;
};

void BM_Decode(benchmark::State& state) {
  JsonObjectDecoder decoder(
      {{"spec.nodeName", "spec.nodeName", "", ""}, {"status.phase", "status.phase", "", ""}});
  Bytes value(text_of(1));
  for (auto _ : state) benchmark::DoNotOptimize(decoder.decode("/registry/pods/n/pod-1", value, 12345));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(value.size()));
}
BENCHMARK(BM_Decode);

std::int64_t resident_bytes() {
  std::int64_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

/// What an object of about 1 kB adds to the process, over the text that it is.
void BM_Memory(benchmark::State& state) {
  constexpr int kObjects = 100000;
  auto store = storage::memory::make_store({.compaction_interval = std::chrono::milliseconds(0)});
  std::size_t text = 0;
  for (int number = 0; number < kObjects; ++number) {
    text += text_of(number).size();
    (void)sync_wait(store->create(Fixture::key(number), Bytes(text_of(number)), {}));
  }
  Fixture other(0);
  for (auto _ : state) {
    auto cache = Cache::create(
        *store, other.decoder,
        {.prefix = "/registry/pods/", .field_names = other.decoder.labels(), .resource_text = "pods"});
    std::int64_t before = resident_bytes();
    (void)other.loop.run_task(cache->load());
    state.counters["bytes/object"] = static_cast<double>(resident_bytes() - before) / kObjects;
    state.counters["text/object"] = static_cast<double>(text) / kObjects;
    state.counters["RSS"] = static_cast<double>(resident_bytes());
  }
}
BENCHMARK(BM_Memory)->Iterations(1)->Unit(benchmark::kMillisecond);

/// One object replaced in a tree.
void BM_TreeEdit(benchmark::State& state) {
  std::vector<ObjectPtr> objects;
  JsonObjectDecoder decoder;
  for (int number = 0; number < state.range(0); ++number)
    objects.push_back(*decoder.decode(Fixture::key(number), Bytes(text_of(number)), 1));
  std::ranges::sort(objects, {}, [](const ObjectPtr& object) -> std::string_view { return object->key; });
  auto some = objects;
  std::ranges::shuffle(some, std::mt19937(1));
  Tree tree = Tree::build(std::move(objects));
  std::size_t next = 0;
  for (auto _ : state) {
    const ObjectPtr& object = some[next++ % some.size()];
    tree = tree.with({{object->key, object}});
  }
}
BENCHMARK(BM_TreeEdit)->Arg(100)->Arg(10000)->Arg(100000);

void BM_GetLatest(benchmark::State& state) {
  Fixture fixture(static_cast<int>(state.range(0)));
  int number = 0;
  for (auto _ : state) {
    number = (number + 7919) % static_cast<int>(state.range(0));
    benchmark::DoNotOptimize(fixture.loop.run_task(fixture.cache->get(Fixture::key(number), {})));
  }
}
BENCHMARK(BM_GetLatest)->Arg(100)->Arg(10000);

void BM_List(benchmark::State& state) {
  Fixture fixture(10000);
  ListQuery query{.selection = fixture.selection(state.range(0) == 0 ? "" : "tier=3")};
  for (auto _ : state) benchmark::DoNotOptimize(fixture.loop.run_task(fixture.cache->list(query)));
}
BENCHMARK(BM_List)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

/// A write to the store and its way into the cache; the difference to no cache is the cache's part.
void BM_Write(benchmark::State& state) {
  Fixture fixture(static_cast<int>(state.range(0)));
  if (state.range(1) == 0) fixture.cache.reset();
  Bytes value(text_of(5));
  auto revision = fixture.loop.run_task(fixture.store->get(Fixture::key(5)))->revision;
  for (auto _ : state)
    revision = *fixture.loop.run_task(fixture.store->update(Fixture::key(5), value, revision, {}));
}
BENCHMARK(BM_Write)
    ->Args({100, 0})
    ->Args({100, 1})
    ->Args({10000, 1})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

/// One event to 1,000 watchers, until each has taken it. Argument: everything, a selector that matches, one
/// that does not, other objects.
void BM_FanOut(benchmark::State& state) {
  constexpr int kWatchers = 1000;
  Fixture fixture(2000);
  std::vector<std::unique_ptr<Subscription>> watchers;
  std::int64_t taken = 0;
  for (int number = 0; number < kWatchers; ++number) {
    WatchQuery query{.selection = fixture.selection(state.range(0) == 1   ? "tier=5"
                                                    : state.range(0) == 2 ? "tier=6"
                                                                          : ""),
                     .send_initial_events = false};
    if (state.range(0) == 3) query.selection = {.prefix = Fixture::key(number + 100), .single = true};
    watchers.push_back(*fixture.loop.run_task(fixture.cache->watch(query)));
    watchers.back()->on_ready([&taken, watcher = watchers.back().get()] {
      WatchEvent event;
      while (watcher->next(event) == Subscription::Next::kEvent) ++taken;
    });
  }
  Bytes value(text_of(5));
  auto revision = fixture.loop.run_task(fixture.store->get(Fixture::key(5)))->revision;
  for (auto _ : state) {
    state.PauseTiming();
    revision = *fixture.loop.run_task(fixture.store->update(Fixture::key(5), value, revision, {}));
    state.ResumeTiming();
    fixture.loop.run();
  }
  state.counters["taken"] = benchmark::Counter(static_cast<double>(taken) / kWatchers);
  watchers.clear();
}
BENCHMARK(BM_FanOut)->DenseRange(0, 3);

}  // namespace
}  // namespace pedalion::watchcache
