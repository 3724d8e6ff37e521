#pragma once
// What a reflector asks for: lists and watches of one resource, of a server or of a test.
#include <memory>
#include <optional>

#include "pedalion/client/api/dynamic_client.h"

namespace pedalion::client::informer {

/// A watch under way; api::Watch as an interface. Destroying it ends the watch.
class EventSource {
 public:
  virtual ~EventSource() = default;
  /// The next event; none when the server ended the watch in good order. Fails when it broke off.
  virtual Task<Result<std::optional<api::WatchEvent>>> next() = 0;
};

/// Belongs to loop(); its Tasks may be destroyed while they wait.
class ListerWatcher {
 public:
  virtual ~ListerWatcher() = default;
  virtual Loop& loop() = 0;
  /// One page.
  virtual Task<Result<api::ObjectList>> list(api::ListOptions options) = 0;
  virtual Task<Result<std::unique_ptr<EventSource>>> watch(api::WatchOptions options) = 0;
};

/// That of a server. `resource`'s client outlives it.
std::unique_ptr<ListerWatcher> make_lister_watcher(api::ResourceClient resource);

}  // namespace pedalion::client::informer
