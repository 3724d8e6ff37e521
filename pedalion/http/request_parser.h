#pragma once
// The head of an HTTP/1.1 request and the framing of its body (RFC 9112), as a pure parser.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pedalion/http/message.h"

namespace pedalion::http {

/// How the body that follows a head ends.
struct BodyFraming {
  bool chunked = false;
  std::uint64_t length = 0;  // when not chunked
  bool any() const { return chunked || length > 0; }
};

struct RequestHead {
  Request request;  // without peer and body
  BodyFraming body;
  bool keep_alive = true;
  bool http10 = false;
  bool expects_continue = false;
  bool expects_unknown = false;  // an Expect that nobody can meet: 417
};

/// A status to answer and what to say, in the status line and as the body; the connection closes after it.
struct ParseError {
  int status = 400;
  std::string text = "400 Bad Request";
};

/// Where the head in `text` ends (behind its empty line); nothing when it goes on. Leading empty lines are
/// part of it.
std::optional<std::size_t> find_head_end(std::string_view text, std::size_t searched);

/// `text`: one whole head.
std::expected<RequestHead, ParseError> parse_head(std::string_view text);

/// Takes chunked coding off, piece by piece.
class ChunkDecoder {
 public:
  struct Step {
    std::string_view data;     // of the input: decoded bytes
    std::size_t consumed = 0;  // of the input, data and framing
    bool end = false;          // the body is complete
    bool wrong = false;
  };
  /// Decodes the next piece of `input`. Consumed 0 and neither end nor wrong: more input is needed.
  Step next(std::string_view input);

 private:
  enum class State { kSize, kData, kDataEnd, kTrailer };
  State state_ = State::kSize;
  std::uint64_t left_ = 0;
  std::size_t trailer_bytes_ = 0;
};

}  // namespace pedalion::http
