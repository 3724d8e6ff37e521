#pragma once
// Keeps events few: the same event is counted, many of one kind become one, and who says too much about an
// object is not heard. client-go's rules and numbers.
#include <chrono>
#include <cstdint>
#include <list>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/client/rest/rate_limiter.h"

namespace pedalion::client::tools {

/// Whom an event is about.
struct ObjectReference {
  std::string kind, namespace_name, name, uid, api_version, resource_version, field_path;
};

/// An event of core/v1.
struct Event {
  std::string namespace_name, name;
  ObjectReference involved;
  std::string type, reason, message;
  std::string component, host;
  meta::Instant first, last;
  std::int64_t count = 1;
};

/// The last `limit` entries that were used.
template <class T>
class RecentMap {
 public:
  explicit RecentMap(std::size_t limit) : limit_(limit) {}
  /// Made with `make` when it is not there.
  template <class Make>
  T& get(const std::string& key, Make make) {
    if (auto found = places_.find(key); found != places_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
      return entries_.front().second;
    }
    entries_.emplace_front(key, make());
    places_[key] = entries_.begin();
    if (entries_.size() > limit_) {
      places_.erase(entries_.back().first);
      entries_.pop_back();
    }
    return entries_.front().second;
  }
  std::size_t size() const { return entries_.size(); }

 private:
  std::size_t limit_;
  std::list<std::pair<std::string, T>> entries_;
  std::unordered_map<std::string, typename std::list<std::pair<std::string, T>>::iterator> places_;
};

/// Pure but for what it remembers; all times are the caller's.
class EventCorrelator {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  struct Decision {
    Event event;
    bool skip = false;    // said too much
    bool repeat = false;  // event.name is there already: only its count, time and message change
  };

  Decision correlate(Event event, TimePoint now);

 private:
  struct Similar {
    std::set<std::string> messages;
    TimePoint last;
  };
  struct Seen {
    std::int64_t count = 0;
    std::string name;
    meta::Instant first;
  };

  static constexpr std::size_t kRemembered = 4096;
  RecentMap<Similar> similar_{kRemembered};
  RecentMap<Seen> seen_{kRemembered};
  RecentMap<rest::RateLimiter> sources_{kRemembered};
};

/// NAME.HEX of the nanoseconds since the epoch.
std::string event_name(const ObjectReference& involved, meta::Instant now);

}  // namespace pedalion::client::tools
