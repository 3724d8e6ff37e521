#pragma once
// Writes down as Events what a controller does with objects, in the background.
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "pedalion/client/api/dynamic_client.h"
#include "pedalion/client/tools/event_correlator.h"

namespace pedalion::client::tools {

struct EventRecorderOptions {
  std::string component, host;                    // who says it
  std::size_t queue = 1000;                       // events that wait to be sent; more are dropped
  int tries = 12;                                 // of sending one, while the server cannot be reached …
  std::chrono::milliseconds retry_period{10000};  // … this long after another
  std::function<void(const Status&)> on_error;    // an event was dropped, or could not be sent yet
  /// Where the time is from; empty: the steady clock.
  std::function<std::chrono::steady_clock::time_point()> clock;
};

/// Who an event is about, as an Event names it.
ObjectReference reference_to(const api::Object& object, std::string field_path = {});

/// Belongs to its client's loop. What was not sent when it is destroyed is lost: flush() before.
class EventRecorder {
 public:
  EventRecorder(rest::RestClient& client, EventRecorderOptions options);
  ~EventRecorder();
  EventRecorder(const EventRecorder&) = delete;
  EventRecorder& operator=(const EventRecorder&) = delete;

  /// `type`: Normal or Warning; `reason`: one word of why. Never waits.
  void event(ObjectReference involved, std::string_view type, std::string_view reason, std::string message);
  /// Goes on when all that was recorded has been sent or given up.
  Task<void> flush();

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace pedalion::client::tools
