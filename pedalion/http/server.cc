#include "pedalion/http/server.h"

#include <openssl/ssl.h>
#include <sys/resource.h>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_set>

#include "pedalion/base/log.h"
#include "pedalion/http/connection_internal.h"
#include "pedalion/http/tls/server_context_internal.h"

namespace pedalion::http {
namespace {

using boost::asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kHandlersEnd{10};  // what a server's destructor grants to running handlers

std::string endpoint_text(const tcp::endpoint& endpoint) {
  std::string address = endpoint.address().to_string();
  if (endpoint.address().is_v6()) address = "[" + address + "]";
  return address + ":" + std::to_string(endpoint.port());
}

/// How many connections there are, for those who wait until there are none.
class Count {
 public:
  std::size_t now() const { return count_.load(std::memory_order_relaxed); }
  void add() { count_.fetch_add(1, std::memory_order_relaxed); }
  void remove() {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    std::lock_guard lock(mutex_);
    none_.notify_all();
  }
  bool wait_until_none(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return none_.wait_for(lock, limit, [this] { return now() == 0; });
  }

 private:
  std::atomic<std::size_t> count_{0};
  std::mutex mutex_;
  std::condition_variable none_;
};

/// One loop with its listening socket and its connections. All but the constructor and run() belongs to its
/// thread.
class Acceptor final : public ConnectionHost {
 public:
  Acceptor(const ServerOptions& options, Handler& handler, Count& count)
      : options_(options), handler_(handler), count_(count), acceptor_(loop_.io_context()) {}

  boost::system::error_code listen(const tcp::endpoint& endpoint);
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void run(bool reloads_certificates);
  void begin_shutdown(std::chrono::milliseconds watch_grace);
  void close_all();
  /// Stops the loop once no handler runs any more, which may hold what belongs to it.
  void stop_when_idle(Clock::time_point deadline);

  AsioLoop& loop() override { return loop_; }
  Handler& handler() override { return handler_; }
  const ServerOptions& options() const override { return options_; }
  std::string_view date() override;
  void closed(Connection& connection) override;
  void handler_began() override { ++handlers_running_; }
  void handler_ended() override { --handlers_running_; }

 private:
  void accept();
  void take(tcp::socket socket);
  void every_second(bool reloads_certificates);

