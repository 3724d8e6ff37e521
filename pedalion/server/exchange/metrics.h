#pragma once
// The server's Prometheus series, under kube-apiserver's names, and their exposition.
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "pedalion/endpoints/request/request_info.h"

namespace pedalion::server {

/// Counts one long-running request in apiserver_longrunning_requests for as long as it lives.
using LongRunningGauge = std::shared_ptr<void>;

/// Thread-safe. A request's series are found through a table of the thread's own, so that no lock is shared
/// on the way.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void request_finished(const endpoints::RequestInfo& info, int code, std::chrono::nanoseconds took,
                        std::size_t size);
  LongRunningGauge long_running(const endpoints::RequestInfo& info);
  void in_flight(bool mutating, int running);
  void request_rejected(bool mutating);
  void authenticated();
  void authentication_failed();

  /// A gauge that is read when the metrics are scraped, e.g. apiserver_resource_objects of one resource.
  using Labels = std::vector<std::pair<std::string, std::string>>;
  void add_gauge(const std::string& name, const std::string& help, const Labels& labels,
                 std::function<double()> read);

  /// Prometheus text format 0.0.4.
  std::string expose() const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace pedalion::server
