// An informer of this process: how long it takes to hold everything, what that costs, and what an event
// costs.
#include <fmt/format.h>
#include <malloc.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "bench/objects.h"
#include "bench/scenario.h"
#include "pedalion/client/config/http_transport.h"
#include "pedalion/client/informer/informer.h"

namespace pedalion::bench {
namespace {

namespace client = pedalion::client;
using Clock = std::chrono::steady_clock;
constexpr std::size_t kSentBytes = 800;  // about 1 kB with the metadata that the server adds
constexpr auto kPatience = std::chrono::seconds(60);

/// An informer on a loop of its own, whose thread does nothing else.
class Subject {
 public:
  static Result<std::unique_ptr<Subject>> make(const Target& target, const std::string& space) {
    client::config::Config config;
    config.server = fmt::format("https://{}:{}", target.host, target.port);
    config.bearer_token = target.token;
    config.tls.authority.data = target.authority_pem;
    config.tls.insecure = target.authority_pem.empty();
    config.qps = -1;
    auto loop = http::make_loop_thread("informer");
    TRY(auto made, client::config::make_client(*loop, config));
    return std::unique_ptr<Subject>(new Subject(std::move(loop), std::move(made), space));
  }
  ~Subject() {
    run_on(*loop_, [&] {
      informer_.reset();
      client_.reset();
    });
  }

  void start() {
    run_on(*loop_, [&] { informer_->start(); });
  }
  Result<bool> wait_for(std::uint64_t told) {
    const auto end = Clock::now() + kPatience;
    while (told_ < told) {
      if (Clock::now() > end) {
        return std::unexpected(
            Status(504, "", fmt::format("an informer was told {} of {}", told_.load(), told)));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }
  std::uint64_t told() const { return told_; }
  /// CPU of its thread so far, in nanoseconds.
  std::uint64_t cpu() {
    timespec used{};
    run_on(*loop_, [&] { ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used); });
    return static_cast<std::uint64_t>(used.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(used.tv_nsec);
  }

 private:
  Subject(std::unique_ptr<Loop> loop, std::unique_ptr<client::rest::RestClient> made,
          const std::string& space)
      : loop_(std::move(loop)), client_(std::move(made)) {
    client::api::ResourceClient resource(*client_, {"", "v1", "configmaps"});
    informer_ = std::make_unique<client::informer::Informer>(resource.in_namespace(space));
    auto count = [this](auto&&...) { told_.fetch_add(1, std::memory_order_relaxed); };
    informer_->add_handler({count, count, count});
  }

  std::unique_ptr<Loop> loop_;
  std::unique_ptr<client::rest::RestClient> client_;
  std::unique_ptr<client::informer::Informer> informer_;
  std::atomic<std::uint64_t> told_ = 0;
};

double microseconds_each(std::uint64_t nanoseconds, std::uint64_t count) {
  return static_cast<double>(nanoseconds) / 1e3 / static_cast<double>(count);
}

/// The first list: memory and time until every handler has been told.
Result<bool> sync(Bench& bench, const Target& target, Subject& subject, std::uint64_t count) {
  const double before = memory_of(::getpid()).resident_mb;
  const auto server_cpu = cpu_nanoseconds(target.pid);
  const auto start = Clock::now();
  subject.start();
  TRY_OK(subject.wait_for(count));
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const Memory after = memory_of(::getpid());
  Row row;
  row.scenario = "informer";
  row.protocol = "2";
  row.shape = fmt::format("sync of {}", count);
  row.per_second = static_cast<double>(count) / seconds;
  row.cpu_us = microseconds_each(cpu_nanoseconds(target.pid) - server_cpu, count);
  row.rss_mb = memory_of(target.pid).resident_mb;
  row.more = {{"sync_s", seconds},
              {"client_cpu_us", microseconds_each(subject.cpu(), count)},
              {"client_mb", after.resident_mb - before},
              {"client_process_mb", after.resident_mb}};
  bench.add(std::move(row));
  return true;
}

/// Changes by sixteen writers, each told to one handler.
Result<bool> events(Bench& bench, Fleet& writers, Subject& subject, const std::string& space) {
  const std::uint64_t changes = bench.settings().effort == Effort::kQuick ? 2000 : 20000;
  const std::uint64_t told = subject.told();
  const auto cpu = subject.cpu();
  const auto server_cpu = cpu_nanoseconds(writers.target().pid);
  auto measured = writers.run(
      [&](int worker, std::uint64_t number) {
        return annotate(space, "configmaps", fmt::format("cm-{}", worker), number);
      },
      {.count = changes});
  if (!measured.problem.empty()) return std::unexpected(Status(500, "", measured.problem));
  TRY_OK(subject.wait_for(told + changes));
  Row row = row_of("informer", writers, std::move(measured));
  row.shape = fmt::format("{} events", changes);
  row.cpu_us = microseconds_each(cpu_nanoseconds(writers.target().pid) - server_cpu, changes);
  row.more = {{"client_cpu_us", microseconds_each(subject.cpu() - cpu, changes)}};
  bench.add(std::move(row));
  return true;
}

}  // namespace

Result<bool> measure_informer(Bench& bench) {
  TRY(auto target, bench.server());
  const auto space = bench.name_space("informer");
  const auto count = static_cast<std::uint64_t>(bench.settings().many_objects);
  Fleet writers(bench.loop(), target, {http::Version::kHttp2, 1, 16});
  TRY_OK(fill(writers, space, count, kSentBytes));
  // What the writers have left behind is not the informer's.
  ::malloc_trim(0);
  TRY(auto subject, Subject::make(target, space));
  TRY_OK(sync(bench, target, *subject, count));
  TRY_OK(events(bench, writers, *subject, space));
  return true;
}

}  // namespace pedalion::bench
