#include "pedalion/client/rest/rest_client.h"

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/base/log.h"
#include "pedalion/base/signal.h"
#include "pedalion/client/rest/error_response.h"

namespace pedalion::client::rest {
namespace {

using Clock = RateLimiter::Clock;

constexpr std::string_view kUserAgent = "pedalion";
constexpr std::size_t kErrorBytes = 1 << 20;                 // read of an answer that is no success
constexpr auto kReconnect = std::chrono::seconds(1);         // before what broke off is tried again
constexpr auto kWorthALine = std::chrono::milliseconds(50);  // of throttling

bool is_success(int status) { return status >= 200 && status <= 206; }

/// How long to wait before the request is tried again; negative: it is not.
std::chrono::milliseconds wait_before_retry(const Request& request,
                                            const Result<http::ClientResponse>& outcome) {
  constexpr std::chrono::milliseconds kNever(-1);
  if (!outcome) {
    bool broken_off = outcome.error().code == 502;
    return broken_off && request.method() == "GET" ? kReconnect : kNever;
  }
  if (outcome->status != 429 && outcome->status < 500) return kNever;
  int seconds = retry_after(outcome->headers);
  return seconds < 0 ? kNever : std::chrono::seconds(seconds);
}

Status too_late(const Request& request, std::chrono::milliseconds limit) {
  return Status(504, "Timeout",
                request.method() + " was not answered within " + std::to_string(limit.count()) + " ms");
}

}  // namespace

RestClient::RestClient(std::unique_ptr<Transport> transport, RestClientOptions options)
    : transport_(std::move(transport)),
      options_(std::move(options)),
      limiter_(options_.qps, options_.burst, Clock::now()) {
  if (options_.user_agent.empty()) options_.user_agent = kUserAgent;
}

Request RestClient::patch(PatchType type) {
  return Request(*this, "PATCH").header("content-type", content_type_of(type));
}

Task<void> RestClient::throttle() {
  auto wait = limiter_.reserve(Clock::now());
  if (wait.count() <= 0) co_return;
  if (wait > kWorthALine) {
    log::info("waited for the client's own rate limit, not for the server's priority and fairness",
              {{"ms", std::chrono::duration<double, std::milli>(wait).count()}});
  }
  co_await sleep_for(loop(), wait);
}

http::Request RestClient::message_for(const Request& request, const std::string& url) const {
  http::Request message;
  message.method = request.method_;
  message.target = url;
  message.headers = request.headers_;
  if (!message.headers.has("accept")) message.headers.add("accept", "application/json");
  if (!message.headers.has("user-agent")) message.headers.add("user-agent", options_.user_agent);
  return message;
}

Task<Result<http::ClientResponse>> RestClient::attempt(const Request& request, const std::string& url) {
  auto message = message_for(request, url);
  if (request.body_) message.body = http::body_of(*request.body_);
  co_return co_await transport_->send(std::move(message));
}

Task<Result<http::ClientResponse>> RestClient::exchange(const Request& request) {
  CO_TRY(std::string url, request.url());
  std::string previous;
  for (int tries = 0;; ++tries) {
    auto outcome = co_await attempt(request, url);
    auto wait = wait_before_retry(request, outcome);
    if (wait.count() < 0 || tries >= request.max_retries_) {
      if (!outcome && !previous.empty())
        outcome.error().message += " - error from a previous attempt: " + previous;
      co_return outcome;
    }
    previous = outcome ? "status code " + std::to_string(outcome->status) : outcome.error().message;
    outcome = std::unexpected(Status());  // lets go of the answer before the wait
    co_await sleep_for(loop(), wait);
  }
}

std::vector<std::string> RestClient::take_warnings(const http::Headers& headers) const {
  auto texts = warning_texts(headers);
  if (options_.on_warning) {
    for (const auto& text : texts) options_.on_warning(text);
  }
  return texts;
}

Task<Result<Response>> RestClient::send_whole(const Request& request) {
  co_await throttle();
  CO_TRY(http::ClientResponse head, co_await exchange(request));
  auto body =
      co_await http::read_all(head.body.get(), is_success(head.status) ? options_.body_limit : kErrorBytes);
  auto warnings = take_warnings(head.headers);
  if (!is_success(head.status)) {
    co_return std::unexpected(
        error_of_response(request.method(), head.status, head.headers, body ? body->view() : ""));
  }
  if (!body) co_return std::unexpected(std::move(body).error());
  co_return Response{head.status, std::move(head.headers), *std::move(body), std::move(warnings)};
}

Task<Result<Response>> RestClient::send(Request request) {
  if (request.timeout_.count() <= 0) request.timeout_ = options_.timeout;
  if (request.timeout_.count() <= 0) co_return co_await send_whole(request);
  auto outcome = co_await within(loop(), request.timeout_, send_whole(request));
  if (!outcome) co_return std::unexpected(too_late(request, request.timeout_));
  co_return *std::move(outcome);
}

Task<Status> RestClient::error_in(const Request& request, http::ClientResponse answer) {
  auto body = co_await http::read_all(answer.body.get(), kErrorBytes);
  co_return error_of_response(request.method(), answer.status, answer.headers, body ? body->view() : "");
}

Task<Result<Stream>> RestClient::upgrade(Request request, std::unique_ptr<http::BodyReader> outgoing) {
  CO_TRY(std::string url, request.url());
  auto message = message_for(request, url);
  message.body = std::move(outgoing);
  CO_TRY(http::ClientResponse head, co_await transport_->send(std::move(message)));
  (void)take_warnings(head.headers);
  if (is_success(head.status)) {
    co_return std::unexpected(Status(
        502, "", "unable to upgrade the connection: the server answered " + std::to_string(head.status)));
  }
  if (head.status != 101) co_return std::unexpected(co_await error_in(request, std::move(head)));
  if (!head.body) head.body = http::body_of(Bytes());
  co_return Stream{head.status, std::move(head.headers), std::move(head.body)};
}

Task<Result<Stream>> RestClient::stream(Request request) {
  CO_TRY(http::ClientResponse head, co_await exchange(request));
  (void)take_warnings(head.headers);
  if (!is_success(head.status)) co_return std::unexpected(co_await error_in(request, std::move(head)));
  if (!head.body) head.body = http::body_of(Bytes());
  co_return Stream{head.status, std::move(head.headers), std::move(head.body)};
}

}  // namespace pedalion::client::rest
