#include "pedalion/server/generic_api_server.h"

#include <thread>

#include "pedalion/base/log.h"
#include "pedalion/server/filters/filters.h"

namespace pedalion::server {
namespace {

using std::chrono::milliseconds;

/// What every request meets, outermost first.
std::vector<std::unique_ptr<Filter>> filters_of(const ServerConfig& config, const ServerParts& parts) {
  std::vector<std::unique_ptr<Filter>> chain;
  chain.push_back(filters::trace_header());
  chain.push_back(filters::audit_id());
  chain.push_back(filters::request_info());
  chain.push_back(filters::request_log());
  chain.push_back(filters::request_metrics(parts.metrics));
  if (!config.strict_transport_security_directives.empty()) {
    chain.push_back(filters::strict_transport_security(config.strict_transport_security_directives));
  }
  chain.push_back(filters::cache_control());
  if (config.goaway_chance > 0) chain.push_back(filters::goaway(config.goaway_chance));
  chain.push_back(filters::wait_group(parts.lifecycle));
  chain.push_back(filters::request_deadline(config.request_timeout));
  chain.push_back(filters::warnings());
  if (!config.cors_allowed_origins.empty()) chain.push_back(filters::cors(config.cors_allowed_origins));
  chain.push_back(filters::authentication(parts.authenticator, parts.metrics));
  chain.push_back(filters::impersonation(parts.authorizer));
  chain.push_back(filters::max_in_flight(config.max_requests_in_flight,
                                         config.max_mutating_requests_in_flight, parts.metrics));
  chain.push_back(filters::authorization(parts.authorizer));
  return chain;
}

milliseconds in_milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration_cast<milliseconds>(duration);
}

}  // namespace

GenericApiServer::GenericApiServer(ServerConfig config, ServerParts parts)
    : config_(std::move(config)), parts_(parts), chain_(filters_of(config_, parts_), parts_.director) {}

GenericApiServer::~GenericApiServer() = default;

Result<void> GenericApiServer::listen() {
  TRY(listener_, http::Server::start(config_.listen, chain_));
  return {};
}

std::uint16_t GenericApiServer::port() const { return listener_->port(); }
std::vector<Loop*> GenericApiServer::loops() const { return listener_->loops(); }
std::size_t GenericApiServer::connections() const { return listener_->connections(); }

void GenericApiServer::shutdown() {
  parts_.lifecycle.begin_shutdown();
  std::this_thread::sleep_for(config_.shutdown_delay);
  parts_.lifecycle.refuse_new_requests();
  const auto limit =
      config_.request_timeout.count() > 0 ? in_milliseconds(config_.request_timeout) : milliseconds(60000);
  if (!parts_.lifecycle.wait_until_idle(limit))
    log::warning("requests are still running; closing their connections");
  if (listener_ == nullptr) return;
  const auto grace = in_milliseconds(config_.shutdown_watch_termination_grace_period);
  listener_->begin_shutdown(grace);
  if (!listener_->wait_until_closed(grace + limit)) log::warning("connections are still open; closing them");
  listener_.reset();
}

}  // namespace pedalion::server
