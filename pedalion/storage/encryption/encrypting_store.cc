#include "pedalion/storage/encryption/encrypting_store.h"

#include "pedalion/storage/errors.h"

namespace pedalion::storage::encryption {
namespace {

class OpeningSink final : public WatchSink {
 public:
  OpeningSink(WatchSink& above, const EncryptingStore& store) : above_(above), store_(store) {}

  void on_events(std::vector<Event> events) override {
    for (Event& event : events) {
      open(event.key, event.value);
      open(event.key, event.previous_value);
    }
    above_.on_events(std::move(events));
  }
  void on_progress(Revision revision) override { above_.on_progress(revision); }
  void on_error(Status status) override { above_.on_error(std::move(status)); }
  bool wants_previous_values() const override { return above_.wants_previous_values(); }

 private:
  void open(const std::string& key, Bytes& value) const {
    if (value.empty() || !store_.encrypts(key)) return;
    if (auto opened = store_.open(key, value)) value = Bytes(std::move(opened->value));
  }
  WatchSink& above_;
  const EncryptingStore& store_;
};

class OpeningWatch final : public Watch {
 public:
  OpeningWatch(WatchSink& above, const EncryptingStore& store) : sink(above, store) {}
  OpeningSink sink;
  std::unique_ptr<Watch> below;  // ends first
};

Status unreadable(std::string_view key, const Status& cause) {
  return Status(
      500, "InternalError",
      "Internal error occurred: unable to transform key \"" + std::string(key) + "\": " + cause.message);
}

}  // namespace

std::shared_ptr<const Chain> EncryptingStore::chain_of(std::string_view key) const {
  auto rules = rules_.load();
  // The rules that fit are prefixes of each other, and so is what lies between them in order: go back until
  // one fits.
  for (auto at = rules->upper_bound(key); at != rules->begin();) {
    --at;
    if (key.starts_with(at->first)) return at->second;
  }
  return nullptr;
}

bool EncryptingStore::encrypts(std::string_view key) const { return chain_of(key) != nullptr; }

Result<Opened> EncryptingStore::open(std::string_view key, const Bytes& value) const {
  auto chain = chain_of(key);
  if (chain == nullptr) return Opened{std::string(value.view()), false};
  auto opened = chain->from_storage(value.view(), key);
  if (!opened) return std::unexpected(unreadable(key, opened.error()));
  return opened;
}

Result<Bytes> EncryptingStore::sealed(std::string_view key, Bytes value) const {
  auto chain = chain_of(key);
  if (chain == nullptr) return value;
  auto stored = chain->to_storage(value.view(), key);
  if (!stored) return std::unexpected(unreadable(key, stored.error()));
  return Bytes(*std::move(stored));
}

Task<Result<Opened>> EncryptingStore::open_off_loop(const Entry& entry) {
  auto chain = chain_of(entry.key);
  if (chain == nullptr || !chain->may_wait()) co_return open(entry.key, entry.value);
  Result<Opened> opened = std::unexpected(storage_failed("not opened"));
  co_await parallel_.each(
      1, [&](std::size_t) { opened = open(entry.key, entry.value); }, Parallel::Here::kNever);
  co_return opened;
}

Task<Result<Entry>> EncryptingStore::get(std::string key) {
  CO_TRY(Entry entry, co_await below_.get(std::move(key)));
  if (!encrypts(entry.key)) co_return entry;
  CO_TRY(Opened opened, co_await open_off_loop(entry));
  entry.value = Bytes(std::move(opened.value));
  co_return entry;
}

Task<Result<bool>> EncryptingStore::is_stale(std::string key) {
  if (!encrypts(key)) co_return false;
  CO_TRY(Entry entry, co_await below_.get(std::move(key)));
  CO_TRY(Opened opened, co_await open_off_loop(entry));
  co_return opened.stale;
}

Task<Result<ListResult>> EncryptingStore::list(std::string prefix, ListOptions options) {
  auto chain = chain_of(prefix);
  const auto here = chain && chain->may_wait() ? Parallel::Here::kNever : Parallel::Here::kWhenFew;
  CO_TRY(ListResult result, co_await below_.list(std::move(prefix), std::move(options)));
  co_await parallel_.each(
      result.entries.size(),
      [&](std::size_t i) {
        Entry& entry = result.entries[i];
        if (!encrypts(entry.key)) return;
        if (auto opened = open(entry.key, entry.value)) entry.value = Bytes(std::move(opened->value));
      },
      here);
  co_return result;
}

Task<Result<Revision>> EncryptingStore::create(std::string key, Bytes value,
                                               std::optional<std::chrono::seconds> ttl) {
  CO_TRY(Bytes stored, sealed(key, std::move(value)));
  co_return co_await below_.create(std::move(key), std::move(stored), ttl);
}

Task<Result<Revision>> EncryptingStore::update(std::string key, Bytes value, Revision expected,
                                               std::optional<std::chrono::seconds> ttl) {
  CO_TRY(Bytes stored, sealed(key, std::move(value)));
  co_return co_await below_.update(std::move(key), std::move(stored), expected, ttl);
}

Result<std::unique_ptr<Watch>> EncryptingStore::watch(std::string prefix, Revision after, WatchSink& sink) {
  auto watch = std::make_unique<OpeningWatch>(sink, *this);
  TRY(watch->below, below_.watch(std::move(prefix), after, watch->sink));
  return watch;
}

}  // namespace pedalion::storage::encryption
