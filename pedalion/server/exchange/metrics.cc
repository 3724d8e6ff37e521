#include "pedalion/server/exchange/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <mutex>
#include <sstream>

namespace pedalion::server {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;

const prometheus::Histogram::BucketBoundaries kDurationSeconds = {
    0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60};
const prometheus::Histogram::BucketBoundaries kSizeBytes = {1000,     10000,     100000,    1000000,
                                                            10000000, 100000000, 1000000000};

/// The verb label: upper case, and LIST or WATCH where the method was GET.
std::string verb_label(const endpoints::RequestInfo& info) {
  if (!info.is_resource_request) {
    std::string method(info.verb);
    for (char& c : method) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return method;
  }
  static const std::map<std::string_view, std::string_view> kLabels = {
      {"create", "POST"}, {"update", "PUT"}, {"patch", "PATCH"}, {"delete", "DELETE"},
      {"get", "GET"},     {"list", "LIST"},  {"watch", "WATCH"}, {"deletecollection", "DELETECOLLECTION"}};
  auto found = kLabels.find(info.verb);
  return found == kLabels.end() ? "OTHER" : std::string(found->second);
}

std::string_view scope_label(const endpoints::RequestInfo& info) {
  if (!info.is_resource_request) return "";
  if (!info.name.empty() || info.verb == "create") return "resource";
  return info.ns.empty() ? "cluster" : "namespace";
}

prometheus::Labels request_labels(const endpoints::RequestInfo& info) {
  // Paths outside of the API are counted without their text: it is the client's, and would grow without
  // bound.
  return {{"verb", verb_label(info)},
          {"dry_run", ""},
          {"group", std::string(info.api_group)},
          {"version", std::string(info.api_version)},
          {"resource", std::string(info.resource)},
          {"subresource", info.is_resource_request ? std::string(info.subresource) : ""},
          {"scope", std::string(scope_label(info))},
          {"component", "apiserver"}};
}

struct RequestSeries {
  prometheus::Counter* total = nullptr;
  prometheus::Histogram* duration = nullptr;
  prometheus::Histogram* size = nullptr;
};

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

/// A client could multiply series by inventing resources: beyond this many, new ones are counted together.
constexpr std::size_t kMaxSeriesPerThread = 4096;

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

struct Metrics::Rep {
  mutable prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests = BuildCounter()
                                                          .Name("apiserver_request_total")
                                                          .Help("Counter of apiserver requests.")
                                                          .Register(registry);
  prometheus::Family<prometheus::Histogram>& durations =
      BuildHistogram()
          .Name("apiserver_request_duration_seconds")
          .Help("Response latency distribution in seconds.")
          .Register(registry);
  prometheus::Family<prometheus::Histogram>& sizes = BuildHistogram()
                                                         .Name("apiserver_response_sizes")
                                                         .Help("Response size distribution in bytes.")
                                                         .Register(registry);
  prometheus::Family<prometheus::Gauge>& long_running =
      BuildGauge()
          .Name("apiserver_longrunning_requests")
          .Help("Gauge of all active long-running apiserver requests.")
          .Register(registry);
  prometheus::Family<prometheus::Gauge>& in_flight_family =
      BuildGauge()
          .Name("apiserver_current_inflight_requests")
          .Help("Number of currently used inflight request limit of this apiserver.")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& dropped_family =
      BuildCounter()
          .Name("apiserver_dropped_requests_total")
          .Help("Number of requests dropped with 'Try again later' response.")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& authentication_family =
      BuildCounter()
          .Name("authentication_attempts")
          .Help("Counter of authenticated attempts.")
          .Register(registry);
  prometheus::Gauge& in_flight_read = in_flight_family.Add({{"request_kind", "readOnly"}});
  prometheus::Gauge& in_flight_write = in_flight_family.Add({{"request_kind", "mutating"}});
  prometheus::Counter& dropped_read = dropped_family.Add({{"request_kind", "readOnly"}});
  prometheus::Counter& dropped_write = dropped_family.Add({{"request_kind", "mutating"}});
  prometheus::Counter& authenticated = authentication_family.Add({{"result", "success"}});
  prometheus::Counter& authentication_failed = authentication_family.Add({{"result", "failure"}});

