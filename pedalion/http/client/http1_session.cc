// HTTP/1.1 (RFC 9112), one request at a time.
#include <algorithm>

#include "pedalion/http/client/response_parser.h"
#include "pedalion/http/client/session.h"

namespace pedalion::http::client {
namespace {

constexpr std::size_t kReceiveAhead = 256 << 10;  // of a response's body, held until the caller takes it

ResponseParser::Request kind_of(const Exchange& exchange) {
  if (!exchange.upgrade.empty()) return ResponseParser::Request::kUpgrade;
  return exchange.method == "HEAD" ? ResponseParser::Request::kHead : ResponseParser::Request::kOther;
}

class Http1Session final : public Session {
 public:
  explicit Http1Session(std::size_t header_bytes) : header_bytes_(header_bytes) {}

  void start(std::shared_ptr<Exchange> exchange) override {
    exchange_ = std::move(exchange);
    parser_.emplace(kind_of(*exchange_), header_bytes_);
    head_sent_ = body_sent_ = answered_ = switched_ = false;
    sent_ = 0;
  }
  void upload_ready(Exchange&) override {}  // the connection asks produce() after each call
  void received_taken(Exchange&, std::size_t) override {}
  void cancel(Exchange& exchange) override {
    exchange.owner = nullptr;
    wake(std::move(exchange_));  // what fills its upload waits no longer
    exchange_.reset();
    closing_ = true;
  }

  Result<bool> receive(std::string_view input) override;
  void peer_closed() override;
  void break_off(const Status& why) override;
  void produce(std::string& out, std::size_t budget) override;

  bool wants_input() const override { return !exchange_ || exchange_->received.size() < kReceiveAhead; }
  std::size_t capacity() const override { return exchange_ || closing_ ? 0 : 1; }
  std::size_t active() const override { return exchange_ ? 1 : 0; }
  bool finished() const override { return closing_ && !exchange_; }
  Ping ping() override { return Ping::kUnsupported; }
  void go_away() override { closing_ = true; }

 private:
  Result<std::size_t> parse(std::string_view input);
  void take_head();
  void complete();
  void write_head(std::string& out);
  void write_body(std::string& out, std::size_t budget);
  void write_raw(std::string& out, std::size_t budget);

