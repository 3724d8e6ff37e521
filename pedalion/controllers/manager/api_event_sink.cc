#include "pedalion/controllers/manager/api_event_sink.h"

#include "pedalion/base/log.h"

namespace pedalion::controllers::manager {

void ApiEventSink::record(std::string_view component, ObjectReference regarding, Type type,
                          std::string_view reason, std::string_view message) {
  auto found = recorders_.find(component);
  if (found == recorders_.end()) {
    client::tools::EventRecorderOptions options;
    options.component = component;
    options.on_error = [](const Status& error) {
      log::write(log::Level::kDebug, "an event is not written", {{"error", error.message}});
    };
    auto made = std::make_unique<client::tools::EventRecorder>(client_, std::move(options));
    found = recorders_.emplace(component, std::move(made)).first;
  }
  client::tools::ObjectReference involved;
  involved.api_version = std::move(regarding.api_version);
  involved.kind = std::move(regarding.kind);
  involved.namespace_name = std::move(regarding.namespace_name);
  involved.name = std::move(regarding.name);
  involved.uid = std::move(regarding.uid);
  found->second->event(std::move(involved), type == Type::kWarning ? "Warning" : "Normal", reason,
                       std::string(message));
}

}  // namespace pedalion::controllers::manager
