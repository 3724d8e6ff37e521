#pragma once
// A watch under way, event by event.
#include <memory>
#include <optional>
#include <string>

#include "pedalion/client/api/object.h"
#include "pedalion/client/rest/request.h"

namespace pedalion::client::api {

struct WatchEvent {
  enum class Type { kAdded, kModified, kDeleted, kBookmark, kError } type = Type::kAdded;
  Object object;  // of kBookmark: only its kind, its resource version and its annotations say something
  Status error;   // of kError: what the server says; the watch ends after it
  /// A bookmark that says: all that was there has been sent (metadata.annotations k8s.io/initial-events-end).
  bool initial_events_end = false;
};

/// Destroying it ends the watch. One reader at a time, on its client's loop.
class Watch {
 public:
  explicit Watch(rest::Stream stream);
  Watch(Watch&&) noexcept;
  Watch& operator=(Watch&&) noexcept;
  ~Watch();

  /// The next event; none when the server ended the watch in good order. Fails when the connection broke, or
  /// with what could not be read (frames up to 16 MiB).
  Task<Result<std::optional<WatchEvent>>> next();
  /// Whether next() has an event without waiting.
  bool ready() const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace pedalion::client::api