  const std::size_t header_bytes_;
  std::shared_ptr<Exchange> exchange_;
  std::optional<ResponseParser> parser_;
  std::string left_;      // input that ended within a line
  bool closing_ = false;  // takes no further request
  bool head_sent_ = false, body_sent_ = false;
  bool chunked_ = false;
  bool switched_ = false;   // by 101: from here on bytes go both ways as they are
  bool answered_ = false;   // something of the response has come
  std::uint64_t sent_ = 0;  // of the body
};

Result<bool> Http1Session::receive(std::string_view input) {
  if (!exchange_) {
    closing_ = true;
    return std::unexpected(Status(502, "", "the server spoke without being asked"));
  }
  answered_ = true;
  if (!left_.empty()) {
    left_.append(input);
    input = left_;
  }
  TRY(std::size_t consumed, parse(input));
  std::string rest(input.substr(consumed));
  left_ = std::move(rest);
  return true;
}

Result<std::size_t> Http1Session::parse(std::string_view input) {
  std::size_t at = 0;
  while (exchange_) {
    TRY(auto step, parser_->step(input.substr(at)));
    at += step.consumed;
    switch (step.kind) {
      case ResponseParser::Step::Kind::kNeedMore:
        return at;
      case ResponseParser::Step::Kind::kHead:
        take_head();
        break;
      case ResponseParser::Step::Kind::kBody:
        exchange_->received.append(step.piece);
        wake(exchange_);
        break;
      case ResponseParser::Step::Kind::kEnd:
        complete();
        break;
    }
  }
  if (at < input.size()) closing_ = true;  // a response that was not asked for: drop it, and the connection
  return input.size();
}

void Http1Session::take_head() {
  exchange_->head_ready = true;
  exchange_->status = parser_->status();
  exchange_->response_headers = parser_->take_headers();
  if (exchange_->status == 101) {
    switched_ = true;
    body_sent_ = false;
  }
  wake(exchange_);
}

void Http1Session::complete() {
  if (!parser_->keeps_alive() || !body_sent_) closing_ = true;
  exchange_->complete = true;
  exchange_->owner = nullptr;
  wake(std::move(exchange_));
  exchange_.reset();
}

void Http1Session::peer_closed() {
  closing_ = true;
  if (!exchange_) return;
  auto end = parser_->end_of_input();
  if (end) {
    complete();
  } else {
    break_off(answered_ ? end.error()
                        : Status(502, "", "the server closed the connection before it answered"));
  }
}

void Http1Session::break_off(const Status& why) {
  closing_ = true;
  if (!exchange_) return;
  fail(std::move(exchange_), why, answered_ ? Exchange::Retry::kNo : Exchange::Retry::kUnanswered);
  exchange_.reset();
}

void Http1Session::produce(std::string& out, std::size_t budget) {
  if (!exchange_ || body_sent_) return;
  if (!head_sent_) {
    write_head(out);
    head_sent_ = true;
    if (!exchange_->has_body) {
      body_sent_ = true;
      return;
    }
  }
  if (switched_) {
    write_raw(out, budget);
  } else {
    write_body(out, budget);
  }
}

void Http1Session::write_head(std::string& out) {
  auto& exchange = *exchange_;
  out.append(exchange.method).append(" ").append(exchange.target).append(" HTTP/1.1\r\nhost: ");
  out.append(exchange.authority).append("\r\n");
  for (const auto& field : exchange.headers.fields()) {
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  if (exchange.has_body && !exchange.length && exchange.upload_ended)
    exchange.length = exchange.upload_waiting();
  chunked_ = exchange.has_body && !exchange.length;
  if (chunked_) {
    out.append("transfer-encoding: chunked\r\n");
  } else if (exchange.has_body) {
    out.append("content-length: ").append(std::to_string(*exchange.length)).append("\r\n");
  } else if (exchange.method == "POST" || exchange.method == "PUT" || exchange.method == "PATCH") {
    out.append("content-length: 0\r\n");
  }
  if (!exchange.upgrade.empty()) {
    out.append("connection: Upgrade\r\nupgrade: ").append(exchange.upgrade).append("\r\n");
  }
  out.append("\r\n");
}

// The end of what is sent is not shown to the server: the protocol that was switched to says it in its own
// way.
void Http1Session::write_raw(std::string& out, std::size_t budget) {
  auto piece = exchange_->upload_view().substr(0, budget);
  if (!piece.empty()) {
    out.append(piece);
    exchange_->take_upload(piece.size());
    wake(exchange_);
  }
  if (exchange_->upload_ended && exchange_->upload_waiting() == 0) body_sent_ = true;
}

void Http1Session::write_body(std::string& out, std::size_t budget) {
  auto& exchange = *exchange_;
  auto piece = exchange.upload_view().substr(0, budget);
  sent_ += piece.size();
  const auto left = exchange.upload_waiting() - piece.size();
  if (exchange.length &&
      (sent_ > *exchange.length || (exchange.upload_ended && sent_ + left < *exchange.length))) {
    return break_off(Status(400, "BadRequest", "the request's body has not the length that was declared"));
  }
  if (!piece.empty()) {
    if (chunked_) {
      char size[20];
      auto length = static_cast<std::size_t>(std::snprintf(size, sizeof size, "%zx\r\n", piece.size()));
      out.append(size, length);
    }
    out.append(piece);
    if (chunked_) out.append("\r\n");
    exchange.take_upload(piece.size());
    wake(exchange_);
  }
  if (exchange.upload_ended && exchange.upload_waiting() == 0) {
    if (chunked_) out.append("0\r\n\r\n");
    body_sent_ = true;
  }
}

}  // namespace

std::unique_ptr<Session> make_http1_session(std::size_t header_bytes) {
  return std::make_unique<Http1Session>(header_bytes);
}

}  // namespace pedalion::http::client
