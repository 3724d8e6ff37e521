#pragma once
// The last objects that the server said were not there: none of them comes back, for an uid is given once.
#include <deque>
#include <string>
#include <unordered_set>

#include "pedalion/controllers/garbage_collector/graph.h"

namespace pedalion::controllers::garbage_collector {

class AbsentOwners {
 public:
  void add(const Identity& identity) {
    auto [at, made] = keys_.insert(key_of(identity));
    if (!made) return;
    order_.push_back(*at);
    if (order_.size() <= kLimit) return;
    keys_.erase(order_.front());
    order_.pop_front();
  }
  bool contains(const Identity& identity) const { return keys_.contains(key_of(identity)); }

 private:
  static constexpr std::size_t kLimit = 500;
  static std::string key_of(const Identity& identity) {
    std::string key;
    for (const auto* part :
         {&identity.api_version, &identity.kind, &identity.namespace_name, &identity.name, &identity.uid}) {
      key += *part;
      key += '\n';
    }
    return key;
  }
  std::unordered_set<std::string> keys_;
  std::deque<std::string> order_;
};

}  // namespace pedalion::controllers::garbage_collector
