#pragma once
// HTTP messages, whatever the version on the wire: Request, Response, bodies that stream, and the Handler
// between them.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pedalion/base/bytes.h"
#include "pedalion/base/status.h"
#include "pedalion/base/task.h"

namespace pedalion::http {

/// Header fields in order of arrival. Names are lower case; look-ups take lower case too.
class Headers {
 public:
  struct Field {
    std::string name, value;
  };
  /// The first value, or empty.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  std::vector<std::string_view> get_all(std::string_view name) const;
  void add(std::string_view name, std::string_view value);
  /// Replaces all values.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  const std::vector<Field>& fields() const { return fields_; }
  void reserve(std::size_t count) { fields_.reserve(count); }

 private:
  std::vector<Field> fields_;
};

/// Who is at the other end of a connection. One per connection, shared by its requests.
struct Peer {
  std::string address;        // "127.0.0.1:51234"
  std::string local_address;  // where it was accepted
  bool tls = false;
  /// The client's certificate chain, leaf first, DER; empty when none was sent. Not verified: that is
  /// authentication's job.
  std::vector<std::string> certificates_der;
};

enum class Version { kHttp11, kHttp2 };

/// The body of a request as it comes in. Belongs to the connection's loop. Not reading is back-pressure.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  /// The next piece, empty at the end. Fails with 400 when the peer breaks off or frames it wrongly.
  virtual Task<Result<Bytes>> read() = 0;
};

/// The body of a response, pulled by the connection as the socket takes it. Belongs to the connection's loop;
/// destroyed when the response ends or the peer goes away.
class BodyStream {
 public:
  enum class Pull {
    kMore,     // call again
    kPending,  // nothing now: call after `ready` has been called
    kEnd,      // the body is complete
    kAbort,    // break the stream off (reset, or close without the last chunk)
  };
  virtual ~BodyStream() = default;
  /// Appends up to about `budget` bytes (more is allowed where a piece does not divide) to `out`.
  virtual Pull pull(std::vector<Bytes>& out, std::size_t budget) = 0;
  /// Called once before the first pull. `ready` may be called at any time on the loop's thread, any number of
  /// times; the connection then pulls again, once per loop tick however often it was called.
  virtual void on_ready(std::function<void()> ready) { (void)ready; }
  /// The server is shutting down: end soon and cleanly (kEnd at one of the next pulls; call `ready`).
  virtual void drain() {}
};

struct Request {
  std::string method;  // upper case
  std::string target;  // as sent: path and query
  Version version = Version::kHttp11;
  Headers headers;
  std::shared_ptr<const Peer> peer;
  std::unique_ptr<BodyReader> body;  // null when there is none

  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  std::string_view query() const {
    auto at = target.find('?');
    return at == std::string::npos ? std::string_view() : std::string_view(target).substr(at + 1);
  }
};

struct Response {
  int status = 200;
  Headers headers;
  std::vector<Bytes> chunks;  // the whole body, or none …
  std::unique_ptr<BodyStream>
      stream;  // … or this, not both. Headers are sent at once, before the first chunk.
  /// HTTP/1.1: close after this response; HTTP/2: GOAWAY after it.
  bool close_connection = false;

  Response() = default;
  Response(int status, std::string_view content_type, std::string body);
};

/// A client's peer, a server's application, each filter of a chain: all are Handlers, so a server can be
/// called in process. Called on a loop's thread. Never fails: an error is a Response.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual Task<Response> handle(Request request) = 0;
};

/// Reads all of `body` (none: empty). Fails with 413 `Request entity too large: limit is N` beyond `limit`
/// bytes.
Task<Result<Bytes>> read_all(BodyReader* body, std::size_t limit);

}  // namespace pedalion::http
