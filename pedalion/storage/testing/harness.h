#pragma once
// What the suite needs to know of a store, and short blocking forms of its calls.
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "pedalion/storage/store.h"

namespace pedalion::storage::testing {

/// A place that holds one store at a time.
class Place {
 public:
  virtual ~Place() = default;
  /// Opens the store; again, with what it held, after the one before was destroyed (if persistent).
  virtual std::unique_ptr<Store> open() = 0;
  virtual bool persistent() const = 0;
  /// A write's events are with the watchers before the write is answered, or soon after.
  virtual bool tells_before_it_answers() const { return true; }
};

/// Makes an empty place; called once a test.
struct StoreUnderTest {
  std::string name;
  std::function<std::unique_ptr<Place>()> make_place;
};
inline std::ostream& operator<<(std::ostream& out, const StoreUnderTest& store) { return out << store.name; }

/// Remembers all it is told, and checks the order.
class RecordingSink final : public WatchSink {
 public:
  explicit RecordingSink(bool wants_previous_values = true) : wants_previous_values_(wants_previous_values) {}

  void on_events(std::vector<Event> events) override;
  void on_progress(Revision revision) override;
  void on_error(Status status) override;
  bool wants_previous_values() const override { return wants_previous_values_; }

  /// All events so far, when there are at least `count` or thirty seconds went by.
  std::vector<Event> wait_for_events(std::size_t count);
  /// False when it does not come within thirty seconds.
  bool wait_for_progress(Revision revision);
  /// Code 0 when none comes.
  Status wait_for_error();
  std::size_t count();

 private:
  template <class Condition>
  bool wait(std::unique_lock<std::mutex>& lock, Condition condition) {
    return changed_.wait_for(lock, std::chrono::seconds(30), condition);
  }

  const bool wants_previous_values_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::vector<Event> events_;
  Revision progress_ = 0;
  std::optional<Status> error_;
};

/// "put /a=1 was 0", "put /a=1" for a new key, "delete /a was 1".
std::string to_text(const Event& event);
std::vector<std::string> to_texts(const std::vector<Event>& events);
/// "/a=1" a key.
std::vector<std::string> to_texts(const std::vector<Entry>& entries);

class StoreSuite : public ::testing::TestWithParam<StoreUnderTest> {
 protected:
  StoreSuite() : place_(GetParam().make_place()), store_(place_->open()) {}

  Result<Entry> get(std::string key) { return sync_wait(store_->get(std::move(key))); }
  Result<ListResult> list(std::string prefix, ListOptions options = {}) {
    return sync_wait(store_->list(std::move(prefix), std::move(options)));
  }
  Result<Revision> try_create(std::string key, std::string value,
                              std::optional<std::chrono::seconds> ttl = {}) {
    return sync_wait(store_->create(std::move(key), Bytes(std::move(value)), ttl));
  }
  Result<Revision> try_update(std::string key, std::string value, Revision expected,
                              std::optional<std::chrono::seconds> ttl = {}) {
    return sync_wait(store_->update(std::move(key), Bytes(std::move(value)), expected, ttl));
  }
  Result<Revision> try_remove(std::string key, Revision expected) {
    return sync_wait(store_->remove(std::move(key), expected));
  }
  Result<void> try_compact(Revision revision) { return sync_wait(store_->compact(revision)); }
  Revision now() { return must(sync_wait(store_->current_revision({}))); }

  // The same, where success is expected.
  Revision create(std::string key, std::string value) {
    return must(try_create(std::move(key), std::move(value)));
  }
  Revision update(std::string key, std::string value, Revision expected) {
    return must(try_update(std::move(key), std::move(value), expected));
  }
  Revision remove(std::string key, Revision expected) { return must(try_remove(std::move(key), expected)); }
  void compact(Revision revision) {
    auto compacted = try_compact(revision);
    EXPECT_TRUE(compacted) << compacted.error().message;
  }
  std::unique_ptr<Watch> watch(std::string prefix, Revision after, WatchSink& sink) {
    auto watch = store_->watch(std::move(prefix), after, sink);
    EXPECT_TRUE(watch) << watch.error().message;
    return watch ? std::move(*watch) : nullptr;
  }
  void reopen() {
    store_.reset();
    store_ = place_->open();
  }

  static Revision must(Result<Revision> result) {
    EXPECT_TRUE(result) << result.error().message;
    return result.value_or(0);
  }
  template <class T>
  static void expect_status(const Result<T>& result, int code, std::string_view reason) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code) << result.error().message;
    EXPECT_EQ(result.error().reason, reason) << result.error().message;
  }

  std::unique_ptr<Place> place_;
  std::unique_ptr<Store> store_;
};

}  // namespace pedalion::storage::testing
