#pragma once
// The options of the verbs. What is left out is not sent.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace pedalion::client::api {

struct GetOptions {
  std::string resource_version;
};

struct ListOptions {
  std::string label_selector, field_selector;
  std::string resource_version, resource_version_match;  // match: Exact, NotOlderThan
  std::int64_t limit = 0;                                // objects a page; 0: all at once
  std::string continue_token;
};

struct WatchOptions {
  std::string label_selector, field_selector;
  std::string resource_version, resource_version_match;
  std::chrono::seconds timeout{};  // after which the server ends the watch; 0: as it likes
  bool allow_bookmarks = false;
  bool send_initial_events = false;  // what is there comes first, then a bookmark (KEP-3157)
};

struct WriteOptions {
  bool dry_run = false;
  std::string field_manager;
  std::string field_validation;  // Ignore, Warn, Strict
};

struct PatchOptions : WriteOptions {
  std::optional<bool> force;  // of an apply: take over what others own
};

enum class Propagation { kDefault, kOrphan, kBackground, kForeground };

struct DeleteOptions {
  bool dry_run = false;
  Propagation propagation = Propagation::kDefault;
  std::optional<std::int64_t> grace_period_seconds;
  std::string uid, resource_version;  // preconditions
};

}  // namespace pedalion::client::api
