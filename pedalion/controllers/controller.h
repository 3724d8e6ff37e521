#pragma once
// What a controller is, and what all of them are given.
#include <memory>
#include <string>
#include <string_view>

#include "pedalion/base/loop.h"
#include "pedalion/client/informer/informer.h"
#include "pedalion/client/rest/rest_client.h"

namespace pedalion::controllers {

/// Whom an event is about.
struct ObjectReference {
  std::string api_version, kind, namespace_name, name, uid;
};

/// Where controllers tell people what they did. Never fails: an event that cannot be written is lost.
class EventSink {
 public:
  enum class Type { kNormal, kWarning };
  virtual ~EventSink() = default;
  /// An Event of `component`.
  virtual void record(std::string_view component, ObjectReference regarding, Type type,
                      std::string_view reason, std::string_view message) = 0;
};

/// All of it outlives the controllers, and belongs to `loop`.
struct Context {
  Loop& loop;
  client::rest::RestClient& client;
  client::informer::InformerFactory& informers;
  EventSink& events;
  std::string_view root_ca;  // PEM of the authorities that verify the server; empty: not known
};

/// Runs on its context's loop from its construction until its destruction, which calls everything off that is
/// under way. Informers that it asks for in its constructor are started after it.
class Controller {
 public:
  virtual ~Controller() = default;
};

}  // namespace pedalion::controllers