  struct ReadGauge {
    prometheus::Gauge* gauge;
    std::function<double()> read;
  };
  mutable std::mutex mutex;  // guards read_gauges and gauge_families
  std::vector<ReadGauge> read_gauges;
  std::map<std::string, prometheus::Family<prometheus::Gauge>*> gauge_families;

  const std::uint64_t id = next_id();

  RequestSeries make_series(const endpoints::RequestInfo& info, int code);
  RequestSeries& series_of(const endpoints::RequestInfo& info, int code);
};

RequestSeries Metrics::Rep::make_series(const endpoints::RequestInfo& info, int code) {
  auto labels = request_labels(info);
  RequestSeries made{nullptr, &durations.Add(labels, kDurationSeconds), nullptr};
  labels.erase("dry_run");
  made.size = &sizes.Add(labels, kSizeBytes);
  labels["dry_run"] = "";
  labels["code"] = std::to_string(code);
  made.total = &requests.Add(labels);
  return made;
}

/// What one thread has looked up, of the Metrics it looked at last.
struct KnownSeries {
  std::uint64_t owner = 0;
  std::unordered_map<std::string, RequestSeries> series;
};

RequestSeries& Metrics::Rep::series_of(const endpoints::RequestInfo& info, int code) {
  thread_local KnownSeries known;
  thread_local std::string key;
  if (known.owner != id) known = {id, {}};
  key.clear();
  for (std::string_view part :
       {std::string_view(info.verb), std::string_view(info.api_group), std::string_view(info.api_version),
        std::string_view(info.resource), std::string_view(info.subresource), scope_label(info)}) {
    key.append(part).push_back('\0');
  }
  key += std::to_string(code);
  if (auto found = known.series.find(key); found != known.series.end()) return found->second;
  if (known.series.size() < kMaxSeriesPerThread) {
    return known.series.emplace(key, make_series(info, code)).first->second;
  }
  endpoints::RequestInfo others;
  others.verb = "other";
  key = "others" + std::to_string(code);
  auto [place, added] = known.series.try_emplace(key);
  if (added) place->second = make_series(others, code);
  return place->second;
}

Metrics::Metrics() : rep_(std::make_unique<Rep>()) {
  add_gauge("process_resident_memory_bytes", "Resident memory size in bytes.", {}, resident_bytes);
  add_gauge("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", {}, cpu_seconds);
  double start = static_cast<double>(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
  add_gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.", {},
            [start] { return start; });
}

Metrics::~Metrics() = default;

void Metrics::request_finished(const endpoints::RequestInfo& info, int code, std::chrono::nanoseconds took,
                               std::size_t size) {
  RequestSeries& series = rep_->series_of(info, code);
  series.total->Increment();
  series.duration->Observe(std::chrono::duration<double>(took).count());
  if (size > 0) series.size->Observe(static_cast<double>(size));
}

LongRunningGauge Metrics::long_running(const endpoints::RequestInfo& info) {
  auto labels = request_labels(info);
  labels.erase("dry_run");
  prometheus::Gauge& gauge = rep_->long_running.Add(labels);
  gauge.Increment();
  return {&gauge, [](void* counted) { static_cast<prometheus::Gauge*>(counted)->Decrement(); }};
}

void Metrics::in_flight(bool mutating, int running) {
  (mutating ? rep_->in_flight_write : rep_->in_flight_read).Set(running);
}

void Metrics::request_rejected(bool mutating) {
  (mutating ? rep_->dropped_write : rep_->dropped_read).Increment();
}
void Metrics::authenticated() { rep_->authenticated.Increment(); }
void Metrics::authentication_failed() { rep_->authentication_failed.Increment(); }

void Metrics::add_gauge(const std::string& name, const std::string& help, const Labels& labels,
                        std::function<double()> read) {
  std::lock_guard lock(rep_->mutex);
  auto& family = rep_->gauge_families[name];
  if (family == nullptr) family = &BuildGauge().Name(name).Help(help).Register(rep_->registry);
  prometheus::Labels pairs(labels.begin(), labels.end());
  rep_->read_gauges.push_back({&family->Add(pairs), std::move(read)});
}

std::string Metrics::expose() const {
  {
    std::lock_guard lock(rep_->mutex);
    for (const auto& entry : rep_->read_gauges) entry.gauge->Set(entry.read());
  }
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, rep_->registry.Collect());
  return text.str();
}

}  // namespace pedalion::server
