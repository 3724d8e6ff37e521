#pragma once
// One request under way: what the caller's coroutine and the connection's session hand to each other.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "pedalion/base/signal.h"
#include "pedalion/base/status.h"
#include "pedalion/http/message.h"

namespace pedalion::http::client {

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
  std::string
      upgrade;  // the protocol that is asked for; empty: none. Then `upload` goes out after a 101 only
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
