#include "pedalion/http/client/connection.h"

#include <algorithm>
#include <array>

namespace pedalion::http::client {
namespace {
constexpr std::size_t kReadSize = 64 << 10;
constexpr int kReadsATurn = 8;    // then other connections of the loop get theirs
constexpr int kRoundsATurn = 16;  // of flushing and waking
constexpr std::size_t kWriteSize = 64 << 10;
}  // namespace

Connection::Connection(Loop& loop, std::unique_ptr<transport::Transport> transport,
                       std::unique_ptr<Session> session, Version version, ConnectionTimes times)
    : loop_(loop),
      transport_(std::move(transport)),
      session_(std::move(session)),
      version_(version),
      times_(times),
      last_input_(Clock::now()),
      idle_since_(last_input_),
      pinged_at_(last_input_) {}

void Connection::run(std::function<void()> changed) {
  changed_ = std::move(changed);
  settle_later();
}

void Connection::close(const Status& why) {
  if (closed_) return;
  changed_ = nullptr;
  session_->go_away();
  if (!broken_ && !writing_) flush();
  session_->break_off(why);
  shut();
  // The caller may be a destructor: nothing of the callers' coroutines runs within it.
  loop_.post([woken = session_->take_woken()] {
    for (const auto& exchange : woken) {
      exchange->changed.notify();
      exchange->upload_changed.notify();
    }
  });
}

void Connection::start(std::shared_ptr<Exchange> exchange) {
  exchange->owner = this;
  session_->start(std::move(exchange));
  settle_later();
}

void Connection::upload_ready(Exchange& exchange) {
  session_->upload_ready(exchange);
  settle_later();
}

void Connection::received_taken(Exchange& exchange, std::size_t bytes) {
  session_->received_taken(exchange, bytes);
  settle_later();
}

void Connection::cancel(Exchange& exchange) {
  session_->cancel(exchange);
  settle_later();
}

void Connection::settle_later() {
  dirty_ = true;
  if (settling_ || settle_posted_ || closed_) return;
  settle_posted_ = true;
  loop_.post([self = shared_from_this()] {
    self->settle_posted_ = false;
    self->settle();
  });
}

// Brings socket, session and waiting coroutines to rest: what they do may give the others work.
void Connection::settle() {
  if (closed_) return;
  settling_ = true;
  for (int round = 0; round < kRoundsATurn && (dirty_ || session_->has_woken()) && !closed_; ++round) {
    dirty_ = false;
    flush();
    notify_woken();
  }
  settling_ = false;
  if (closed_) return;
  if (broken_ || (session_->finished() && (out_.empty() || write_failed_))) {
    session_->break_off(Status(502, "", "the connection has ended"));
    notify_woken();
    if (!closed_) shut();
  } else {
    if (dirty_ || session_->has_woken()) settle_later();
    watch_socket();
    if (session_->active() > 0) was_used_ = true;
    watch_clock();
  }
  if (changed_) {
    auto changed = changed_;  // it may close this connection, and so reset changed_
    changed();
  }
}

void Connection::notify_woken() {
  for (const auto& exchange : session_->take_woken()) {
    exchange->changed.notify();
    exchange->upload_changed.notify();
  }
}

void Connection::flush() {
  while (!broken_ && !writing_ && !write_failed_) {
    if (out_.empty()) {
      session_->produce(out_, kWriteSize);
      if (out_.empty()) return;
    }
    auto result = transport_->write(std::string_view(out_).substr(out_written_));
    if (result.kind == transport::Transport::Kind::kDone) {
      out_written_ += result.bytes;
      if (out_written_ < out_.size()) continue;
      out_written_ = 0;
      out_.clear();
      if (out_.capacity() > 2 * kWriteSize) out_ = std::string();
    } else if (result.kind == transport::Transport::Kind::kWait) {
      writing_ = true;
      transport_->wait_write([self = shared_from_this()] {
        self->writing_ = false;
        if (self->closed_) return;
        self->dirty_ = true;
        self->settle();
      });
    } else {
      write_failed_ = true;
    }
  }
}

void Connection::watch_socket() {
  if (reading_ || broken_ || !session_->wants_input()) return;
  reading_ = true;
  auto go_on = [self = shared_from_this()] {
    self->reading_ = false;
    if (!self->closed_) self->on_readable();
  };
  if (read_dry_) {
    transport_->wait_read(std::move(go_on));
  } else {
    loop_.post(std::move(go_on));  // TLS may hold bytes that the socket does not show
  }
}

void Connection::on_readable() {
  read_some();
  dirty_ = true;  // the session may have to answer: SETTINGS, WINDOW_UPDATE
  settle();
}

void Connection::read_some() {
  read_dry_ = false;
  static thread_local std::array<char, kReadSize> buffer;
  for (int turn = 0; turn < kReadsATurn && session_->wants_input(); ++turn) {
    auto result = transport_->read(buffer);
    if (result.kind == transport::Transport::Kind::kWait) {
      read_dry_ = true;
      return;
    }
    if (result.kind == transport::Transport::Kind::kFailed)
      return break_off(Status(502, "", std::move(result.error)));
    if (result.bytes == 0) {
      session_->peer_closed();
      broken_ = true;
      return;
    }
    last_input_ = Clock::now();
    pinged_ = false;
    auto received = session_->receive({buffer.data(), result.bytes});
    if (!received) return break_off(received.error());
  }
}

void Connection::break_off(const Status& why) {
  session_->break_off(why);
  broken_ = true;
}

void Connection::shut() {
  closed_ = true;
  if (timer_ != 0) loop_.cancel(timer_);
  timer_ = 0;
  transport_->close();
}

Connection::Clock::time_point Connection::deadline() const {
  if (session_->active() == 0) return idle_since_ + times_.idle_timeout;
  if (version_ != Version::kHttp2) return Clock::time_point::max();  // TCP keep-alive watches over it
  return pinged_ ? pinged_at_ + times_.ping_timeout : last_input_ + times_.ping_after;
}

// A timer is not moved with each request: when it fires it looks whether its time has really come.
void Connection::watch_clock() {
  if (session_->active() > 0) idle_since_ = Clock::now();
  auto at = deadline();
  if (at == Clock::time_point::max() || (timer_ != 0 && timer_at_ <= at)) return;
  if (timer_ != 0) loop_.cancel(timer_);
  timer_at_ = at;
  auto delay = std::max<Duration>(at - Clock::now(), std::chrono::milliseconds(1));
  timer_ = loop_.run_after(delay, [weak = weak_from_this()] {
    if (auto self = weak.lock(); self && !self->closed_) {
      self->timer_ = 0;
      self->on_deadline();
    }
  });
}

void Connection::on_deadline() {
  if (Clock::now() >= deadline()) {
    if (session_->active() == 0) {
      session_->go_away();
    } else if (pinged_) {
      break_off(Status(504, "Timeout", "the server does not answer pings"));
    } else if (session_->ping() == Session::Ping::kSent) {
      pinged_ = true;
      pinged_at_ = Clock::now();
    }
    dirty_ = true;
    settle();
  } else {
    watch_clock();
  }
}

}  // namespace pedalion::http::client
