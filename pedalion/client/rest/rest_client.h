#pragma once
// Sends Requests: rate limit, retries, errors as Status, warnings.
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "pedalion/client/rest/rate_limiter.h"
#include "pedalion/client/rest/request.h"
#include "pedalion/client/rest/transport.h"

namespace pedalion::client::rest {

struct RestClientOptions {
  std::string base_path;   // before every path, without a slash at its end; of servers behind a proxy
  std::string user_agent;  // empty: the program's name and this library's
  double qps = 5;          // <= 0: no limit
  int burst = 10;
  std::chrono::milliseconds timeout{};  // of each request that does not name its own; 0: none
  std::size_t body_limit = 256u << 20;  // bytes of an answer that is read whole
  /// Called for each warning that a server sends.
  std::function<void(std::string_view)> on_warning;
};

/// Belongs to its transport's loop.
class RestClient {
 public:
  RestClient(std::unique_ptr<Transport> transport, RestClientOptions options = {});
  RestClient(const RestClient&) = delete;
  RestClient& operator=(const RestClient&) = delete;

  Request get() { return {*this, "GET"}; }
  Request post() { return {*this, "POST"}; }
  Request put() { return {*this, "PUT"}; }
  Request delete_() { return {*this, "DELETE"}; }
  /// The body is still to be given; its content type is the patch's.
  Request patch(PatchType type);
  Request verb(std::string method) { return {*this, std::move(method)}; }

  Loop& loop() { return transport_->loop(); }
  Transport& transport() { return *transport_; }
  const RestClientOptions& options() const { return options_; }

 private:
  friend class Request;
  Task<Result<Response>> send(Request request);
  Task<Result<Response>> send_whole(const Request& request);
  Task<Result<Stream>> stream(Request request);
  Task<Result<Stream>> upgrade(Request request, std::unique_ptr<http::BodyReader> outgoing);
  Task<Status> error_in(const Request& request, http::ClientResponse answer);
  http::Request message_for(const Request& request, const std::string& url) const;
  /// One attempt after the other until there is an answer that is not to be retried.
  Task<Result<http::ClientResponse>> exchange(const Request& request);
  Task<Result<http::ClientResponse>> attempt(const Request& request, const std::string& url);
  Task<void> throttle();
  std::vector<std::string> take_warnings(const http::Headers& headers) const;

  std::unique_ptr<Transport> transport_;
  RestClientOptions options_;
  RateLimiter limiter_;
};

}  // namespace pedalion::client::rest
