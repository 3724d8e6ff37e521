#pragma once
// A store whose values are plain to those above it and encrypted in the one below, where a rule says so.
#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "pedalion/base/parallel.h"
#include "pedalion/storage/encryption/transformer.h"
#include "pedalion/storage/store.h"

namespace pedalion::storage::encryption {

/// Which keys are encrypted how, by the beginning of the key; the longest that fits counts. Immutable.
using Rules = std::map<std::string, std::shared_ptr<const Chain>, std::less<>>;

/// A value that cannot be decrypted fails a get; lists and watches hand it on as it is, for their readers to
/// report. `below` is borrowed. Thread-safe.
class EncryptingStore final : public Store {
 public:
  EncryptingStore(Store& below, Rules rules)
      : below_(below), rules_(std::make_shared<const Rules>(std::move(rules))) {}

  /// From now on.
  void set_rules(Rules rules) { rules_.store(std::make_shared<const Rules>(std::move(rules))); }

  Task<Result<Entry>> get(std::string key) override;
  Task<Result<ListResult>> list(std::string prefix, ListOptions options) override;
  Task<Result<Revision>> create(std::string key, Bytes value,
                                std::optional<std::chrono::seconds> ttl) override;
  Task<Result<Revision>> update(std::string key, Bytes value, Revision expected,
                                std::optional<std::chrono::seconds> ttl) override;
  Task<Result<Revision>> remove(std::string key, Revision expected) override {
    return below_.remove(std::move(key), expected);
  }
  Result<std::unique_ptr<Watch>> watch(std::string prefix, Revision after, WatchSink& sink) override;
  Task<Result<void>> compact(Revision revision) override { return below_.compact(revision); }
  Task<Result<Revision>> current_revision(std::string prefix) override {
    return below_.current_revision(std::move(prefix));
  }
  Task<Result<bool>> is_stale(std::string key) override;

  /// The plain value; null chain: as it is. For the watches.
  Result<Opened> open(std::string_view key, const Bytes& value) const;
  /// Whether any rule is for this key.
  bool encrypts(std::string_view key) const;

 private:
  std::shared_ptr<const Chain> chain_of(std::string_view key) const;
  Result<Bytes> sealed(std::string_view key, Bytes value) const;
  /// `entry` outlives the task.
  Task<Result<Opened>> open_off_loop(const Entry& entry);

  Store& below_;
  Parallel parallel_;
  std::atomic<std::shared_ptr<const Rules>> rules_;
};

}  // namespace pedalion::storage::encryption
