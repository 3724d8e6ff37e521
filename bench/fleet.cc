#include "bench/fleet.h"

#include "bench/process.h"

namespace pedalion::bench {
namespace {

using Clock = std::chrono::steady_clock;

double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

// One run of workers. Lives until the last of them has ended.
struct Run {
  Fleet& fleet;
  std::function<Call(int, std::uint64_t)> make;
  LoadLimits limits;
  Clock::time_point end;
  std::uint64_t started = 0;
  int working = 0;
  Measured measured;
  std::promise<void> ended;

  bool over() const {
    return !measured.problem.empty() || (limits.count > 0 && started >= limits.count) ||
           (limits.duration.count() > 0 && Clock::now() >= end);
  }
};

// Sends, and reads the body to its end; gives its size.
Task<Result<std::uint64_t>> complete(http::Client& client, http::Request request, std::string* body) {
  CO_TRY(auto response, co_await client.send(std::move(request)));
  std::uint64_t bytes = 0;
  std::string text;
  while (response.body) {
    CO_TRY(Bytes piece, co_await response.body->read());
    if (piece.empty()) break;
    bytes += piece.size();
    if (body != nullptr || response.status >= 300) text.append(piece.view());
  }
  if (response.status >= 300) {
    co_return std::unexpected(
        Status(response.status, "", std::to_string(response.status) + " " + text.substr(0, 300)));
  }
  if (body != nullptr) *body = std::move(text);
  co_return bytes;
}

Task<void> work(Run* run, int worker) {
  http::Client& client = run->fleet.client_of(worker);
  while (!run->over()) {
    auto call = run->make(worker, run->started++);
    std::string what = call.method + " " + call.target;
    auto start = Clock::now();
    auto result = co_await complete(client, run->fleet.request(std::move(call)), nullptr);
    if (!result) {
      if (run->measured.problem.empty()) run->measured.problem = what + ": " + result.error().message;
      break;
    }
    run->measured.samples.add(microseconds_since(start));
    run->measured.bytes += *result;
    ++run->measured.operations;
  }
  if (--run->working == 0) run->ended.set_value();
}

}  // namespace

std::string Shape::text() const {
  std::string text = std::to_string(connections) + (connections == 1 ? " connection" : " connections");
  return version == http::Version::kHttp2 ? text + " x " + std::to_string(streams) : text;
}

void run_on(Loop& loop, std::move_only_function<void()> work) {
  std::promise<void> done;
  loop.post([&] {
    work();
    done.set_value();
  });
  done.get_future().get();
}

Fleet::Fleet(Loop& loop, Target target, Shape shape)
    : loop_(loop), target_(std::move(target)), shape_(shape) {
  http::ClientOptions options;
  options.host = target_.host;
  options.port = target_.port;
  options.connections = 1;
  options.tls.verify = !target_.authority_pem.empty();
  options.tls.authority_pem = target_.authority_pem;
  options.protocol = shape.version == http::Version::kHttp2 ? http::ClientOptions::Protocol::kHttp2
                                                            : http::ClientOptions::Protocol::kHttp11;
  run_on(loop_, [&] {
    for (int i = 0; i < shape_.connections; ++i) {
      auto client = http::Client::create(loop_, options);
      if (client) clients_.push_back(*std::move(client));
    }
  });
}

Fleet::~Fleet() {
  run_on(loop_, [&] { clients_.clear(); });
}

http::Request Fleet::request(Call call) const {
  http::Request request;
  request.method = std::move(call.method);
  request.target = std::move(call.target);
  request.headers.reserve(4);
  request.headers.add("authorization", "Bearer " + target_.token);
  request.headers.add("accept", call.accept.empty() ? "application/json" : call.accept);
  request.headers.add("user-agent", "pedalion-bench");
  if (!call.body.empty()) {
    request.headers.add("content-type", call.content_type.empty() ? "application/json" : call.content_type);
    request.body = http::body_of(Bytes(std::move(call.body)));
  }
  return request;
}

Measured Fleet::run(std::function<Call(int, std::uint64_t)> make, LoadLimits limits) {
  Run run{*this, std::move(make), limits, Clock::now() + limits.duration};
  if (clients_.empty()) {
    run.measured.problem = "no client: is the authority's file right?";
    return std::move(run.measured);
  }
  const auto start = Clock::now();
  const auto cpu_before = cpu_nanoseconds(target_.pid);
  run.working = shape_.requests_at_once();
  const int workers = run.working;
  loop_.post([&run, workers] {
    for (int worker = 0; worker < workers; ++worker) spawn(work(&run, worker));
  });
  run.ended.get_future().get();
  run.measured.seconds = microseconds_since(start) / 1e6;
  const auto cpu = static_cast<double>(cpu_nanoseconds(target_.pid) - cpu_before);
  if (run.measured.operations > 0) {
    run.measured.cpu_us_per_operation = cpu / 1e3 / static_cast<double>(run.measured.operations);
  }
  return std::move(run.measured);
}

Result<std::string> Fleet::call(Call call) {
  std::string what = call.method + " " + call.target;
  if (clients_.empty()) return std::unexpected(Status(500, "", "no client: is the authority's file right?"));
  std::string body;
  auto result = await_on<Result<std::uint64_t>>(
      loop_, [&] { return complete(*clients_.front(), request(std::move(call)), &body); });
  if (!result) {
    result.error().message = what + ": " + result.error().message;
    return std::unexpected(std::move(result).error());
  }
  return body;
}

Result<bool> Fleet::warm_up(const Call& call) {
  auto measured = run([&](int, std::uint64_t) { return call; },
                      {.count = static_cast<std::uint64_t>(shape_.requests_at_once())});
  if (!measured.problem.empty()) return std::unexpected(Status(500, "", measured.problem));
  return true;
}

}  // namespace pedalion::bench
