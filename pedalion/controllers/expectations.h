#pragma once
// What a controller has asked for and has not seen yet: it must not ask twice because a watch lags behind.
#include <chrono>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace pedalion::controllers {

/// By the key of who asked. Not thread-safe.
class Expectations {
 public:
  using Clock = std::chrono::steady_clock;

  /// `count` objects will come.
  void expect_creations(const std::string& key, int count, Clock::time_point now) {
    auto& wanted = wanted_[key];
    wanted.creations += count;
    wanted.since = now;
  }
  void expect_deletion(const std::string& key, std::string uid, Clock::time_point now) {
    auto& wanted = wanted_[key];
    wanted.deletions.insert(std::move(uid));
    wanted.since = now;
  }
  /// One came, or will not come after all.
  void creation_seen(const std::string& key) {
    auto found = wanted_.find(key);
    if (found == wanted_.end()) return;
    if (found->second.creations > 0) --found->second.creations;
    drop_if_met(found);
  }
  void deletion_seen(const std::string& key, const std::string& uid) {
    auto found = wanted_.find(key);
    if (found == wanted_.end()) return;
    found->second.deletions.erase(uid);
    drop_if_met(found);
  }
  void forget(const std::string& key) { wanted_.erase(key); }
  /// Nothing is missing, or it has been missing for so long that it is not worth waiting for.
  bool met(const std::string& key, Clock::time_point now) const {
    auto found = wanted_.find(key);
    return found == wanted_.end() || now - found->second.since > kPatience;
  }

 private:
  static constexpr std::chrono::minutes kPatience{5};
  struct Wanted {
    int creations = 0;
    std::unordered_set<std::string> deletions;
    Clock::time_point since;
  };
  using Map = std::unordered_map<std::string, Wanted>;
  void drop_if_met(Map::iterator at) {
    if (at->second.creations == 0 && at->second.deletions.empty()) wanted_.erase(at);
  }
  Map wanted_;
};

}  // namespace pedalion::controllers
