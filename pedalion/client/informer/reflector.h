#pragma once
// Lists a resource and watches it from there, for ever: a state machine over a ListerWatcher.
#include <chrono>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "pedalion/base/signal.h"
#include "pedalion/client/informer/lister_watcher.h"
#include "pedalion/client/rest/backoff.h"

namespace pedalion::client::informer {

/// Whom a reflector tells, on its loop. None of these calls may stop the reflector.
class ReflectorSink {
 public:
  virtual ~ReflectorSink() = default;
  /// This is all there is.
  virtual void replace(std::vector<api::Object> objects) = 0;
  /// One change after what was told before: kAdded, kModified or kDeleted.
  virtual void apply(api::WatchEvent event) = 0;
  /// Something went wrong; the reflector goes on by itself.
  virtual void failed(const Status& error) = 0;
};

struct ReflectorOptions {
  std::string label_selector, field_selector;
  std::int64_t page_size = 500;
  bool watch_list = true;
  rest::BackoffOptions backoff;
  std::uint64_t seed = 0;  // 0: of the clock
  /// Where the time is from; empty: the steady clock.
  std::function<std::chrono::steady_clock::time_point()> clock;
};

/// Belongs to its ListerWatcher's loop.
///
///   state             | what ends it                                    | what comes then
///   ListingByWatch    | the bookmark that says: this was all            | Watching, the same watch
///                     | 429, 5xx from a server or none there            | BackingOff, ListingByWatch
///                     | 410, a version from the future                  | once more at no version
///                     | all else: refused, broken off                   | Listing
///   Listing           | the last page                                   | Watching
///                     | 410, a version from the future                  | once more at no version
///                     | all else                                        | BackingOff, begin
///   Watching          | its end after an event or after a second        | Watching, from the last version
///                     | 429, 5xx, nobody there, a shorter watch         | BackingOff, Watching (some times)
///                     | 410 and all else                                | BackingOff, begin
///   BackingOff        | its time                                        | as above
///
/// begin: ListingByWatch, or Listing without watch_list.
class Reflector {
 public:
  enum class State { kStopped, kListingByWatch, kListing, kWatching, kBackingOff };

  Reflector(ListerWatcher& source, ReflectorSink& sink, ReflectorOptions options);

  void start();
  /// Not from within a call of the sink.
  void stop();
  State state() const { return state_; }
  /// Up to which the sink has been told all; empty before the first replace().
  const std::string& resource_version() const { return version_; }

 private:
  using TimePoint = std::chrono::steady_clock::time_point;

  State begin() const { return options_.watch_list ? State::kListingByWatch : State::kListing; }
  Task<void> run();
  Task<State> list_by_watch();
  Task<State> list();
  Task<State> watch();
  Task<State> back_off();

  Task<Result<void>> open_watch(api::WatchOptions options);
  /// As that of the watch; whatever breaks it off is a 502.
  Task<Result<std::optional<api::WatchEvent>>> next_event();
  /// What is there, until the bookmark that ends it, which moves the version.
  Task<Result<std::vector<api::Object>>> read_initial();
  /// Hands on events until the watch ends.
  Task<Result<void>> read_events();
  Task<Result<std::vector<api::Object>>> read_pages();
  State after_watch(const Status* error, bool short_watch);
  State wait_then(State next);
  bool version_unusable(const Status& error);
  void watch_over(std::chrono::seconds timeout);
  std::chrono::seconds random_timeout();
  TimePoint now() const { return options_.clock ? options_.clock() : std::chrono::steady_clock::now(); }

  ListerWatcher& source_;
  ReflectorSink& sink_;
  ReflectorOptions options_;
  std::minstd_rand random_;
  rest::Backoff backoff_;
  State state_ = State::kStopped, after_backoff_ = State::kStopped;
  std::string version_;
  bool version_lost_ = false;  // the server has nothing at version_: ask for what is newest
  int failed_watches_ = 0;     // in a row
  std::size_t events_ = 0;     // of the present watch
  std::unique_ptr<EventSource> watch_;
  Timer watchdog_;  // a server that says nothing at all any more, and does not end what has had its time
  Job job_;         // last: ends before what it uses
};

}  // namespace pedalion::client::informer
