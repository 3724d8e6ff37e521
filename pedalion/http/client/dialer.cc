#include "pedalion/http/client/dialer.h"

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <optional>

#include "pedalion/http/asio_loop_internal.h"
#include "pedalion/http/client/tls_context.h"
#include "pedalion/http/client/tunnel.h"
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
      : loop_(loop),
        context_(loop.io_context()),
        options_(std::move(options)),
        tls_(std::move(tls)),
        first_host_(options_.proxy ? options_.proxy->host : options_.host),
        first_port_(options_.proxy ? options_.proxy->port : options_.port) {}

  static Task<Result<std::shared_ptr<Connection>>> run(std::shared_ptr<AsioDialer> self);

 private:
  Task<Result<std::vector<tcp::endpoint>>> resolve();
  Task<Result<tcp::socket>> connect();
  Task<Result<void>> tunnel(tcp::socket& socket);
  Task<Result<void>> tunnel(tcp::socket& socket, Tunnel& talk);
  Task<Result<std::unique_ptr<transport::SocketTransport>>> secure(tcp::socket socket);
  Result<std::shared_ptr<Connection>> make_connection(std::unique_ptr<transport::SocketTransport> transport);
  std::string where() const { return options_.host + ":" + std::to_string(options_.port); }
  std::string first_where() const { return first_host_ + ":" + std::to_string(first_port_); }

  Loop& loop_;
  boost::asio::io_context& context_;
  const ClientOptions options_;
  std::shared_ptr<const TlsContext> tls_;
  // Whom the socket is connected to: the proxy or the server.
  const std::string first_host_;
  const std::uint16_t first_port_;
};

Task<Result<std::vector<tcp::endpoint>>> AsioDialer::resolve() {
  error_code error;
  auto address = boost::asio::ip::make_address(first_host_, error);
  if (!error) co_return std::vector{tcp::endpoint(address, first_port_)};
  struct Found {
    std::vector<tcp::endpoint> endpoints;
  };
  auto found = std::make_shared<Found>();
  auto resolver = std::make_shared<tcp::resolver>(context_);
  Step step(loop_, options_.connect_timeout);
  resolver->async_resolve(first_host_, std::to_string(first_port_),
                          [found, resolver, arrive = step.arrival()](error_code failure, auto results) {
                            for (const auto& entry : results) found->endpoints.push_back(entry.endpoint());
                            arrive(failure);
                          });
  const bool in_time = co_await Step::wait(&step);
  if (!in_time) co_return std::unexpected(Status(504, "Timeout", "lookup " + first_host_ + ": timeout"));
  if (step.error())
    co_return std::unexpected(no_connection("lookup " + first_host_ + ": " + step.error().message()));
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
      co_return std::unexpected(Status(504, "Timeout", "dial tcp " + first_where() + ": timeout"));
    }
    if (!step.error()) co_return std::move(*socket);
    problem = step.error().message();
  }
  co_return std::unexpected(no_connection("dial tcp " + first_where() + ": " + problem));
}

// Time is short for the whole of it, as for a handshake.
Task<Result<void>> AsioDialer::tunnel(tcp::socket& socket, Tunnel& talk) {
  struct Buffers {
    std::string out;
    std::array<char, 4096> in;
    std::size_t count = 0;
  };
  auto buffers = std::make_shared<Buffers>();  // what is under way outlives a wait that is over
  Step step(loop_, options_.handshake_timeout);
  while (!talk.done()) {
    buffers->out = talk.take_output();
    const bool writes = !buffers->out.empty();
    auto arrived = [buffers, arrive = step.arrival()](error_code failure, std::size_t count) {
      buffers->count = count;
      arrive(failure);
    };
    if (writes) {
      boost::asio::async_write(socket, boost::asio::buffer(buffers->out), arrived);
    } else {
      socket.async_read_some(
          boost::asio::buffer(buffers->in.data(), std::min(talk.wanted(), buffers->in.size())), arrived);
    }
    const bool in_time = co_await Step::wait(&step);
    if (!in_time) co_return std::unexpected(Status(504, "Timeout", "timeout"));
    if (step.error() && step.error() != boost::asio::error::eof) {
      co_return std::unexpected(no_connection(step.error().message()));
    }
    if (!writes) CO_TRY_OK(talk.receive({buffers->in.data(), step.error() ? 0 : buffers->count}));
  }
  co_return Result<void>();
}

Task<Result<void>> AsioDialer::tunnel(tcp::socket& socket) {
  const auto& proxy = *options_.proxy;
  // An HTTP proxy is asked for whole URLs where there is nothing to hide (client.cc).
  if (proxy.kind == ClientProxy::Kind::kHttp && !tls_) co_return Result<void>();
  CO_TRY(auto talk, make_tunnel(proxy, options_.host, options_.port));
  auto result = co_await tunnel(socket, *talk);
  if (!result) result.error().message = "proxy " + first_where() + ": " + result.error().message;
  co_return result;
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
  auto socket = co_await self->connect();
  if (!socket) {
    if (self->options_.proxy) socket.error().message = "proxyconnect tcp: " + socket.error().message;
    co_return std::unexpected(std::move(socket).error());
  }
  if (self->options_.proxy) CO_TRY_OK(co_await self->tunnel(*socket));
  CO_TRY(auto transport, co_await self->secure(*std::move(socket)));
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