  const ServerOptions& options_;
  Handler& handler_;
  Count& count_;
  AsioLoop loop_;
  tcp::acceptor acceptor_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  std::size_t handlers_running_ = 0;
  std::time_t date_at_ = 0;
  char date_[40] = {};
};

boost::system::error_code Acceptor::listen(const tcp::endpoint& endpoint) {
  boost::system::error_code error;
  using reuse_port = boost::asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.set_option(reuse_port(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(4096, error);
  return error;
}

void Acceptor::run(bool reloads_certificates) {
  loop_.post([this, reloads_certificates] {
    accept();
    every_second(reloads_certificates);
  });
  loop_.run();
  connections_.clear();
}

void Acceptor::accept() {
  acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
    if (!acceptor_.is_open()) return;
    if (!error) {
      take(std::move(socket));
    } else {
      log::warning("cannot accept a connection", {{"cause", error.message()}});
      if (error == boost::asio::error::no_descriptors || error == boost::asio::error::no_memory) {
        loop_.run_after(std::chrono::milliseconds(50), [this] { accept(); });
        return;
      }
    }
    accept();
  });
}

void Acceptor::take(tcp::socket socket) {
  if (count_.now() >= options_.limits.connections) return;
  boost::system::error_code error;
  auto peer = std::make_shared<Peer>();
  auto remote = socket.remote_endpoint(error);
  if (error) return;
  peer->address = endpoint_text(remote);
  peer->local_address = endpoint_text(socket.local_endpoint(error));
  peer->tls = options_.tls != nullptr;
  SSL* ssl = nullptr;
  if (options_.tls) {
    ssl = tls::new_connection(*options_.tls).release();
    if (ssl == nullptr) return;
    SSL_set_accept_state(ssl);
  }
  auto transport = std::make_unique<transport::SocketTransport>(std::move(socket), ssl);
  auto connection =
      std::make_shared<Connection>(*this, std::move(transport), std::move(peer), ssl != nullptr);
  connections_.emplace(connection.get(), connection);
  count_.add();
  connection->start();
}

void Acceptor::closed(Connection& connection) {
  if (connections_.erase(&connection) > 0) count_.remove();
}

void Acceptor::every_second(bool reloads_certificates) {
  auto now = Clock::now();
  std::vector<std::shared_ptr<Connection>> overdue;
  for (const auto& [key, connection] : connections_) {
    if (connection->is_overdue(now)) overdue.push_back(connection);
  }
  for (const auto& connection : overdue) connection->close();
  if (reloads_certificates && options_.tls) options_.tls->reload_if_changed();
  auto limits = std::min(options_.limits.header_timeout, options_.limits.idle_timeout);
  auto period = std::clamp<std::chrono::milliseconds>(limits / 4, std::chrono::milliseconds(10),
                                                      std::chrono::seconds(1));
  loop_.run_after(period, [this, reloads_certificates] { every_second(reloads_certificates); });
}

void Acceptor::begin_shutdown(std::chrono::milliseconds watch_grace) {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  std::size_t at = 0, all = connections_.size();
  std::vector<std::shared_ptr<Connection>> now;
  for (const auto& [key, connection] : connections_) now.push_back(connection);
  for (const auto& connection : now) {
    connection->drain(watch_grace.count() == 0);
    if (watch_grace.count() > 0) {
      loop_.run_after(watch_grace * at++ / all, [weak = std::weak_ptr(connection)] {
        if (auto held = weak.lock()) held->drain(true);
      });
    }
  }
}

void Acceptor::close_all() {
  std::vector<std::shared_ptr<Connection>> all;
  for (const auto& [key, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) connection->close();
}

void Acceptor::stop_when_idle(Clock::time_point deadline) {
  if (handlers_running_ > 0 && Clock::now() < deadline) {
    loop_.run_after(std::chrono::milliseconds(5), [this, deadline] { stop_when_idle(deadline); });
    return;
  }
  if (handlers_running_ > 0)
    log::error("handlers still run at the server's end", {{"count", std::to_string(handlers_running_)}});
  loop_.post([this] { loop_.stop(); });  // after what closing has posted
}

std::string_view Acceptor::date() {
  std::time_t now = std::time(nullptr);
  if (now != date_at_) {
    date_at_ = now;
    struct tm parts{};
    ::gmtime_r(&now, &parts);
    std::strftime(date_, sizeof date_, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  }
  return date_;
}

}  // namespace

struct Server::Rep {
  ServerOptions options;
  Count count;
  std::uint16_t port = 0;
  std::vector<std::unique_ptr<Acceptor>> acceptors;
  std::vector<std::thread> threads;
};

Server::Server(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler& handler) {
  auto rep = std::make_unique<Rep>();
  rep->options = std::move(options);
  boost::system::error_code error;
  auto address = boost::asio::ip::make_address(rep->options.bind_address, error);
  if (error)
    return std::unexpected(
        Status(400, "BadRequest", "\"" + rep->options.bind_address + "\" is no address to listen on"));
  unsigned count =
      rep->options.threads != 0 ? rep->options.threads : std::max(1U, std::thread::hardware_concurrency());
  rep->port = rep->options.port;
  for (unsigned at = 0; at < count; ++at) {
    auto acceptor = std::make_unique<Acceptor>(rep->options, handler, rep->count);
    error = acceptor->listen({address, rep->port});
    if (error) {
      return std::unexpected(
          Status(500, "InternalError",
                 "cannot listen on " + endpoint_text({address, rep->port}) + ": " + error.message()));
    }
    rep->port = acceptor->port();
    rep->acceptors.push_back(std::move(acceptor));
  }
  for (std::size_t at = 0; at < rep->acceptors.size(); ++at) {
    rep->threads.emplace_back([acceptor = rep->acceptors[at].get(), at] {
      pthread_setname_np(pthread_self(), ("loop-" + std::to_string(at)).c_str());
      acceptor->run(at == 0);
    });
  }
  return std::unique_ptr<Server>(new Server(std::move(rep)));
}

Server::~Server() {
  for (auto& acceptor : rep_->acceptors) {
    acceptor->loop().post([&acceptor = *acceptor] {
      acceptor.close_all();
      acceptor.stop_when_idle(Clock::now() + kHandlersEnd);
    });
  }
  for (auto& thread : rep_->threads) thread.join();
}

std::uint16_t Server::port() const { return rep_->port; }

std::vector<Loop*> Server::loops() const {
  std::vector<Loop*> loops;
  for (auto& acceptor : rep_->acceptors) loops.push_back(&acceptor->loop());
  return loops;
}

void Server::begin_shutdown(std::chrono::milliseconds watch_grace) {
  for (auto& acceptor : rep_->acceptors) {
    acceptor->loop().post([&acceptor = *acceptor, watch_grace] { acceptor.begin_shutdown(watch_grace); });
  }
}

bool Server::wait_until_closed(std::chrono::milliseconds limit) { return rep_->count.wait_until_none(limit); }

std::size_t Server::connections() const { return rep_->count.now(); }

}  // namespace pedalion::http
