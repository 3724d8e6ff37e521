// The feed: lists the store, watches it from there, and turns its events into batches of changes.
#include <algorithm>
#include <map>
#include <tuple>

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/base/log.h"
#include "pedalion/watchcache/core.h"
#include "pedalion/watchcache/hub.h"

namespace pedalion::watchcache {
namespace {

constexpr std::size_t kPage =
    10000;  // entries that are decoded in one go; each page has its own cost in the store
constexpr int kListAttempts = 5;  // a compaction between two pages makes it begin anew

constexpr int kFruitlessFeeds = 3;  // so often the feed is taken up again at once, in vain

/// What leads from the state as of `from_revision` to that of a later list, as one batch; null when nothing
/// does. Nobody knows when the removed were removed: it says right after `from_revision`. Of changes with one
/// revision a watcher that breaks off may have seen the first only; but it can go on only from the list's
/// revision, for the history begins there, and at most one change has that one.
std::shared_ptr<Batch> difference(const Tree& from, Revision from_revision, const std::vector<ObjectPtr>& to,
                                  Revision to_revision) {
  std::vector<std::pair<ObjectPtr, ObjectPtr>> changed;  // previous, now
  auto old = from.seek({});
  auto remove_before = [&](std::string_view key) {
    for (; old.valid() && (key.empty() || old.object()->key < key); old.advance())
      changed.emplace_back(old.object(), nullptr);
  };
  for (const ObjectPtr& object : to) {
    remove_before(object->key);
    bool known = old.valid() && old.object()->key == object->key;
    if (!known || old.object()->revision != object->revision)
      changed.emplace_back(known ? old.object() : nullptr, object);
    if (known) old.advance();
  }
  remove_before({});
  if (changed.empty()) return nullptr;
  Revision removal = from_revision + 1;
  std::ranges::sort(changed, {}, [&](const auto& pair) {
    const auto& [previous, object] = pair;
    return std::tuple(object ? object->revision : removal, object != nullptr,
                      std::string_view((object ? object : previous)->key));
  });
  auto batch = std::make_shared<Batch>(changed.size());
  for (std::size_t index = 0; index < changed.size(); ++index) {
    auto& [previous, object] = changed[index];
    batch->changes[index].revision = object ? object->revision : removal;
    batch->changes[index].previous = std::move(previous);
    batch->changes[index].object = std::move(object);
  }
  batch->unsure_before = to_revision;
  return batch;
}

}  // namespace

Task<Result<void>> Core::load() {
  if (loaded()) co_return Result<void>();
  Completion<Result<void>> done;
  bool first = false;
  {
    std::lock_guard lock(mutex_);
    if (loaded()) co_return Result<void>();
    if (closed_) co_return std::unexpected(meta::internal_error("the cache is closed"));
    load_waiters_.push_back(&done);
    first = phase_ == Phase::kEmpty;
    if (first) phase_ = Phase::kLoading;
  }
  // On its own, because the caller that began it may be the first to go.
  if (first) spawn(run_load(shared_from_this()));
  co_return co_await done;
}

Task<void> Core::run_load(std::shared_ptr<Core> self) {
  auto listed = co_await self->list_all();
  self->finish_load(listed ? self->begin(*std::move(listed)) : std::unexpected(std::move(listed).error()));
}

void Core::finish_load(const Result<void>& outcome) {
  std::vector<Completion<Result<void>>*> waiters;
  {
    std::lock_guard lock(mutex_);
    if (!outcome && phase_ == Phase::kLoading) phase_ = Phase::kEmpty;
    waiters = std::exchange(load_waiters_, {});
  }
  if (!outcome) {
    log::warning("a resource cannot be read from the store",
                 {{"resource", options_.resource_text}, {"cause", outcome.error().message}});
    end_subscriptions();
  }
  for (auto* waiter : waiters) waiter->complete(outcome);
}

Task<Result<Core::Listed>> Core::list_all() {
  for (int attempt = 1;; ++attempt) {
    Listed listed;
    auto outcome = co_await list_pages(listed);
    if (outcome) co_return listed;
    if (outcome.error().code != 410 || attempt == kListAttempts)
      co_return std::unexpected(std::move(outcome).error());
  }
}

Task<Result<void>> Core::list_pages(Listed& listed) {
  storage::ListOptions page{.start = {}, .limit = kPage, .at = 0};
  while (true) {
    CO_TRY(auto result, co_await store_.list(options_.prefix, page));
    if (page.at == 0) page.at = listed.revision = result.revision;
    if (result.more && !result.entries.empty()) page.start = result.entries.back().key + '\0';
    const std::size_t before = listed.objects.size();
    listed.objects.resize(before + result.entries.size());
    co_await parallel_.each(result.entries.size(), [&](std::size_t i) {
      storage::Entry& entry = result.entries[i];
      listed.objects[before + i] =
          decoded(std::move(entry.key), std::exchange(entry.value, {}), entry.revision);
    });
    std::erase(listed.objects, nullptr);
    if (!result.more || result.entries.empty()) co_return Result<void>();
  }
}

Result<void> Core::begin(Listed listed) {
  // No watch runs now, so nobody else changes the present.
  Present before = present();
  std::shared_ptr<Batch> changes;
  Revision reached = gate_.reached();
  bool goes_back = listed.revision < reached;
  if (before.last_change != 0 && !goes_back)
    changes = difference(before.tree, reached, listed.objects, listed.revision);
  if (goes_back) end_subscriptions();
  Tree tree = Tree::build(std::move(listed.objects));
  std::vector<std::shared_ptr<Hub>> hubs;
  std::uint64_t feed = 0;
  {
    std::lock_guard lock(mutex_);
    if (closed_) return std::unexpected(meta::internal_error("the cache is closed"));
    history_.restart(listed.revision);
    publish({std::move(tree), listed.revision});
    gate_.restart(listed.revision);
    hubs = hubs_;
    feed = ++feed_;
    feed_began_ = listed.revision;
    phase_ = Phase::kReady;
  }
  for (const auto& hub : hubs) hub->post(changes, listed.revision);
  auto watch = store_.watch(options_.prefix, listed.revision, *this);
  std::lock_guard lock(mutex_);
  if (!watch) {
    phase_ = Phase::kEmpty;
    return std::unexpected(std::move(watch).error());
  }
  if (!closed_ && feed_ == feed) watch_ = *std::move(watch);
  return {};
}

void Core::close() {
  std::unique_ptr<storage::Watch> watch;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    watch = std::move(watch_);
  }
}

