#pragma once
// A list and a watch of one resource, metadata only; what it sees is handed on, and kept nowhere.
#include <functional>
#include <string>
#include <vector>

#include "pedalion/base/signal.h"
#include "pedalion/client/api/discovery.h"
#include "pedalion/client/rest/rest_client.h"
#include "pedalion/controllers/garbage_collector/metadata.h"

namespace pedalion::controllers::garbage_collector {

/// Called on the loop. They outlive the monitor, and must not destroy it.
struct MonitorSink {
  std::function<void(const Metadata& object)> observed;
  std::function<void(std::string_view uid)> removed;
  /// All that is there has been told: what was known before and is not among `uids` is gone.
  std::function<void(const client::api::ApiResource& resource, std::vector<std::string> uids)> listed;
};

/// Lists and watches from its construction on, and again when that breaks off.
class Monitor {
 public:
  Monitor(client::rest::RestClient& client, client::api::ApiResource resource, const MonitorSink& sink);
  const client::api::ApiResource& resource() const { return resource_; }
  /// It has listed all at least once.
  bool synced() const { return synced_; }

 private:
  Task<void> run();
  Task<Result<std::string>> list();
  /// `version`: where to go on, empty to begin with a list; moves on with what is seen.
  Task<Result<void>> list_and_watch(std::string* version);
  Task<Result<void>> watch(std::string* version);
  Metadata with_type(Metadata object) const;

  client::rest::RestClient& client_;
  client::api::ApiResource resource_;
  const MonitorSink& sink_;
  bool synced_ = false;
  Job job_;
};

}  // namespace pedalion::controllers::garbage_collector
