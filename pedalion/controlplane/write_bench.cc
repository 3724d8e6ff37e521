// Cost of a write of a 10 kB Pod in the whole server, without a network and a disk: CPU of all its threads,
// and what it takes from the heap.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <atomic>
#include <fstream>
#include <future>
#include <set>
#include <vector>

#include "pedalion/base/testing/thread_loop.h"
#include "pedalion/controlplane/control_plane.h"
#include "pedalion/controlplane/temporary_directory.h"

namespace {

std::atomic<std::uint64_t> allocated_bytes = 0, allocations = 0;

}  // namespace

// The allocator of the C library under other names of its own. Sanitizers have theirs, and nobody measures
// them.
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
static void count(std::size_t size) {
  allocated_bytes.fetch_add(size, std::memory_order_relaxed);
  allocations.fetch_add(1, std::memory_order_relaxed);
}

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);

void* malloc(std::size_t size) {
  count(size);
  return __libc_malloc(size);
}
void* calloc(std::size_t elements, std::size_t size) {
  count(elements * size);
  return __libc_calloc(elements, size);
}
void* realloc(void* memory, std::size_t size) {
  count(size);
  return __libc_realloc(memory, size);
}
}
#endif

namespace pedalion::controlplane {
namespace {

constexpr std::size_t kPodBytes = 10'000;
constexpr std::string_view kPods = "/api/v1/namespaces/default/pods";

class TextBody final : public http::BodyReader {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  Task<Result<Bytes>> read() override { co_return Bytes(std::exchange(text_, {})); }

 private:
  std::string text_;
};

class Server {
 public:
  Server() {
    std::ofstream(directory_.path() + "/tokens.csv") << "root,root,u0,\"system:masters\"\n";
    const std::string& at = directory_.path();
    const std::vector<std::string> arguments = {"--storage=memory",
                                                "--cert-dir=" + at + "/certs",
                                                "--token-auth-file=" + at + "/tokens.csv",
                                                "--loopback-kubeconfig=" + at + "/kubeconfig",
                                                "--data-dir=" + at + "/data",
                                                "--bind-address=127.0.0.1",
                                                "--secure-port=0",
                                                "--threads=1"};
    auto flags = server::FlagValues::parse(arguments);
    plane_ = ControlPlane::create(options_from(flags.value()).value()).value();
    plane_->start().value();
    std::promise<void> ready;
    plane_->when_ready([&] { ready.set_value(); });
    ready.get_future().wait();
  }

  void ask(std::string method, std::string target, std::string_view type, std::string body) {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers.add("authorization", "Bearer root");
    request.headers.add("content-type", std::string(type));
    request.body = std::make_unique<TextBody>(std::move(body));
    const auto bytes = allocated_bytes.load(), count = allocations.load();
    auto response = testing::ThreadLoop::run(plane_->handler().handle(std::move(request)));
    taken_bytes += allocated_bytes.load() - bytes;
    taken += allocations.load() - count;
    if (response.status < 300) return;
    for (const auto& chunk : response.chunks) fmt::print(stderr, "{}\n", chunk.view());
    std::abort();
  }

  std::uint64_t taken_bytes = 0, taken = 0;  // from the heap by all requests so far

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<ControlPlane> plane_;
};

std::string pod(std::string_view name, std::string_view annotations = {}) {
  std::string text = fmt::format(
      R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}","labels":{{"app":"bench"}},"annotations":{{{}}}}},)"
      R"("spec":{{"containers":[{{"name":"main","image":"registry.example/bench:1","env":[{{"name":"FIRST","value":"1"}})",
      name, annotations);
  constexpr std::string_view kEnd = "]}]}}";
  for (int i = 0; text.size() + kEnd.size() + 100 < kPodBytes; ++i)
    text += fmt::format(R"(,{{"name":"VARIABLE_{}","value":"{}"}})", i, std::string(60, 'x'));
  return text.append(kEnd);
}

Server& server() {
  static Server made;
  return made;
}

/// Runs `write` with a number that is another each time.
template <class Write>
void measure(benchmark::State& state, Write write) {
  static std::uint64_t number = 0;
  const auto bytes = server().taken_bytes, count = server().taken;
  for (auto _ : state) write(++number);
  const auto writes = static_cast<double>(state.iterations());
  state.counters["kB"] = static_cast<double>(server().taken_bytes - bytes) / 1000 / writes;
  state.counters["allocations"] = static_cast<double>(server().taken - count) / writes;
}

void create_pod(benchmark::State& state) {
  server();
  measure(state, [](std::uint64_t number) {
    server().ask("POST", std::string(kPods), "application/json", pod(fmt::format("made-{}", number)));
  });
}

constexpr std::string_view kAnnotation = R"("bench/value":"{}")";

void patch_pod(benchmark::State& state, std::string_view type) {
  std::string name = fmt::format("patched-{}", type.substr(type.find('/') + 1, 5));
  static std::set<std::string> made;
  if (made.insert(name).second) server().ask("POST", std::string(kPods), "application/json", pod(name));
  const std::string target = fmt::format("{}/{}", kPods, name);
  measure(state, [&](std::uint64_t number) {
    server().ask("PATCH", target, type,
                 fmt::format(R"({{"metadata":{{"annotations":{{"bench/value":"{}"}}}}}})", number));
  });
}

/// The whole pod is applied, again and again, by who has made it.
void apply_pod(benchmark::State& state) {
  const std::string target = fmt::format("{}/applied?fieldManager=bench&force=true", kPods);
  measure(state, [&](std::uint64_t number) {
    server().ask("PATCH", target, "application/apply-patch+yaml",
                 pod("applied", fmt::format(fmt::runtime(kAnnotation), number)));
  });
}

/// One annotation is applied to a pod of another manager.
void apply_annotation(benchmark::State& state) {
  static bool made = false;
  if (!std::exchange(made, true))
    server().ask("POST", std::string(kPods), "application/json", pod("annotated"));
  const std::string target = fmt::format("{}/annotated?fieldManager=bench", kPods);
  measure(state, [&](std::uint64_t number) {
    server().ask(
        "PATCH", target, "application/apply-patch+yaml",
        fmt::format(
            R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"annotations":{{"bench/value":"{}"}}}}}})",
            number));
  });
}

BENCHMARK(create_pod)->MeasureProcessCPUTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(patch_pod, merge, "application/merge-patch+json")
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(patch_pod, strategic, "application/strategic-merge-patch+json")
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(apply_annotation)->MeasureProcessCPUTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(apply_pod)->MeasureProcessCPUTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace pedalion::controlplane
