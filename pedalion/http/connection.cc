#include "pedalion/http/connection_internal.h"

#include <openssl/ssl.h>

#include <cstring>

#include "pedalion/base/log.h"

namespace pedalion::http {
namespace {

using transport::Transport;

constexpr std::size_t kReadAtOnce = 64 << 10;
constexpr std::size_t kWriteAtOnce = 256 << 10;  // produced before the socket is asked again
constexpr std::size_t kRecord = 16 << 10;        // pieces are gathered up to the size of a TLS record
constexpr int kRoundsAtOnce = 4;  // of reading and writing, before other connections have their turn
constexpr std::chrono::milliseconds kLinger{500};
constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The handler's answer, whatever happens: what it throws is a bug, and a 500.
Task<Response> answer(Handler& handler, Request request) {
  std::string cause;
  try {
    co_return co_await handler.handle(std::move(request));
  } catch (const std::exception& error) {
    cause = error.what();
  }
  log::error("a handler failed", {{"cause", cause}});
  Response response(500, "text/plain; charset=utf-8", "Internal Server Error");
  response.close_connection = true;
  co_return response;
}

thread_local std::string gathered;  // the loop's own
thread_local std::vector<char> received;

}  // namespace

Connection::Connection(ConnectionHost& host, std::unique_ptr<transport::SocketTransport> transport,
                       std::shared_ptr<Peer> peer, bool tls)
    : host_(host), transport_(std::move(transport)), peer_(std::move(peer)), tls_(tls) {}

Connection::~Connection() = default;

void Connection::start() {
  if (tls_) {
    handshake();
  } else {
    turn();
  }
}

void Connection::handshake() {
  auto outcome = transport_->handshake();
  if (outcome.kind == Transport::Kind::kFailed) return close();
  if (outcome.kind == Transport::Kind::kWait) {
    auto again = [self = shared_from_this()] {
      if (self->open_) self->handshake();
    };
    return transport_->wants_write() ? transport_->wait_write(again) : transport_->wait_read(again);
  }
  const_cast<Peer&>(*peer_).certificates_der = transport_->peer_certificates();
  begin(transport_->protocol());
  turn();
}

void Connection::begin(std::string_view protocol) {
  established_ = true;
  session_ = protocol == "h2" ? make_http2_session(*this) : make_http1_session(*this);
  waiting_ = Session::Waiting::kForRequest;
  waiting_since_ = Clock::now();
  if (!session_) return close();
  if (draining_) session_->drain(drain_streams_);
}

void Connection::choose_by_preface(std::string_view bytes) {
  preface_ += bytes;
  auto common = std::min(preface_.size(), kHttp2Preface.size());
  bool may_be_http2 = host_.options().http2 &&
                      kHttp2Preface.substr(0, common) == std::string_view(preface_).substr(0, common);
  if (may_be_http2 && preface_.size() < kHttp2Preface.size()) return;
  begin(may_be_http2 ? "h2" : "");
  if (open_) session_->receive(std::exchange(preface_, {}));
}

void Connection::serve(Request request, std::move_only_function<void(Response)> done) {
  host_.handler_began();
  spawn(answer(host_.handler(), std::move(request)),
        [&host = host_, self = weak_from_this(), done = std::move(done)](Response response) mutable {
          host.handler_ended();
          if (auto connection = self.lock(); connection && connection->session_) done(std::move(response));
        });
}

void Connection::wake() {
  woken_ = true;
  if (turn_posted_ || in_turn_ || !open_) return;
  turn_posted_ = true;
  host_.loop().post([self = shared_from_this()] {
    self->turn_posted_ = false;
    self->turn();
  });
}

void Connection::turn() {
  if (!open_) return;
  if (lingering_) return discard();
  auto self = shared_from_this();
  in_turn_ = true;
  bool may_read = !waits_read_, more = true;
  for (int round = 0; open_ && more && round < kRoundsAtOnce; ++round) {
    woken_ = false;
    more = may_read && (!session_ || session_->wants_input()) && read();
    may_read = may_read && !waits_read_;
    if (session_) woken_ = false;  // by what is written now
    if (open_ && session_ && !waits_write_) more = write() || more;
  }
  in_turn_ = false;
  if (!open_) return;
  if (!session_) return wait_for_read();  // the protocol is not known yet
  if (session_->is_over() && output_.empty()) return session_->leaves_input() ? linger() : close();
  note_input();
  if (woken_ || (more && !waits_write_)) wake();
}

/// Closing a socket with input unread resets it, and the peer may lose the answer: give it time to read.
void Connection::linger() {
  lingering_ = true;
  transport_->end_output();
  host_.loop().run_after(kLinger, [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->close();
  });
  discard();
}

void Connection::discard() {
  if (received.empty()) received.resize(kReadAtOnce);
  for (int round = 0; round < kRoundsAtOnce; ++round) {
    auto outcome = transport_->discard(received);
    if (outcome.kind == Transport::Kind::kWait) break;
    if (outcome.kind == Transport::Kind::kFailed || outcome.bytes == 0) return close();
  }
  wait_for_read();
}

void Connection::note_input() {
  auto waiting = session_->waiting();
  if (waiting != waiting_) {
    waiting_ = waiting;
    waiting_since_ = Clock::now();
  }
  if (waits_read_ || !session_->wants_input()) return;
  if (transport_->may_hold_input()) {
    wake();
  } else {
    wait_for_read();
  }
}

/// True when there may be more at once.
bool Connection::read() {
  if (received.empty()) received.resize(kReadAtOnce);
  auto outcome = transport_->read(received);
  if (outcome.kind == Transport::Kind::kFailed) {
    close();
    return false;
  }
  if (outcome.kind == Transport::Kind::kWait) {
    wait_for_read();
    return false;
  }
  if (outcome.bytes == 0) {
    if (!session_) {
      close();
    } else {
      session_->input_ended();
      waits_read_ = true;  // nothing comes any more
    }
    return false;
  }
  std::string_view bytes(received.data(), outcome.bytes);
  if (session_) {
    session_->receive(bytes);
  } else {
    choose_by_preface(bytes);
  }
  return outcome.bytes == received.size();
}

/// True when it wrote all that was there, and there may be more.
bool Connection::write() {
  if (output_.empty()) session_->produce(output_, kWriteAtOnce);
  if (output_.empty()) return false;
  while (output_at_ < output_.size()) {
    if (!write_gathered()) return false;
  }
  output_.clear();
  output_at_ = 0;
  if (output_.capacity() > 256) output_.shrink_to_fit();
  return true;
}

/// Small pieces go out together, large ones as they lie.
bool Connection::write_gathered() {
  std::string_view next = output_[output_at_].view().substr(output_offset_);
  bool alone = next.size() >= kRecord || output_at_ + 1 == output_.size();
  if (!alone) {
    gathered.clear();
    for (std::size_t at = output_at_; at < output_.size() && gathered.size() < kRecord; ++at) {
      auto piece = output_[at].view().substr(at == output_at_ ? output_offset_ : 0);
      gathered.append(piece.substr(0, kRecord - gathered.size()));
    }
    next = gathered;
  }
  auto outcome = next.empty() ? Transport::Outcome{} : transport_->write(next);
  if (outcome.kind == Transport::Kind::kFailed) {
    close();
    return false;
  }
  if (outcome.kind == Transport::Kind::kWait) {
    wait_for_write();
    return false;
  }
  std::size_t written = outcome.bytes;
  while (output_at_ < output_.size()) {
    std::size_t left = output_[output_at_].size() - output_offset_;
    if (left > written) {
      output_offset_ += written;
      return true;
    }
    written -= left;
    output_[output_at_++] = Bytes();
    output_offset_ = 0;
    if (written == 0 && (output_at_ == output_.size() || !output_[output_at_].empty())) break;
  }
  return true;
}

void Connection::wait_for_read() {
  if (waits_read_) return;
  waits_read_ = true;
  transport_->wait_read([self = shared_from_this()] {
    self->waits_read_ = false;
    self->turn();
  });
}

void Connection::wait_for_write() {
  if (waits_write_) return;
  waits_write_ = true;
  transport_->wait_write([self = shared_from_this()] {
    self->waits_write_ = false;
    self->turn();
  });
}

bool Connection::is_overdue(Clock::time_point now) const {
  auto waited = now - waiting_since_;
  switch (waiting_) {
    case Session::Waiting::kForHead:
      return waited > limits().header_timeout;
    case Session::Waiting::kForRequest:
      return waited > limits().idle_timeout;
    case Session::Waiting::kForNothing:
      return false;
  }
  return false;
}

void Connection::drain(bool streams) {
  draining_ = true;
  drain_streams_ = drain_streams_ || streams;
  if (!session_) return close();  // nothing was asked yet
  session_->drain(streams);
}

void Connection::close() {
  if (!open_) return;
  open_ = false;
  auto self = shared_from_this();
  transport_->close();
  // The session may be the caller: it ends a tick later.
  host_.loop().post([self] { self->session_.reset(); });
  host_.closed(*this);
}

}  // namespace pedalion::http