void Core::end_subscriptions() {
  std::vector<std::shared_ptr<Hub>> hubs;
  {
    std::lock_guard lock(mutex_);
    hubs = hubs_;
  }
  for (const auto& hub : hubs) hub->post_end();
}

ObjectPtr Core::decoded(std::string key, const Bytes& value, Revision revision) const {
  auto object = decoder_.decode(std::move(key), value, revision);
  if (object) return *std::move(object);
  log::error(
      "a stored object is left out",
      {{"resource", options_.resource_text}, {"revision", revision}, {"cause", object.error().message}});
  return nullptr;
}

void Core::on_events(std::vector<storage::Event> events) {
  struct Pending {
    Revision revision;
    ObjectPtr object, previous;
  };
  Present now = present();
  std::vector<Pending> pending;
  pending.reserve(events.size());
  std::map<std::string_view, ObjectPtr> latest;  // of the keys in this call; `pending` keeps the keys alive
  for (storage::Event& event : events) {
    auto known = latest.find(event.key);
    ObjectPtr previous = known != latest.end() ? known->second : now.tree.find(event.key);
    ObjectPtr object;
    if (event.type == storage::Event::Type::kPut)
      object = decoded(std::move(event.key), event.value, event.revision);
    if (!object && !previous) continue;
    latest.insert_or_assign(known != latest.end() ? known->first : (object ? object : previous)->key, object);
    pending.push_back({event.revision, std::move(object), std::move(previous)});
  }
  if (pending.empty()) return;
  auto batch = std::make_shared<Batch>(pending.size());
  for (std::size_t index = 0; index < pending.size(); ++index) {
    batch->changes[index].revision = pending[index].revision;
    batch->changes[index].object = std::move(pending[index].object);
    batch->changes[index].previous = std::move(pending[index].previous);
  }
  std::vector<Tree::Edit> edits;
  edits.reserve(latest.size());
  for (auto& [key, object] : latest) edits.push_back({key, std::move(object)});
  apply(std::move(batch), now.tree.with(edits));
}

void Core::apply(BatchPtr batch, Tree tree) {
  Revision last = batch->last();
  std::vector<std::shared_ptr<Hub>> hubs;
  {
    std::lock_guard lock(mutex_);
    history_.append(batch);
    publish({std::move(tree), last});
    hubs = hubs_;
  }
  gate_.advance(last);
  for (const auto& hub : hubs) hub->post(batch, last);
}

void Core::on_progress(Revision revision) { gate_.advance(revision); }

void Core::on_error(Status status) {
  log::warning("a resource's feed from the store has ended",
               {{"resource", options_.resource_text}, {"cause", status.message}});
  std::unique_ptr<storage::Watch> ended;
  bool reload = false;
  {
    std::lock_guard lock(mutex_);
    ++feed_;
    ended = std::move(watch_);
    fruitless_feeds_ = gate_.reached() > feed_began_ ? 0 : fruitless_feeds_ + 1;
    reload = !hubs_.empty() && !closed_ && fruitless_feeds_ <= kFruitlessFeeds;
    // Without watchers it can wait until somebody asks.
    phase_ = reload ? Phase::kLoading : Phase::kEmpty;
  }
  if (reload) {
    spawn(run_load(shared_from_this()));
  } else {
    end_subscriptions();
  }
}

}  // namespace pedalion::watchcache
