#include "pedalion/server/exchange/deadline.h"

namespace pedalion::server {
namespace {

/// Where the handler's answer and the deadline meet. Belongs to one loop, as both do.
struct Race {
  std::optional<http::Response> response;
  std::coroutine_handle<> waiter;
  bool timed_out = false;
};

struct RaceAwaiter {
  std::shared_ptr<Race> race;
  bool await_ready() const noexcept { return race->response.has_value(); }
  void await_suspend(std::coroutine_handle<> waiter) const noexcept { race->waiter = waiter; }
  void await_resume() const noexcept {}
};

/// The handler's answer, whatever happens.
Task<http::Response> answer(FilterChain::Director& director, Exchange& exchange) {
  try {
    co_return co_await director.serve(exchange);
  } catch (const std::exception& error) {
    log_failure("a handler", exchange, error);
  }
  co_return failure_response();
}

/// Owns itself: goes on when the deadline has passed.
task_detail::Detached run_handler(FilterChain::Director& director, std::shared_ptr<Exchange> exchange,
                                  std::shared_ptr<Race> race) {
  auto response = co_await answer(director, *exchange);
  if (race->timed_out) co_return;
  race->response = std::move(response);
  if (race->waiter) race->waiter.resume();
}

http::Response timeout_response() {
  http::Response response;
  response.status = 504;
  response.chunks.push_back(Bytes::of_static(
      R"({"metadata":{},"status":"Failure","message":"Timeout: request did not complete within the allotted timeout",)"
      R"("reason":"Timeout","details":{},"code":504})"));
  return response;
}

}  // namespace

Task<http::Response> serve_until_deadline(FilterChain::Director& director,
                                          std::shared_ptr<Exchange> exchange) {
  // Outside of a loop no timer runs, and the answer may come on any thread.
  Loop* loop = Loop::current();
  if (loop == nullptr || exchange->timeout.count() == 0) co_return co_await answer(director, *exchange);
  auto race = std::make_shared<Race>();
  run_handler(director, exchange, race);
  if (race->response) co_return std::move(*race->response);
  auto timer = loop->run_after(exchange->timeout, [race] {
    if (race->response) return;
    race->timed_out = true;
    race->response = timeout_response();
    if (race->waiter) race->waiter.resume();
  });
  co_await RaceAwaiter{race};
  loop->cancel(timer);
  co_return std::move(*race->response);
}

}  // namespace pedalion::server
