#include "pedalion/http/client/dialer.h"

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <optional>

#include "pedalion/http/asio_loop_internal.h"
#include "pedalion/http/client/tls_context.h"
#include "pedalion/http/client/tunnel.h"
#include "pedalion/http/transport/socket_transport_internal.h"

namespace pedalion::http::client {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using transport::SocketTransport;
using transport::Transport;

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
  AsioDialer(AsioLoop& loop, ClientOptions options, std::shared_ptr<const TlsContext> tls,
             std::shared_ptr<const TlsContext> proxy_tls)
      : loop_(loop),
        context_(loop.io_context()),
        options_(std::move(options)),
        tls_(std::move(tls)),
        proxy_tls_(std::move(proxy_tls)),
        first_host_(options_.proxy ? options_.proxy->host : options_.host),
        first_port_(options_.proxy ? options_.proxy->port : options_.port) {}

  static Task<Result<std::shared_ptr<Connection>>> run(std::shared_ptr<AsioDialer> self, Use use);

 private:
  Task<Result<std::vector<tcp::endpoint>>> resolve();
  Task<Result<tcp::socket>> connect();
  Task<Result<void>> pass_proxy(SocketTransport& transport, Use use);
  Task<Result<void>> tunnel(SocketTransport& transport, Tunnel& talk);
  Task<Result<void>> secure(SocketTransport& transport, ssl_st* tls, const std::string& where);
  Task<bool> await_socket(SocketTransport& transport, Step& step, bool to_write);
  Result<std::shared_ptr<Connection>> make_connection(std::unique_ptr<SocketTransport> transport, Use use);
  ClientOptions::Protocol protocol(Use use) const {
    return use == Use::kUpgrade ? ClientOptions::Protocol::kHttp11 : options_.protocol;
  }
  std::string where() const { return options_.host + ":" + std::to_string(options_.port); }
  std::string first_where() const { return first_host_ + ":" + std::to_string(first_port_); }

  Loop& loop_;
  boost::asio::io_context& context_;
  const ClientOptions options_;
  std::shared_ptr<const TlsContext> tls_, proxy_tls_;
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
Task<Result<void>> AsioDialer::tunnel(SocketTransport& transport, Tunnel& talk) {
  std::string out;
  std::array<char, 4096> in;
  Step step(loop_, options_.handshake_timeout);
  while (!talk.done()) {
    out += talk.take_output();
    const bool writes = !out.empty();
    auto outcome =
        writes ? transport.write(out) : transport.read({in.data(), std::min(talk.wanted(), in.size())});
    if (outcome.kind == Transport::Kind::kFailed) co_return std::unexpected(no_connection(outcome.error));
    if (outcome.kind == Transport::Kind::kWait) {
      if (!co_await await_socket(transport, step, writes)) {
        co_return std::unexpected(Status(504, "Timeout", "timeout"));
      }
    } else if (writes) {
      out.erase(0, outcome.bytes);
    } else {
      CO_TRY_OK(talk.receive({in.data(), outcome.bytes}));
    }
  }
  co_return Result<void>();
}

Task<Result<void>> AsioDialer::pass_proxy(SocketTransport& transport, Use use) {
  const auto& proxy = *options_.proxy;
  if (proxy_tls_)
    CO_TRY_OK(co_await secure(transport, proxy_tls_->make(ClientOptions::Protocol::kHttp11), first_where()));
  // An HTTP proxy is asked for whole URLs where there is nothing to hide (client.cc).
  if (proxy.kind == ClientProxy::Kind::kHttp && !tls_ && use == Use::kRequests) co_return Result<void>();
  CO_TRY(auto talk, make_tunnel(proxy, options_.host, options_.port));
  auto result = co_await tunnel(transport, *talk);
  if (!result) result.error().message = "proxy " + first_where() + ": " + result.error().message;
  co_return result;
}

// False when time is over.
Task<bool> AsioDialer::await_socket(SocketTransport& transport, Step& step, bool to_write) {
  auto ready = [arrive = step.arrival()] { arrive(); };
  if (to_write) {
    transport.wait_write(ready);
  } else {
    transport.wait_read(ready);
  }
  co_return co_await Step::wait(&step);
}

Task<Result<void>> AsioDialer::secure(SocketTransport& transport, ssl_st* tls, const std::string& where) {
  transport.secure(tls);
  Step step(loop_, options_.handshake_timeout);
  while (true) {
    auto outcome = transport.handshake();
    if (outcome.kind == Transport::Kind::kDone) co_return Result<void>();
    if (outcome.kind == Transport::Kind::kFailed) {
      co_return std::unexpected(no_connection("handshake with " + where + ": " + outcome.error));
    }
    const bool in_time = co_await await_socket(transport, step, transport.wants_write());
    if (!in_time) co_return std::unexpected(Status(504, "Timeout", "handshake with " + where + ": timeout"));
  }
}

Result<std::shared_ptr<Connection>> AsioDialer::make_connection(std::unique_ptr<SocketTransport> transport,
                                                                Use use) {
  using Protocol = ClientOptions::Protocol;
  const bool http2 = tls_ ? transport->protocol() == "h2" : protocol(use) == Protocol::kHttp2;
  if (protocol(use) == Protocol::kHttp2 && !http2) {
    return std::unexpected(no_connection(where() + " does not speak HTTP/2"));
  }
  auto session = http2 ? make_http2_session(options_.header_bytes, tls_ ? "https" : "http")
                       : make_http1_session(options_.header_bytes);
  return std::make_shared<Connection>(
      loop_, std::move(transport), std::move(session), http2 ? Version::kHttp2 : Version::kHttp11,
      ConnectionTimes{options_.idle_timeout, options_.ping_after, options_.ping_timeout});
}

Task<Result<std::shared_ptr<Connection>>> AsioDialer::run(std::shared_ptr<AsioDialer> self, Use use) {
  auto socket = co_await self->connect();
  if (!socket) {
    if (self->options_.proxy) socket.error().message = "proxyconnect tcp: " + socket.error().message;
    co_return std::unexpected(std::move(socket).error());
  }
  auto transport = std::make_unique<SocketTransport>(*std::move(socket), nullptr);
  if (self->options_.proxy) CO_TRY_OK(co_await self->pass_proxy(*transport, use));
  if (self->tls_)
    CO_TRY_OK(co_await self->secure(*transport, self->tls_->make(self->protocol(use)), self->where()));
  co_return self->make_connection(std::move(transport), use);
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
  std::shared_ptr<const TlsContext> proxy_tls;
  if (options.proxy && options.proxy->use_tls) {
    // It is no business of the proxy who we are to the server.
    ClientOptions to_proxy;
    to_proxy.host = options.proxy->host;
    to_proxy.tls.authority_pem = options.tls.authority_pem;
    to_proxy.tls.verify = options.tls.verify;
    TRY(proxy_tls, TlsContext::create(to_proxy));
  }
  return std::make_shared<AsioDialer>(*asio_loop, options, std::move(tls), std::move(proxy_tls));
}

Task<Result<std::shared_ptr<Connection>>> Dialer::dial(std::shared_ptr<Dialer> self, Use use) {
  return AsioDialer::run(std::static_pointer_cast<AsioDialer>(std::move(self)), use);
}

}  // namespace pedalion::http::client
