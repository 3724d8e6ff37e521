#include "pedalion/http/client.h"

#include <algorithm>
#include <charconv>

#include "pedalion/http/client/pool.h"
#include "pedalion/http/client/tunnel.h"

namespace pedalion::http {
namespace client {
namespace {

constexpr std::size_t kUploadAhead = 256 << 10;  // of a request's body, read before the connection takes it

bool is_framing(std::string_view name) {
  return name == "connection" || name == "keep-alive" || name == "proxy-connection" ||
         name == "transfer-encoding" || name == "upgrade";
}

bool is_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return c > 0x20 && c < 0x7f && c != ':' && !(c >= 'A' && c <= 'Z');
  });
}
bool is_value(std::string_view value) {
  return std::ranges::all_of(value, [](unsigned char c) { return (c >= 0x20 && c != 0x7f) || c == '\t'; });
}
bool is_target(std::string_view target) {
  return !target.empty() && std::ranges::all_of(target, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

Status unusable(std::string_view what) {
  return Status(400, "BadRequest", "the request cannot be sent: " + std::string(what));
}

// Nothing in it can end a line of HTTP/1.1 and begin another.
Result<bool> check(const Request& request) {
  if (!is_target(request.target)) return std::unexpected(unusable("its target is malformed"));
  if (request.method.empty() ||
      !std::ranges::all_of(request.method, [](char c) { return c >= 'A' && c <= 'Z'; })) {
    return std::unexpected(unusable("its method is malformed"));
  }
  for (const auto& [name, value] : request.headers.fields()) {
    if (!is_name(name) || !is_value(value)) return std::unexpected(unusable("a header field is malformed"));
  }
  return true;
}

bool is_upgrade_option(std::string_view text) {
  constexpr std::string_view kUpgrade = "upgrade";
  return std::ranges::equal(text, kUpgrade,
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

// The protocol to switch to, of a request that says "connection: upgrade"; empty: none.
std::string_view upgrade_of(const Headers& headers) {
  return is_upgrade_option(headers.get("connection")) ? headers.get("upgrade") : std::string_view();
}

std::string authority_of(const ClientOptions& options) {
  auto host = options.host.find(':') == std::string::npos ? options.host : "[" + options.host + "]";
  return options.port == (options.use_tls ? 443 : 80) ? host : host + ":" + std::to_string(options.port);
}

Result<std::shared_ptr<Exchange>> make_exchange(const Request& request, const ClientOptions& options) {
  TRY_OK(check(request));
  auto exchange = std::make_shared<Exchange>();
  exchange->method = request.method;
  exchange->target = request.target;
  exchange->authority = authority_of(options);
  exchange->upgrade = upgrade_of(request.headers);
  if (options.proxy && options.proxy->kind == ClientProxy::Kind::kHttp && !options.use_tls &&
      exchange->upgrade.empty()) {
    // RFC 9112 3.2.2: a proxy is told the whole URL.
    exchange->target = "http://" + exchange->authority + request.target;
    if (auto who = proxy_authorization(*options.proxy); !who.empty()) {
      exchange->headers.add("proxy-authorization", who);
    }
  }
  exchange->has_body = request.body != nullptr && exchange->upgrade.empty();
  exchange->headers.reserve(request.headers.fields().size());
  for (const auto& [name, value] : request.headers.fields()) {
    if (name == "host") {
      exchange->authority = value;
    } else if (name == "content-length") {
      std::uint64_t length = 0;
      auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
      if (error != std::errc() || end != value.data() + value.size()) {
        return std::unexpected(unusable("its length is no number"));
      }
      if (exchange->has_body) exchange->length = length;
    } else if (!is_framing(name)) {
      exchange->headers.add(name, value);
    }
  }
  return exchange;
}

// Moves the body into the exchange, as fast as the connection takes it.
Task<void> pump(std::shared_ptr<Exchange> exchange, std::shared_ptr<BodyReader> body) {
  while (!exchange->complete && !exchange->failure) {
    auto piece = co_await body->read();
    if (exchange->complete || exchange->failure) co_return;
    if (!piece) {
      if (exchange->owner != nullptr) exchange->owner->cancel(*exchange);
      exchange->failure = piece.error();
      exchange->changed.notify();
      co_return;
    }
    if (piece->empty()) exchange->upload_ended = true;
    exchange->upload.append(piece->view());
    if (exchange->owner != nullptr) exchange->owner->upload_ready(*exchange);
    if (exchange->upload_ended) co_return;
    while (exchange->upload_waiting() > kUploadAhead && !exchange->complete && !exchange->failure) {
      co_await exchange->upload_changed.wait();
    }
  }
}

// Dropping it ends the exchange: nobody wants the rest.
class Interest {
 public:
  explicit Interest(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  Interest(Interest&&) = default;
  Interest& operator=(Interest&&) = delete;
  ~Interest() {
    if (!exchange_ || exchange_->complete) return;
    if (exchange_->owner != nullptr) exchange_->owner->cancel(*exchange_);
    if (!exchange_->failure) exchange_->failure = Status(499, "", "the response was dropped");
    // A pump that waits for room ends; it is not resumed from within a destructor's caller.
    exchange_->upload.clear();
    exchange_->upload_taken = 0;
  }
  const std::shared_ptr<Exchange>& exchange() const { return exchange_; }

 private:
  std::shared_ptr<Exchange> exchange_;
};

class ResponseBody final : public BodyReader {
 public:
  explicit ResponseBody(Interest interest) : interest_(std::move(interest)) {}
  Task<Result<Bytes>> read() override { return read_from(interest_.exchange()); }

 private:
  static Task<Result<Bytes>> read_from(std::shared_ptr<Exchange> exchange) {
    while (true) {
      if (!exchange->received.empty()) {
        Bytes piece(std::exchange(exchange->received, {}));
        if (exchange->owner != nullptr) exchange->owner->received_taken(*exchange, piece.size());
        co_return piece;
      }
      if (exchange->failure) co_return std::unexpected(*exchange->failure);
      if (exchange->complete) co_return Bytes();
      co_await exchange->changed.wait();
    }
  }
  Interest interest_;
};

struct Attempt {
  Result<ClientResponse> response;
  bool again = false;  // the server has not begun to answer, and a new connection may do better
};

Task<Attempt> attempt(std::shared_ptr<Pool> pool, std::shared_ptr<Exchange> exchange,
                      std::shared_ptr<BodyReader> body, Pool::Wanted wanted) {
  auto connection = co_await Pool::acquire(pool, wanted);
  if (!connection) co_return Attempt{std::unexpected(std::move(connection).error())};
  const bool reused = (*connection)->was_used();
  const Version version = (*connection)->version();
  Interest interest(exchange);
  const bool upgrades = !exchange->upgrade.empty();    // then nothing of the body is read before the 101
  if (body && !upgrades) spawn(pump(exchange, body));  // runs till it waits: a short body goes with its head
  if (!exchange->failure) (*connection)->start(exchange);
  connection->reset();
  while (!exchange->head_ready && !exchange->failure) co_await exchange->changed.wait();
  if (!exchange->head_ready) {
    const bool again = !exchange->has_body && exchange->retry == Exchange::Retry::kUnanswered &&
                       (reused || exchange->failure->code == 503);
    co_return Attempt{std::unexpected(*exchange->failure), again};
  }
  if (body && upgrades && exchange->status == 101) spawn(pump(exchange, std::move(body)));
  ClientResponse response{exchange->status, std::move(exchange->response_headers), version, nullptr};
  if (!exchange->complete || !exchange->received.empty()) {
    response.body = std::make_unique<ResponseBody>(std::move(interest));
  }
  co_return Attempt{std::move(response)};
}

Task<Result<ClientResponse>> send(std::shared_ptr<Pool> pool, Request request) {
  CO_TRY(auto exchange, make_exchange(request, pool->options()));
  std::shared_ptr<BodyReader> body = std::move(request.body);
  if (!exchange->upgrade.empty()) {
    auto only = co_await attempt(pool, exchange, std::move(body), Pool::Wanted::kUpgrade);
    co_return std::move(only.response);
  }
  auto first = co_await attempt(pool, exchange, body, Pool::Wanted::kAny);
  if (!first.again) co_return std::move(first.response);
  CO_TRY(exchange, make_exchange(request, pool->options()));
  auto second = co_await attempt(pool, exchange, nullptr, Pool::Wanted::kFresh);
  co_return std::move(second.response);
}

class WholeBody final : public BodyReader {
 public:
  explicit WholeBody(Bytes bytes) : bytes_(std::move(bytes)) {}
  Task<Result<Bytes>> read() override { co_return std::exchange(bytes_, {}); }

 private:
  Bytes bytes_;
};

}  // namespace
}  // namespace client

struct Client::Rep {
  std::shared_ptr<client::Pool> pool;
};

Result<std::unique_ptr<Client>> Client::create(Loop& loop, ClientOptions options) {
  TRY(auto dialer, client::Dialer::create(loop, options));
  auto rep = std::make_unique<Rep>();
  rep->pool = std::make_shared<client::Pool>(loop, std::move(options), std::move(dialer));
  return std::unique_ptr<Client>(new Client(std::move(rep)));
}

Client::Client(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
Client::~Client() { rep_->pool->close(); }

Task<Result<ClientResponse>> Client::send(Request request) {
  return client::send(rep_->pool, std::move(request));
}

std::unique_ptr<BodyReader> body_of(Bytes bytes) {
  return std::make_unique<client::WholeBody>(std::move(bytes));
}

}  // namespace pedalion::http
