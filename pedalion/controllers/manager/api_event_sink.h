#pragma once
// Writes what controllers tell as Events of the API.
#include <deque>
#include <string>

#include "pedalion/base/signal.h"
#include "pedalion/controllers/controller.h"

namespace pedalion::controllers::manager {

/// Belongs to the client's loop. Writes one after the other; what is told again counts up the Event that
/// tells it. Of a crowd that waits, the last ones are lost.
class ApiEventSink final : public EventSink {
 public:
  explicit ApiEventSink(client::rest::RestClient& client);
  void record(std::string_view component, ObjectReference regarding, Type type, std::string_view reason,
              std::string_view message) override;

 private:
  struct Told {
    std::string component, reason, message;
    ObjectReference regarding;
    Type type;
    std::int64_t at;
    std::string key() const;
  };
  struct Written {
    std::string key, namespace_name, name;
    int count = 1;
  };
  Task<void> run();
  Task<void> write(Told told);

  client::rest::RestClient& client_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::deque<Told> waiting_;
  std::deque<Written> written_;  // the last ones
  Signal more_;
  Job job_;  // the last member: it uses all others
};

}  // namespace pedalion::controllers::manager
