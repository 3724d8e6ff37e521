#include "pedalion/watchcache/cache.h"

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/base/log.h"
#include "pedalion/watchcache/core.h"
#include "pedalion/watchcache/list.h"
#include "pedalion/watchcache/stored_list.h"
#include "pedalion/watchcache/watcher.h"

namespace pedalion::watchcache {
namespace {

class CacheOverStore final : public Cache {
 public:
  CacheOverStore(storage::Store& store, const ObjectDecoder& decoder, CacheOptions options)
      : core_(std::make_shared<Core>(store, decoder, std::move(options))) {}
  ~CacheOverStore() override { core_->close(); }

  Task<Result<void>> load() override { return core_->load(); }
  Task<Result<ObjectPtr>> get(std::string key, Freshness freshness) override;
  ObjectPtr peek(std::string_view key) const override { return core_->view().tree.find(key); }
  Task<Result<ListPage>> list(ListQuery query) override;
  Task<Result<std::unique_ptr<Subscription>>> watch(WatchQuery query) override;
  Revision revision() const override { return core_->revision(); }
  std::size_t size() const override { return core_->view().tree.size(); }
  const CacheOptions& options() const override { return core_->options(); }

 private:
  /// Waits as long as `freshness` asks for.
  Task<Result<void>> become(Freshness freshness);
  Task<Result<ListPage>> list_exact(ListQuery query);

  const std::shared_ptr<Core> core_;
  PastViews past_views_{core_->options().history};
};

Task<Result<void>> CacheOverStore::become(Freshness freshness) {
  using Kind = Freshness::Kind;
  CO_TRY_OK(co_await core_->load());
  if (freshness.kind == Kind::kLatest) co_return co_await core_->wait_until_current();
  if (freshness.kind == Kind::kAny) co_return Result<void>();
  co_return co_await core_->wait_until(freshness.revision);
}

Task<Result<ObjectPtr>> CacheOverStore::get(std::string key, Freshness freshness) {
  CO_TRY_OK(co_await become(freshness));
  co_return peek(key);
}

Task<Result<ListPage>> CacheOverStore::list(ListQuery query) {
  past_views_.tidy();
  if (query.freshness.kind == Freshness::Kind::kExact && query.freshness.revision != 0)
    co_return co_await list_exact(std::move(query));
  CO_TRY_OK(co_await become(query.freshness));
  co_return page_of(core_->view(), query, core_->options().field_names);
}

Task<Result<ListPage>> CacheOverStore::list_exact(ListQuery query) {
  Revision wanted = query.freshness.revision;
  CO_TRY_OK(co_await core_->load());
  if (wanted > core_->revision()) {
    CO_TRY(Revision current, co_await core_->store().current_revision(core_->options().prefix));
    if (wanted > current) co_return std::unexpected(meta::too_large_resource_version(wanted, current, 0));
    CO_TRY_OK(co_await core_->wait_until(wanted));
  }
  Core::Past past = core_->past(wanted);
  if (wanted < past.begin) co_return co_await list_stored(core_, std::move(query));
  View view{past_views_.as_of(past, wanted, query.selection.prefix), wanted};
  co_return page_of(view, query, core_->options().field_names);
}

Task<Result<std::unique_ptr<Subscription>>> CacheOverStore::watch(WatchQuery query) {
  using Kind = Freshness::Kind;
  CO_TRY_OK(co_await core_->load());
  Freshness freshness = query.freshness;
  if (freshness.kind == Kind::kNotOlderThan && freshness.revision == 0) freshness.kind = Kind::kAny;
  bool initial = query.send_initial_events.value_or(freshness.kind != Kind::kNotOlderThan);
  bool from_history = !initial && freshness.kind == Kind::kNotOlderThan;
  if (!from_history) {
    if (auto fresh = co_await become(freshness); !fresh)
      co_return failed_subscription(std::move(fresh).error());
  }
  Loop* loop = Loop::current();
  if (loop == nullptr) co_return std::unexpected(meta::internal_error("watches belong to a loop"));
  // What is newer than the newest: nothing of the history.
  Revision after = from_history ? freshness.revision : std::numeric_limits<Revision>::max();
  auto [past, hub] = core_->connect(*loop, after);
  if (after < past.begin) {
    hub->leave_if_empty();
    co_return failed_subscription(meta::expired("too old resource version: " + std::to_string(after) + " (" +
                                                std::to_string(past.begin) + ")"));
  }
  auto begin = initial        ? Watcher::Begin::kInitialState
               : from_history ? Watcher::Begin::kHistory
                              : Watcher::Begin::kNow;
  co_return std::make_unique<Watcher>(std::move(hub), std::move(query), std::move(past), begin, after);
}

}  // namespace

std::unique_ptr<Cache> Cache::create(storage::Store& store, const ObjectDecoder& decoder,
                                     CacheOptions options) {
  return std::make_unique<CacheOverStore>(store, decoder, std::move(options));
}

}  // namespace pedalion::watchcache
