#pragma once
// A shared informer: one list and watch of a resource, the objects it holds, and all who want to know of
// changes.
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/client/api/dynamic_client.h"
#include "pedalion/client/informer/lister_watcher.h"

namespace pedalion::client::informer {

/// What one who listens is called with, on the loop, in the order of the changes; the informer's store holds
/// the change already. Must not call the informer's stop() or destroy it (post that). Any of them may be
/// empty.
struct EventHandler {
  /// `initial`: it was there before the handler was.
  std::function<void(const api::Object& object, bool initial)> on_add;
  /// Of another UID when its end and its return were not seen.
  std::function<void(const api::Object& before, const api::Object& now)> on_update;
  /// `last`: as it was when it was last seen; `seen`: its end itself was seen, not only that it is gone.
  std::function<void(const api::Object& last, bool seen)> on_delete;
};

struct InformerOptions {
  std::string label_selector, field_selector;
  std::int64_t page_size = 500;  // where a list has to be had in pages
  bool watch_list = true;        // begin with a watch that sends what is there, where the server can
  std::chrono::milliseconds first_backoff{800}, last_backoff{30000};
  std::uint64_t seed = 0;  // of jitter; 0: of the clock
  /// Makes smaller what is kept, or leaves it as it is.
  std::function<api::Object(api::Object)> transform;
  /// Where the time is from; empty: the steady clock.
  std::function<std::chrono::steady_clock::time_point()> clock;
  /// Told of everything that went wrong; the informer goes on by itself.
  std::function<void(const Status&)> on_error;
};

/// Belongs to the loop of its client, which outlives it.
class Informer {
 public:
  Informer(api::ResourceClient resource, InformerOptions options = {});
  /// Of what is no server (tests).
  explicit Informer(std::unique_ptr<ListerWatcher> source, InformerOptions options = {});
  /// stop().
  ~Informer();
  Informer(const Informer&) = delete;
  Informer& operator=(const Informer&) = delete;

  /// Objects by what `keys_of` appends for each. Before start().
  void add_index(std::string name,
                 std::function<void(const api::Object&, std::vector<std::string>& keys)> keys_of);
  bool has_index(std::string_view name) const;
  /// At any time: what is there already is added at once, in one turn.
  void add_handler(EventHandler handler);

  void start();
  /// No more calls; the objects stay.
  void stop();
  /// All that was there when it began is in, and every handler has been told.
  bool synced() const;
  /// Goes on when synced().
  Task<void> wait_for_sync();

  /// No object when there is none.
  api::Object get(std::string_view namespace_name, std::string_view name) const;
  std::vector<api::Object> list() const;
  std::vector<api::Object> list(std::string_view namespace_name) const;
  std::vector<api::Object> by_index(std::string_view index, std::string_view key) const;
  std::size_t size() const;
  /// Up to which it has seen all changes.
  const std::string& resource_version() const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

/// One informer a resource and namespace, shared by all who ask for it.
class InformerFactory {
 public:
  explicit InformerFactory(rest::RestClient& client, InformerOptions options = {});
  ~InformerFactory();
  /// Made when first asked for; the namespace may be empty (all).
  Informer& of(const meta::GroupVersionResource& resource, std::string_view namespace_name = {});
  /// Starts those that have been asked for and have not been started.
  void start();
  Task<void> wait_for_sync();
  void stop();

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace pedalion::client::informer
