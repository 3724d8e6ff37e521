#pragma once
// The option types of meta.k8s.io/v1, as the registry takes them: parsed, not yet judged by a resource.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pedalion/apimachinery/selector/field_selector.h"
#include "pedalion/apimachinery/selector/label_selector.h"

namespace pedalion::registry::rest {

struct GetOptions {
  std::string resource_version;  // "", "0" or a revision: not older than that
};

struct ListOptions {
  selector::LabelSelector labels;
  selector::FieldSelector fields;
  std::string resource_version;
  std::string resource_version_match;  // "", "Exact", "NotOlderThan"
  std::int64_t limit = 0;
  std::string continue_token;
  // Watches only:
  bool allow_watch_bookmarks = false;
  std::optional<bool> send_initial_events;
  std::optional<std::int64_t> timeout_seconds;
};

enum class FieldValidation : std::uint8_t { kIgnore, kWarn, kStrict };

/// CreateOptions, UpdateOptions and PatchOptions.
struct WriteOptions {
  bool dry_run = false;
  std::string field_manager;  // defaulted from the user agent already
  FieldValidation field_validation = FieldValidation::kWarn;
  bool force = false;  // apply only
};

struct Preconditions {
  std::optional<std::string> uid, resource_version;
};

struct DeleteOptions {
  bool dry_run = false;
  std::optional<std::int64_t> grace_period_seconds;
  std::optional<bool> orphan_dependents;
  std::optional<std::string> propagation_policy;  // Orphan, Background, Foreground
  Preconditions preconditions;
};

}  // namespace pedalion::registry::rest
