#pragma once
// Writes what controllers tell as Events of the API.
#include <map>
#include <memory>
#include <string>

#include "pedalion/client/tools/event_recorder.h"
#include "pedalion/controllers/controller.h"

namespace pedalion::controllers::manager {

/// Belongs to the client's loop. Each component has a recorder of its own, for each is held to limits of its
/// own.
class ApiEventSink final : public EventSink {
 public:
  explicit ApiEventSink(client::rest::RestClient& client) : client_(client) {}
  void record(std::string_view component, ObjectReference regarding, Type type, std::string_view reason,
              std::string_view message) override;

 private:
  client::rest::RestClient& client_;
  std::map<std::string, std::unique_ptr<client::tools::EventRecorder>, std::less<>> recorders_;
};

}  // namespace pedalion::controllers::manager
