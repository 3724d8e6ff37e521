#pragma once
// A filter: one concern that every request meets before its handler, every response after it. And the chain
// of them.
#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "pedalion/server/exchange/exchange.h"

namespace pedalion::server {

/// Shared by all loops: thread-safe. Filters do not wait: they judge what is there.
class Filter {
 public:
  virtual ~Filter() = default;
  virtual std::string_view name() const = 0;
  /// On the way in. A response ends the way: neither later filters nor the handler see the request.
  virtual std::optional<http::Response> before(Exchange& exchange) {
    (void)exchange;
    return std::nullopt;
  }
  /// On the way out, in reverse order, of each filter whose before() was called (also of the one that
  /// answered).
  virtual void after(Exchange& exchange, http::Response& response) { (void)exchange, (void)response; }
};

/// The ordered filters, outermost first, around what serves the request. Itself a Handler: what the listener
/// calls. An exception that leaves a filter or the handler is logged and answered with 500.
class FilterChain final : public http::Handler {
 public:
  /// What stands behind the filters. `exchange` outlives the task.
  class Director {
   public:
    virtual ~Director() = default;
    virtual Task<http::Response> serve(Exchange& exchange) = 0;
  };

  FilterChain(std::vector<std::unique_ptr<Filter>> filters, Director& director)
      : filters_(std::move(filters)), director_(director) {}

  Task<http::Response> handle(http::Request request) override;

  const std::vector<std::unique_ptr<Filter>>& filters() const { return filters_; }

 private:
  std::vector<std::unique_ptr<Filter>> filters_;
  Director& director_;
};

/// What is logged of, and answered for, an exception: a bug in this server.
void log_failure(std::string_view where, const Exchange& exchange, const std::exception& error);
http::Response failure_response();

}  // namespace pedalion::server
