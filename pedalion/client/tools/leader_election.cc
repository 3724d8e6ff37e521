#include "pedalion/client/tools/leader_election.h"

#include <random>
#include <utility>

#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/base/signal.h"
#include "pedalion/client/rest/backoff.h"
#include "pedalion/client/tools/lease_record.h"

namespace pedalion::client::tools {
namespace {
constexpr double kJitter = 1.2;
using TimePoint = std::chrono::steady_clock::time_point;
}  // namespace

struct LeaderElector::Rep {
  Rep(rest::RestClient& client, LeaderElectionOptions given)
      : options(std::move(given)),
        leases(api::ResourceClient(client, {"coordination.k8s.io", "v1", "leases"})
                   .in_namespace(options.namespace_name)),
        loop(client.loop()),
        deadline(loop) {}

  TimePoint now() const { return options.clock ? options.clock() : std::chrono::steady_clock::now(); }
  bool is_leader() const { return observed.holder == options.identity; }
  bool lease_valid() const { return observed_at + std::chrono::seconds(observed.duration_seconds) > now(); }

  Task<void> run() {
    while (!co_await try_acquire_or_renew()) {
      report();
      co_await sleep_for(loop, rest::jittered(options.retry_period, kJitter, random));
    }
    led = true;
    report();
    if (options.on_started_leading) options.on_started_leading();
    for (;;) {
      co_await sleep_for(loop, options.retry_period);
      deadline.start(options.renew_deadline, [this] { lose(); });
      while (!co_await try_acquire_or_renew()) {
        report();
        co_await sleep_for(loop, options.retry_period);
      }
      deadline.stop();
      report();
    }
  }

  /// The lease could not be renewed in time. Called by the timer, while run() waits.
  void lose() {
    {
      Job ended = std::move(job);
    }
    stop_leading();
  }
  void stop_leading() {
    deadline.stop();
    report();
    if (std::exchange(led, false) && options.on_stopped_leading) options.on_stopped_leading();
  }

  void observe(LeaseRecord record) {
    observed = std::move(record);
    observed_at = now();
  }
  void report() {
    if (observed.holder == reported) return;
    reported = observed.holder;
    if (options.on_new_leader) options.on_new_leader(reported);
  }
  bool failed(const Status& error) const {
    if (options.on_error) options.on_error(error);
    return false;
  }

  LeaseRecord own_record() const {
    LeaseRecord record;
    record.holder = options.identity;
    record.duration_seconds =
        std::chrono::duration_cast<std::chrono::seconds>(options.lease_duration).count();
    record.acquired = record.renewed = meta::format_micro_time(meta::now());
    return record;
  }
  static void keep_term(LeaseRecord& record, const LeaseRecord& before) {
    record.acquired = before.acquired;
    record.transitions = before.transitions;
  }

  Task<bool> try_acquire_or_renew() {
    LeaseRecord record = own_record();
    if (lease && is_leader() && lease_valid()) {
      // Nobody else should have written: without looking first.
      keep_term(record, observed);
      auto renewed = co_await write(record);
      if (renewed) co_return true;
      failed(renewed.error());
      keep_term(record, own_record());
      record.transitions = 0;
    }
    auto found = co_await leases.get(options.name);
    if (!found && found.error().code == 404) {
      auto made = co_await create(record);
      co_return made ? true : failed(made.error());
    }
    if (!found) co_return failed(found.error());
    lease = *std::move(found);
    if (LeaseRecord read = read_lease(lease); !(read == seen)) {
      seen = read;
      observe(std::move(read));
    }
    if (!seen.holder.empty() && lease_valid() && !is_leader()) co_return false;
    if (is_leader()) {
      keep_term(record, seen);
    } else {
      record.transitions = seen.transitions + 1;
    }
    auto written = co_await write(record);
    co_return written ? true : failed(written.error());
  }

  Task<Result<void>> create(LeaseRecord record) {
    CO_TRY(lease, co_await leases.create(new_lease(options.namespace_name, options.name, record)));
    observe(std::move(record));
    co_return Result<void>();
  }
  /// Over the lease as it was last read or written; fails when it has changed since.
  Task<Result<void>> write(LeaseRecord record) {
    CO_TRY(lease, co_await leases.update(options.name, with_record(lease, record)));
    observe(std::move(record));
    co_return Result<void>();
  }

  /// A renewal may have been on its way when it was called off: looks first.
  Task<void> release() {
    auto found = co_await leases.get(options.name);
    if (!found) {
      failed(found.error());
      co_return;
    }
    lease = *std::move(found);
    const LeaseRecord held = read_lease(lease);
    observe(held);
    if (!is_leader()) co_return;
    LeaseRecord record;
    record.duration_seconds = 1;
    record.transitions = held.transitions;
    record.acquired = record.renewed = meta::format_micro_time(meta::now());
    auto released = co_await write(std::move(record));
    if (!released) failed(released.error());
  }

  LeaderElectionOptions options;
  api::ResourceClient leases;
  Loop& loop;
  std::minstd_rand random{std::random_device{}()};
  api::Object lease;           // as the server last gave it
  LeaseRecord seen, observed;  // what lay there when it was read; that, or what was written
  TimePoint observed_at;
  std::string reported;
  bool led = false;
  Timer deadline;
  Job job;
};

LeaderElector::LeaderElector(rest::RestClient& client, LeaderElectionOptions options)
    : rep_(std::make_unique<Rep>(client, std::move(options))) {}
LeaderElector::~LeaderElector() = default;

void LeaderElector::start() {
  if (rep_->job.done()) rep_->job = Job(rep_->run());
}

Task<void> LeaderElector::stop() {
  {
    Job ended = std::move(rep_->job);
  }
  const bool held = rep_->led && rep_->is_leader();
  rep_->deadline.stop();
  if (held && rep_->options.release_on_stop) co_await rep_->release();
  rep_->stop_leading();
}

bool LeaderElector::running() const { return !rep_->job.done(); }
bool LeaderElector::leading() const { return rep_->led; }
const std::string& LeaderElector::leader() const { return rep_->observed.holder; }

}  // namespace pedalion::client::tools
