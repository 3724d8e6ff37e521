#pragma once
// The engine behind the memory and the embedded store: a Store over a RecordLog, with all that a log does not
// know.
#include <memory>
#include <string>

#include "pedalion/storage/options.h"
#include "pedalion/storage/store.h"

namespace pedalion::storage {

class RecordLog;

/// Keeps each key and its revision in memory (about 100 bytes and the key's text), the values only in the
/// log. Thread-safe. Destroy watches and let calls end before it.
class LogStore : public Store {
 public:
  /// Loads the keys. Fails when the log cannot be read or contradicts itself.
  static Result<std::unique_ptr<LogStore>> open(std::unique_ptr<RecordLog> log, StoreOptions options);
  ~LogStore() override;

  Task<Result<Entry>> get(std::string key) override;
  Task<Result<ListResult>> list(std::string prefix, ListOptions options) override;
  Task<Result<Revision>> create(std::string key, Bytes value,
                                std::optional<std::chrono::seconds> ttl) override;
  Task<Result<Revision>> update(std::string key, Bytes value, Revision expected,
                                std::optional<std::chrono::seconds> ttl) override;
  Task<Result<Revision>> remove(std::string key, Revision expected) override;
  Result<std::unique_ptr<Watch>> watch(std::string prefix, Revision after, WatchSink& sink) override;
  Task<Result<void>> compact(Revision revision) override;
  Task<Result<Revision>> current_revision(std::string) override;

  /// The failure that made the store read-only, if there was one. Does not wait.
  Result<void> healthy() const;
  /// How many keys there are.
  std::size_t size() const;

 protected:
  /// For stores that add to it: takes over what open() made.
  LogStore(LogStore&& engine) noexcept;

 private:
  struct Parts;
  explicit LogStore(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace pedalion::storage
