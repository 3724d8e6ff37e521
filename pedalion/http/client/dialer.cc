#include "pedalion/http/client/dialer.h"

#include <boost/asio/ip/tcp.hpp>
#include <optional>

#include "pedalion/http/asio_loop_internal.h"
#include "pedalion/http/client/tls_context.h"
#include "pedalion/http/transport/socket_transport_internal.h"

namespace pedalion::http::client {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

Status no_connection(const std::string& what) { return Status(503, "ServiceUnavailable", what); }

// Waits for one callback, or until time is over.
class Step {
 public:
  Step(Loop& loop, Duration limit) : loop_(loop), state_(std::make_shared<State>()) {
    timer_ = loop_.run_after(limit, [state = state_] {
      state->late = true;
      state->signal.notify();
    });
  }
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  ~Step() { loop_.cancel(timer_); }

  /// The callback: may run after this object's end.
  auto arrival() {
    return [state = state_](error_code error = {}) {
      state->arrived = true;
      state->error = error;
      state->signal.notify();
    };
  }
  /// False when time is over.
  static Task<bool> wait(Step* self) {
    auto state = self->state_;
    while (!state->arrived && !state->late) co_await state->signal.wait();
    co_return std::exchange(state->arrived, false);
  }
  error_code error() const { return state_->error; }

 private:
  struct State {
    Signal signal;
    bool arrived = false, late = false;
    error_code error;
  };
  Loop& loop_;
  std::shared_ptr<State> state_;
  Loop::TimerId timer_ = 0;
};

class AsioDialer final : public Dialer, public std::enable_shared_from_this<AsioDialer> {
 public:
  AsioDialer(AsioLoop& loop, ClientOptions options, std::shared_ptr<const TlsContext> tls)
      : loop_(loop), context_(loop.io_context()), options_(std::move(options)), tls_(std::move(tls)) {}

  static Task<Result<std::shared_ptr<Connection>>> run(std::shared_ptr<AsioDialer> self);

 private:
  Task<Result<std::vector<tcp::endpoint>>> resolve();
  Task<Result<tcp::socket>> connect();
  Task<Result<std::unique_ptr<transport::SocketTransport>>> secure(tcp::socket socket);
  Result<std::shared_ptr<Connection>> make_connection(std::unique_ptr<transport::SocketTransport> transport);
  std::string where() const { return options_.host + ":" + std::to_string(options_.port); }

  Loop& loop_;
  boost::asio::io_context& context_;
  const ClientOptions options_;
  std::shared_ptr<const TlsContext> tls_;
};

Task<Result<std::vector<tcp::endpoint>>> AsioDialer::resolve() {
  error_code error;
  auto address = boost::asio::ip::make_address(options_.host, error);
  if (!error) co_return std::vector{tcp::endpoint(address, options_.port)};
  struct Found {
    std::vector<tcp::endpoint> endpoints;
  };
  auto found = std::make_shared<Found>();
  auto resolver = std::make_shared<tcp::resolver>(context_);
  Step step(loop_, options_.connect_timeout);
  resolver->async_resolve(options_.host, std::to_string(options_.port),
                          [found, resolver, arrive = step.arrival()](error_code failure, auto results) {
                            for (const auto& entry : results) found->endpoints.push_back(entry.endpoint());
                            arrive(failure);
                          });
  const bool in_time = co_await Step::wait(&step);
  if (!in_time) co_return std::unexpected(Status(504, "Timeout", "lookup " + options_.host + ": timeout"));
  if (step.error())
    co_return std::unexpected(no_connection("lookup " + options_.host + ": " + step.error().message()));
  co_return std::move(found->endpoints);
}

Task<Result<tcp::socket>> AsioDialer::connect() {
  CO_TRY(auto endpoints, co_await resolve());
  Step step(loop_, options_.connect_timeout);
  std::string problem = "no address";
  for (const auto& endpoint : endpoints) {
    auto socket = std::make_shared<tcp::socket>(context_);
    socket->async_connect(endpoint,
                          [socket, arrive = step.arrival()](error_code failure) { arrive(failure); });
    const bool in_time = co_await Step::wait(&step);
    if (!in_time) {
      error_code ignored;
      socket->close(ignored);
      co_return std::unexpected(Status(504, "Timeout", "dial tcp " + where() + ": timeout"));
    }
    if (!step.error()) co_return std::move(*socket);
    problem = step.error().message();
  }
  co_return std::unexpected(no_connection("dial tcp " + where() + ": " + problem));
}

Task<Result<std::unique_ptr<transport::SocketTransport>>> AsioDialer::secure(tcp::socket socket) {
  auto transport =
      std::make_unique<transport::SocketTransport>(std::move(socket), tls_ ? tls_->make() : nullptr);
  if (!tls_) co_return transport;
  Step step(loop_, options_.handshake_timeout);
  while (true) {
    auto outcome = transport->handshake();
    if (outcome.kind == transport::Transport::Kind::kDone) co_return transport;
    if (outcome.kind == transport::Transport::Kind::kFailed) {
      co_return std::unexpected(no_connection("handshake with " + where() + ": " + outcome.error));
    }
    auto ready = [arrive = step.arrival()] { arrive(); };
    if (transport->wants_write()) {
      transport->wait_write(ready);
    } else {
      transport->wait_read(ready);
    }
    const bool in_time = co_await Step::wait(&step);
    if (!in_time)
      co_return std::unexpected(Status(504, "Timeout", "handshake with " + where() + ": timeout"));
  }
}

Result<std::shared_ptr<Connection>> AsioDialer::make_connection(
    std::unique_ptr<transport::SocketTransport> transport) {
  using Protocol = ClientOptions::Protocol;
  const bool http2 = tls_ ? transport->protocol() == "h2" : options_.protocol == Protocol::kHttp2;
  if (options_.protocol == Protocol::kHttp2 && !http2) {
    return std::unexpected(no_connection(where() + " does not speak HTTP/2"));
  }
  auto session = http2 ? make_http2_session(options_.header_bytes, tls_ ? "https" : "http")
                       : make_http1_session(options_.header_bytes);
  return std::make_shared<Connection>(
      loop_, std::move(transport), std::move(session), http2 ? Version::kHttp2 : Version::kHttp11,
      ConnectionTimes{options_.idle_timeout, options_.ping_after, options_.ping_timeout});
}

Task<Result<std::shared_ptr<Connection>>> AsioDialer::run(std::shared_ptr<AsioDialer> self) {
  CO_TRY(auto socket, co_await self->connect());
  CO_TRY(auto transport, co_await self->secure(std::move(socket)));
  co_return self->make_connection(std::move(transport));
}

}  // namespace

Result<std::shared_ptr<Dialer>> Dialer::create(Loop& loop, const ClientOptions& options) {
  auto* asio_loop = dynamic_cast<AsioLoop*>(&loop);
  if (asio_loop == nullptr)
    return std::unexpected(Status(500, "InternalError", "the client needs an Asio loop"));
  std::shared_ptr<const TlsContext> tls;
  if (options.use_tls) {
    TRY(tls, TlsContext::create(options));
  }
  return std::make_shared<AsioDialer>(*asio_loop, options, std::move(tls));
}

Task<Result<std::shared_ptr<Connection>>> Dialer::dial(std::shared_ptr<Dialer> self) {
  return AsioDialer::run(std::static_pointer_cast<AsioDialer>(std::move(self)));
}

}  // namespace pedalion::http::client
