#pragma once
// HTTP/1.1 responses as bytes arrive: interim heads skipped, the head, the body by its framing. Pure: no
// socket.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "pedalion/base/status.h"
#include "pedalion/http/message.h"

namespace pedalion::http::client {

/// Parses one response (RFC 9112): make a new one for each. What a server may not say fails with 502: both
/// lengths at once, folded lines, control characters, heads or trailers beyond the limit. Linear in the
/// input.
class ResponseParser {
 public:
  /// A response to HEAD has no body whatever its head says; to kUpgrade it may be 101, and then all that
  /// follows is body.
  enum class Request { kHead, kUpgrade, kOther };

  struct Step {
    enum class Kind { kNeedMore, kHead, kBody, kEnd } kind = Kind::kNeedMore;
    std::size_t consumed = 0;  // of the input; give the rest, and what follows it, to the next call
    std::string_view piece;    // kBody: points into the input
  };

  ResponseParser(Request request, std::size_t header_bytes)
      : request_(request), header_bytes_(header_bytes) {}

  /// Goes on with `input`, which begins where the last step's `consumed` ended. After kEnd and after a
  /// failure it may not be called again.
  Result<Step> step(std::string_view input);

  /// The peer has closed: an end for a body that goes until then, else a failure.
  Result<Step> end_of_input();

  /// From kHead on. take_headers() gives them away.
  int status() const { return status_; }
  Headers take_headers() { return std::move(headers_); }
  /// From kHead on: whether the connection may serve another request after kEnd.
  bool keeps_alive() const { return keeps_alive_ && framing_ != Framing::kUntilClose; }

 private:
  enum class State { kStatusLine, kFields, kBody, kChunkSize, kChunkData, kChunkEnd, kTrailers, kEnd };
  enum class Framing { kNone, kLength, kChunked, kUntilClose };
  enum class Line { kWhole, kPartial };

  Result<Line> next_line(std::string_view input, std::size_t& at, std::string_view& line);
  Status charge(std::size_t bytes);
  Result<Step> step_head(std::string_view input);
  Result<bool> take_head_line(std::string_view line);
  Result<Step> step_body(std::string_view input);
  Result<Step> step_chunks(std::string_view input);
  Result<Step> body_piece(std::string_view input, std::size_t at);
  Status parse_status_line(std::string_view line);
  Status parse_field(std::string_view line);
  Status parse_chunk_size(std::string_view line);
  Status frame_body();
  Status frame_by_coding(bool& chunked);

  Request request_;
  std::size_t header_bytes_;
  State state_ = State::kStatusLine;
  Framing framing_ = Framing::kNone;
  bool keeps_alive_ = true;
  int minor_version_ = 1;
  int status_ = 0;
  std::size_t charged_ = 0;      // of header_bytes, over all heads and trailers
  std::size_t scanned_ = 0;      // of the input's beginning, already searched for a line's end
  std::uint64_t remaining_ = 0;  // of the body or the chunk
  Headers headers_;
};

}  // namespace pedalion::http::client
