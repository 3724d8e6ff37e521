#pragma once
// One connection's protocol at the server, as a machine: bytes in, bytes out, requests to a handler in
// between.
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/http/message.h"
#include "pedalion/http/server.h"

namespace pedalion::http {

/// What a session may ask of its connection. Outlives it.
class SessionHost {
 public:
  virtual ~SessionHost() = default;
  /// Serve `request`; `done` is called on the loop's thread, never after the session is gone.
  virtual void serve(Request request, std::move_only_function<void(Response)> done) = 0;
  /// Something can be written or read again: call produce() soon, once a loop tick.
  virtual void wake() = 0;
  virtual const Limits& limits() const = 0;
  virtual const std::shared_ptr<const Peer>& peer() const = 0;
  virtual std::string_view date() const = 0;  // of the Date field, now
};

/// Belongs to a loop. Calls of a session never destroy it.
class Session {
 public:
  enum class Waiting : std::uint8_t {
    kForRequest,  // idle: closed after the idle time-out
    kForHead,     // a head has begun: closed after the header time-out
    kForNothing,  // a request is being served
  };

  virtual ~Session() = default;
  /// Takes what has come. Calls no handler's code before it returns but through SessionHost::serve.
  virtual void receive(std::string_view bytes) = 0;
  /// Whether more may come now; false is back-pressure.
  virtual bool wants_input() const = 0;
  /// Appends what is to be written, about `budget` bytes. Nothing appended: nothing to write now.
  virtual void produce(std::vector<Bytes>& out, std::size_t budget) = 0;
  /// The connection closes when all has been written.
  virtual bool is_over() const = 0;
  /// The peer may still be sending what nobody reads: closing at once would take the last answer from it.
  virtual bool leaves_input() const { return false; }
  virtual Waiting waiting() const = 0;
  /// No new requests: finish what runs, end streams if `streams`, then be over.
  virtual void drain(bool streams) = 0;
  /// The peer sends nothing any more.
  virtual void input_ended() = 0;
};

std::unique_ptr<Session> make_http1_session(SessionHost& host);
/// Null when nghttp2 has no memory.
std::unique_ptr<Session> make_http2_session(SessionHost& host);

}  // namespace pedalion::http
