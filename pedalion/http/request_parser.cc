#include "pedalion/http/request_parser.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace pedalion::http {
namespace {

constexpr std::size_t kChunkLineLimit = 4096;
constexpr std::size_t kTrailerLimit = 64 << 10;

constexpr auto kTokenCharacters = [] {
  std::array<bool, 256> table{};
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = '0'; c <= '9'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_token(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return kTokenCharacters[static_cast<unsigned char>(c)]; });
}

bool is_field_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

bool is_target(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f;
  });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view take_line(std::string_view& text) {
  auto end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return made;
}

/// Where Go's server says no more.
std::unexpected<ParseError> bad() { return std::unexpected(ParseError{}); }
std::unexpected<ParseError> bad(std::string_view text) {
  return std::unexpected(ParseError{400, "400 Bad Request: " + std::string(text)});
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Each percent sign of the path begins an escape.
bool is_escaped_well(std::string_view target) {
  auto path = target.substr(0, target.find('?'));
  for (auto at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1)) {
    if (at + 2 >= path.size() || !is_hex(path[at + 1]) || !is_hex(path[at + 2])) return false;
  }
  return true;
}

bool is_host(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7f &&
           std::string_view("\"#/<>?@\\^`{|}").find(c) == std::string_view::npos;
  });
}

/// Calls `visit` for each element of a comma-separated list.
void each_element(std::string_view list, auto&& visit) {
  while (!list.empty()) {
    auto comma = list.find(',');
    visit(trimmed(list.substr(0, comma)));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
}

std::expected<void, ParseError> parse_request_line(std::string_view line, RequestHead& head, int& minor) {
  auto first = line.find(' ');
  auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return bad();
  auto method = line.substr(0, first), target = line.substr(first + 1, last - first - 1),
       version = line.substr(last + 1);
  if (!is_token(method)) return bad();
  bool well_formed = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.' &&
                     version[5] >= '0' && version[5] <= '9' && version[7] >= '0' && version[7] <= '9';
  if (!well_formed) return bad();
  if (version[5] != '1')
    return std::unexpected(ParseError{505, "505 HTTP Version Not Supported: unsupported protocol version"});
  minor = version[7] - '0';
  if (!is_target(target)) return bad();
  head.request.method = method;
  if (target.starts_with("http://") || target.starts_with("https://")) {
    auto slash = target.find('/', target.find("//") + 2);
    target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  bool has_form = target.starts_with('/') || target == "*" || method == "CONNECT";
  if (!has_form || !is_escaped_well(target)) return bad();
  head.request.target = target;
  return {};
}

std::expected<void, ParseError> parse_fields(std::string_view text, Headers& headers) {
  headers.reserve(12);
  while (!text.empty()) {
    auto line = take_line(text);
    if (line.empty()) break;
    auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return bad();
    auto value = trimmed(line.substr(colon + 1));
    if (!is_field_value(value)) return bad();
    headers.add(lower(line.substr(0, colon)), value);
  }
  return {};
}

std::expected<void, ParseError> find_framing(RequestHead& head, int minor) {
  const Headers& headers = head.request.headers;
  auto codings = headers.get_all("transfer-encoding");
  auto lengths = headers.get_all("content-length");
  if (!codings.empty()) {
    if (minor == 0 || codings.size() > 1 || lower(codings.front()) != "chunked")
      return std::unexpected(ParseError{501, "501 Not Implemented"});
    if (!lengths.empty()) return bad();
    head.body.chunked = true;
    return {};
  }
  for (const std::string_view& length : lengths) {
    std::uint64_t value = 0;
    auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), value);
    if (length.empty() || error != std::errc() || end != length.data() + length.size() || value > INT64_MAX)
      return bad();
    if (&length != &lengths.front() && value != head.body.length) return bad();
    head.body.length = value;
  }
  return {};
}

}  // namespace

std::optional<std::size_t> find_head_end(std::string_view text, std::size_t searched) {
  // Go takes bare line feeds too; what counts is an empty line after the first that is not.
  std::size_t start = 0;
  while (start < text.size() && (text[start] == '\r' || text[start] == '\n')) ++start;
  for (std::size_t at = text.find('\n', std::max(start, searched)); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    if (at > start && text[at - 1] == '\n') return at + 1;
    if (at > start + 1 && text[at - 1] == '\r' && text[at - 2] == '\n') return at + 1;
  }
  return std::nullopt;
}

std::expected<RequestHead, ParseError> parse_head(std::string_view text) {
  while (!text.empty() && (text.front() == '\r' || text.front() == '\n')) text.remove_prefix(1);
  RequestHead head;
  int minor = 1;
  if (auto line = parse_request_line(take_line(text), head, minor); !line)
    return std::unexpected(line.error());
  if (auto fields = parse_fields(text, head.request.headers); !fields) return std::unexpected(fields.error());
  const Headers& headers = head.request.headers;
  if (headers.get_all("host").size() > 1) return bad("too many Host headers");
  if (minor >= 1 && !headers.has("host")) return bad("missing required Host header");
  if (!is_host(headers.get("host"))) return bad("malformed Host header");
  if (auto framing = find_framing(head, minor); !framing) return std::unexpected(framing.error());
  head.keep_alive = minor >= 1;
  head.http10 = minor == 0;
  for (std::string_view value : headers.get_all("connection")) {
    each_element(value, [&](std::string_view element) {
      std::string word = lower(element);
      if (word == "close") head.keep_alive = false;
      if (word == "keep-alive" && minor == 0) head.keep_alive = true;
    });
  }
  if (std::string expected = lower(headers.get("expect")); !expected.empty()) {
    head.expects_unknown = expected != "100-continue";
    head.expects_continue = minor >= 1 && head.body.any() && !head.expects_unknown;
  }
  return head;
}

ChunkDecoder::Step ChunkDecoder::next(std::string_view input) {
  if (state_ == State::kData) {
    auto data = input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size())));
    left_ -= data.size();
    if (left_ == 0) state_ = State::kDataEnd;
    return {.data = data, .consumed = data.size()};
  }
  auto end = input.find('\n');
  if (end == std::string_view::npos) return {.wrong = input.size() > kChunkLineLimit};
  auto line = input.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  Step step{.consumed = end + 1};
  switch (state_) {
    case State::kDataEnd:
      step.wrong = !line.empty();
      state_ = State::kSize;
      break;
    case State::kSize: {
      line = trimmed(line.substr(0, line.find(';')));
      auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), left_, 16);
      step.wrong = line.empty() || line.size() > 16 || error != std::errc() ||
                   stop != line.data() + line.size() || left_ > INT64_MAX;
      state_ = left_ == 0 ? State::kTrailer : State::kData;
      break;
    }
    default:
      trailer_bytes_ += step.consumed;
      step.end = line.empty();
      step.wrong = trailer_bytes_ > kTrailerLimit;
  }
  return step;
}

}  // namespace pedalion::http
