#include "pedalion/client/rest/handler_transport.h"

#include <optional>
#include <vector>

#include "pedalion/base/signal.h"

namespace pedalion::client::rest {
namespace {

constexpr std::size_t kPullBytes = 256 << 10;

/// A Response's body, read as it comes. Belongs to one loop.
class ResponseBody final : public http::BodyReader {
 public:
  ResponseBody(Loop& loop, http::Response response)
      : loop_(loop), pieces_(std::move(response.chunks)), stream_(std::move(response.stream)) {
    if (!stream_) return;
    // The stream may call from within itself: it is pulled in a later turn.
    stream_->on_ready([this, alive = std::weak_ptr<bool>(alive_)] {
      if (alive.expired() || std::exchange(woken_, true)) return;
      loop_.post([this, alive] {
        if (alive.expired()) return;
        woken_ = false;
        ready_.notify();
      });
    });
  }

  Task<Result<Bytes>> read() override {
    while (true) {
      while (next_ < pieces_.size()) {
        Bytes piece = std::move(pieces_[next_++]);
        if (!piece.empty()) co_return piece;
      }
      pieces_.clear();
      next_ = 0;
      if (!stream_ || ended_) co_return Bytes();
      switch (stream_->pull(pieces_, kPullBytes)) {
        case http::BodyStream::Pull::kMore:
          break;
        case http::BodyStream::Pull::kPending:
          if (pieces_.empty()) co_await ready_.wait();
          break;
        case http::BodyStream::Pull::kEnd:
          ended_ = true;
          break;
        case http::BodyStream::Pull::kAbort:
          ended_ = true;
          co_return std::unexpected(Status(502, "ServiceUnavailable", "the server broke its answer off"));
      }
    }
  }

 private:
  Loop& loop_;
  std::vector<Bytes> pieces_;
  std::size_t next_ = 0;
  std::unique_ptr<http::BodyStream> stream_;
  bool ended_ = false, woken_ = false;
  Signal ready_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

class HandlerTransport final : public Transport {
 public:
  HandlerTransport(Loop& loop, http::Handler& handler, http::Headers headers)
      : loop_(loop), handler_(handler), headers_(std::move(headers)) {
    auto peer = std::make_shared<http::Peer>();
    peer->address = peer->local_address = "127.0.0.1:0";
    peer->tls = true;
    peer_ = std::move(peer);
  }

  Loop& loop() override { return loop_; }

  Task<Result<http::ClientResponse>> send(http::Request request) override {
    request.version = http::Version::kHttp2;
    request.peer = peer_;
    for (const auto& field : headers_.fields()) request.headers.set(field.name, field.value);
    // The handler may wait for other threads, so it cannot be called off: it goes on without us.
    struct Call {
      Signal answered;
      std::optional<http::Response> response;
    };
    auto call = std::make_shared<Call>();
    spawn(handler_.handle(std::move(request)), [call](http::Response response) {
      call->response.emplace(std::move(response));
      call->answered.notify();
    });
    while (!call->response) co_await call->answered.wait();
    http::ClientResponse answer;
    answer.status = call->response->status;
    answer.headers = std::move(call->response->headers);
    answer.version = http::Version::kHttp2;
    answer.body = std::make_unique<ResponseBody>(loop_, *std::move(call->response));
    co_return answer;
  }

 private:
  Loop& loop_;
  http::Handler& handler_;
  const http::Headers headers_;
  std::shared_ptr<const http::Peer> peer_;
};

}  // namespace

std::unique_ptr<Transport> make_handler_transport(Loop& loop, http::Handler& handler, http::Headers headers) {
  return std::make_unique<HandlerTransport>(loop, handler, std::move(headers));
}

}  // namespace pedalion::client::rest
