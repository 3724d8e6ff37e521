// Whatever a server sends: no crash, steps that stay within their input, and the same outcome in one piece as
// byte by byte.
#include <cstdint>
#include <cstdlib>

#include "pedalion/http/client/response_parser.h"

namespace {

using pedalion::http::client::ResponseParser;

struct Outcome {
  int status = 0;
  std::string body;
  bool failed = false, ended = false;
  bool operator==(const Outcome&) const = default;
};

Outcome parse(std::string_view text, std::size_t size, ResponseParser::Request request) {
  ResponseParser parser(request, 1024);
  Outcome outcome;
  std::string buffer;
  while (true) {
    auto step = parser.step(buffer);
    if (!step) {
      outcome.failed = true;
      return outcome;
    }
    if (step->consumed > buffer.size()) std::abort();
    if (step->kind == ResponseParser::Step::Kind::kHead) outcome.status = parser.status();
    outcome.body += step->piece;
    buffer.erase(0, step->consumed);
    if (step->kind == ResponseParser::Step::Kind::kEnd) {
      outcome.ended = true;
      return outcome;
    }
    if (step->kind != ResponseParser::Step::Kind::kNeedMore) continue;
    if (text.empty()) return outcome;
    buffer += text.substr(0, size);
    text.remove_prefix(std::min(size, text.size()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  using Request = ResponseParser::Request;
  constexpr Request kKinds[] = {Request::kOther, Request::kHead, Request::kUpgrade};
  const Request request = kKinds[data[0] % 3];
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto whole = parse(text, text.size() + 1, request);
  auto pieces = parse(text, 1, request);
  if (whole.failed != pieces.failed || whole.ended != pieces.ended) std::abort();
  if (!whole.failed && whole != pieces) std::abort();
  return 0;
}
