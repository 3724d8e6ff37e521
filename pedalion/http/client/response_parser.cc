#include "pedalion/http/client/response_parser.h"

#include <array>
#include <charconv>

namespace pedalion::http::client {
namespace {

constexpr std::size_t kFieldOverhead = 32;     // what a field costs beside its text, as HTTP/2 counts it
constexpr std::size_t kChunkLineBytes = 4096;  // size and extensions of one chunk

Status malformed(std::string_view what) {
  return Status(502, "", "malformed HTTP response: " + std::string(what));
}

// A Status of code 0 is "no error" within this file: Result<void> costs more to write at every line.
Status fine() { return Status(0, "", ""); }
bool is_fine(const Status& status) { return status.code == 0; }

constexpr std::array<bool, 256> make_token_table() {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[c] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (unsigned char c : {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'})
    table[c] = true;
  return table;
}
constexpr auto kToken = make_token_table();

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool equals_ignoring_case(std::string_view text, std::string_view lower_case) {
  return std::ranges::equal(text, lower_case, [](char a, char b) { return lower(a) == b; });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Whether `wanted` stands in the comma-separated list.
bool lists(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    auto comma = list.find(',');
    if (equals_ignoring_case(trim(list.substr(0, comma)), wanted)) return true;
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return false;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Result<ResponseParser::Step> ResponseParser::step(std::string_view input) {
  switch (state_) {
    case State::kStatusLine:
    case State::kFields:
      return step_head(input);
    case State::kBody:
      return step_body(input);
    default:
      return step_chunks(input);
  }
}

Result<ResponseParser::Step> ResponseParser::end_of_input() {
  if (state_ == State::kBody && framing_ == Framing::kUntilClose) {
    state_ = State::kEnd;
    return Step{Step::Kind::kEnd, 0, {}};
  }
  return std::unexpected(malformed("the connection closed in the middle of it"));
}

// A line without its end; CR LF, or LF alone as RFC 9112 section 2.2 allows.
Result<ResponseParser::Line> ResponseParser::next_line(std::string_view input, std::size_t& at,
                                                       std::string_view& line) {
  auto end = input.find('\n', at + scanned_);
  if (end == std::string_view::npos) {
    scanned_ = input.size() - at;
    if (charged_ + scanned_ > header_bytes_) return std::unexpected(malformed("its head is too large"));
    return Line::kPartial;
  }
  line = input.substr(at, end - at);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  at = end + 1;
  scanned_ = 0;
  return Line::kWhole;
}

Status ResponseParser::charge(std::size_t bytes) {
  charged_ += bytes;
  return charged_ > header_bytes_ ? malformed("its head is too large") : fine();
}

Result<ResponseParser::Step> ResponseParser::step_head(std::string_view input) {
  std::size_t at = 0;
  std::string_view line;
  while (true) {
    TRY(Line found, next_line(input, at, line));
    if (found == Line::kPartial) return Step{Step::Kind::kNeedMore, at, {}};
    if (Status status = charge(line.size() + kFieldOverhead); !is_fine(status))
      return std::unexpected(status);
    TRY(bool complete, take_head_line(line));
    if (complete) return Step{Step::Kind::kHead, at, {}};
  }
}

// True at the end of the final head.
Result<bool> ResponseParser::take_head_line(std::string_view line) {
  if (state_ == State::kStatusLine) {
    if (Status status = parse_status_line(line); !is_fine(status)) return std::unexpected(status);
    state_ = State::kFields;
    return false;
  }
  if (!line.empty()) {
    if (Status status = parse_field(line); !is_fine(status)) return std::unexpected(status);
    return false;
  }
  if (status_ == 101) {
    if (request_ != Request::kUpgrade)
      return std::unexpected(malformed("101 without a request to switch protocols"));
    framing_ = Framing::kUntilClose;
    state_ = State::kBody;
    return true;
  }
  if (status_ < 200) {  // interim (RFC 9110 section 15.2): another head follows
    headers_ = Headers();
    state_ = State::kStatusLine;
    return false;
  }
  if (Status status = frame_body(); !is_fine(status)) return std::unexpected(status);
  return true;
}

// HTTP-version SP status-code [ SP reason-phrase ]
Status ResponseParser::parse_status_line(std::string_view line) {
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || !is_digit(line[7]) || line[8] != ' ') {
    return malformed("it does not begin with HTTP/1.1 and a status");
  }
  for (char c : line.substr(9, 3)) {
    if (!is_digit(c)) return malformed("its status is no number");
  }
  if (line.size() > 12 && line[12] != ' ') return malformed("its status has more than three digits");
  minor_version_ = line[7] - '0';
  status_ = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  return status_ < 100 ? malformed("its status is below 100") : fine();
}

Status ResponseParser::parse_field(std::string_view line) {
  auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return malformed("a header field without a name");
  std::string name(line.substr(0, colon));
  for (char& c : name) {
    if (!kToken[static_cast<unsigned char>(c)])
      return malformed("a header field's name holds a wrong character");
    c = lower(c);
  }
  auto value = trim(line.substr(colon + 1));
  for (unsigned char c : value) {
    if ((c < 0x20 && c != '\t') || c == 0x7f) return malformed("a header field holds a control character");
  }
  headers_.add(name, value);
  return fine();
}

// RFC 9112 section 6.3, for a client.
Status ResponseParser::frame_body() {
  keeps_alive_ = minor_version_ >= 1;
  for (auto value : headers_.get_all("connection")) {
    if (lists(value, "close")) keeps_alive_ = false;
    if (minor_version_ == 0 && lists(value, "keep-alive")) keeps_alive_ = true;
  }
  bool chunked = false;
  if (Status status = frame_by_coding(chunked); !is_fine(status)) return status;
  state_ = State::kBody;
  if (request_ == Request::kHead || status_ == 204 || status_ == 304) return fine();  // 1. kNone
  if (chunked) {
    framing_ = Framing::kChunked;
    state_ = State::kChunkSize;
    return fine();
  }
  auto lengths = headers_.get_all("content-length");
  if (lengths.empty()) {
    framing_ = Framing::kUntilClose;  // 8.
    return fine();
  }
  auto text = lengths.front();
  for (auto other : lengths) {
    if (other != text) return malformed("two lengths that differ");
  }
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), remaining_);
  if (text.empty() || !is_digit(text.front()) || error != std::errc() || end != text.data() + text.size()) {
    return malformed("its length is no number");
  }
  framing_ = Framing::kLength;
  return fine();
}

Status ResponseParser::frame_by_coding(bool& chunked) {
  auto codings = headers_.get_all("transfer-encoding");
  if (codings.empty()) return fine();
  if (headers_.has("content-length")) return malformed("both a length and a transfer coding");
  if (codings.size() > 1 || !equals_ignoring_case(codings.front(), "chunked")) {
    return malformed("a transfer coding other than chunked");
  }
  chunked = true;
  return fine();
}

Result<ResponseParser::Step> ResponseParser::body_piece(std::string_view input, std::size_t at) {
  auto count = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size() - at));
  if (count == 0) return Step{Step::Kind::kNeedMore, at, {}};
  remaining_ -= count;
  return Step{Step::Kind::kBody, at + count, input.substr(at, count)};
}

Result<ResponseParser::Step> ResponseParser::step_body(std::string_view input) {
  if (framing_ == Framing::kUntilClose) {
    if (input.empty()) return Step{};
    return Step{Step::Kind::kBody, input.size(), input};
  }
  if (framing_ == Framing::kNone || remaining_ == 0) {
    state_ = State::kEnd;
    return Step{Step::Kind::kEnd, 0, {}};
  }
  return body_piece(input, 0);
}

// chunked-body = *( chunk-size [ chunk-ext ] CRLF chunk-data CRLF ) "0" [ chunk-ext ] CRLF trailers CRLF
Result<ResponseParser::Step> ResponseParser::step_chunks(std::string_view input) {
  std::size_t at = 0;
  std::string_view line;
  while (true) {
    if (state_ == State::kChunkData) {
      if (remaining_ > 0) return body_piece(input, at);
      state_ = State::kChunkEnd;
    }
    TRY(Line found, next_line(input, at, line));
    if (found == Line::kPartial) {
      if (state_ == State::kChunkEnd && scanned_ > 1)
        return std::unexpected(malformed("a chunk longer than its size"));
      if (state_ == State::kChunkSize && scanned_ > kChunkLineBytes) {
        return std::unexpected(malformed("a chunk's size is too long"));
      }
      return Step{Step::Kind::kNeedMore, at, {}};
    }
    if (state_ == State::kChunkEnd) {
      if (!line.empty()) return std::unexpected(malformed("a chunk longer than its size"));
      state_ = State::kChunkSize;
    } else if (state_ == State::kChunkSize) {
      if (Status status = parse_chunk_size(line); !is_fine(status)) return std::unexpected(status);
    } else {  // trailers: counted, and dropped
      if (line.empty()) {
        state_ = State::kEnd;
        return Step{Step::Kind::kEnd, at, {}};
      }
      if (Status status = charge(line.size() + kFieldOverhead); !is_fine(status))
        return std::unexpected(status);
    }
  }
}

Status ResponseParser::parse_chunk_size(std::string_view line) {
  if (line.size() > kChunkLineBytes) return malformed("a chunk's size is too long");
  auto text = trim(line.substr(0, line.find(';')));
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), remaining_, 16);
  if (text.empty() || text.front() == '-' || text.size() > 15 || error != std::errc() ||
      end != text.data() + text.size()) {
    return malformed("a chunk's size is no number");
  }
  state_ = remaining_ == 0 ? State::kTrailers : State::kChunkData;
  return fine();
}

}  // namespace pedalion::http::client
