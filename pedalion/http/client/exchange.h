#pragma once
// One request under way: what the caller's coroutine and the connection's session hand to each other.
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "pedalion/base/status.h"
#include "pedalion/http/message.h"

namespace pedalion::http::client {

/// Wakes one coroutine of the same thread. A coroutine that is destroyed while it waits is forgotten; the
/// Signal outlives the wait.
class Signal {
 public:
  class Awaiter {
   public:
    explicit Awaiter(Signal& signal) : signal_(signal) {}
    Awaiter(const Awaiter&) = delete;
    Awaiter& operator=(const Awaiter&) = delete;
    ~Awaiter() {
      if (waiter_ && signal_.waiter_ == waiter_) signal_.waiter_ = {};
    }
    bool await_ready() const noexcept { return signal_.raised_; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { signal_.waiter_ = waiter_ = waiter; }
    void await_resume() noexcept {
      waiter_ = {};
      signal_.raised_ = false;
    }

   private:
    Signal& signal_;
    std::coroutine_handle<> waiter_;
  };

  /// Resumes the waiter before it returns; when there is none, the next wait ends at once. Wakes may be
  /// spurious: wait in a loop around a condition.
  void notify() {
    raised_ = true;
    if (auto waiter = std::exchange(waiter_, {})) waiter.resume();
  }
  Awaiter wait() { return Awaiter(*this); }

 private:
  bool raised_ = false;
  std::coroutine_handle<> waiter_;
};

/// What the session needs of its connection when an exchange's caller acts.
class ExchangeOwner {
 public:
  virtual ~ExchangeOwner() = default;
  /// More is in `upload`, or it has ended.
  virtual void upload_ready(struct Exchange& exchange) = 0;
  /// The caller has taken that much of `received`.
  virtual void received_taken(struct Exchange& exchange, std::size_t bytes) = 0;
  /// The caller does not want the rest.
  virtual void cancel(struct Exchange& exchange) = 0;
};

/// Shared between the caller's coroutines and the session. All on the client's loop.
struct Exchange {
  enum class Retry { kNo, kUnanswered };  // kUnanswered: the server did not begin to answer

  // The request. `headers` holds neither host nor framing.
  std::string method, target, authority;
  Headers headers;
  bool has_body = false;
  std::optional<std::uint64_t> length;  // of the body, when it is known before
  std::string upload;                   // read from the body, not yet taken by the session …
  std::size_t upload_taken = 0;         // … but for this much of its beginning
  bool upload_ended = false;
  Signal upload_changed;

  // The response.
  bool head_ready = false, complete = false, has_response_body = true;
  int status = 0;
  Headers response_headers;
  std::string received;  // of the body, not yet taken by the caller
  std::optional<Status> failure;
  Retry retry = Retry::kNo;
  Signal changed;

  ExchangeOwner* owner = nullptr;  // null before it is started and after its end
  std::int32_t stream = 0;         // HTTP/2

  std::size_t upload_waiting() const { return upload.size() - upload_taken; }
  std::string_view upload_view() const { return std::string_view(upload).substr(upload_taken); }
  void take_upload(std::size_t bytes) {
    upload_taken += bytes;
    if (upload_taken < upload.size()) return;
    upload.clear();
    upload_taken = 0;
  }
};

}  // namespace pedalion::http::client
