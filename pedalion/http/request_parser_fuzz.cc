// Heads and chunked bodies of any bytes: no crash, and the same outcome however they come.
#include <cstdlib>

#include "pedalion/http/request_parser.h"

using namespace pedalion::http;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_head(std::string_view text) {
  auto whole = find_head_end(text, 0);
  // As a session looks for it: byte by byte, going on where it was.
  std::optional<std::size_t> torn;
  std::size_t searched = 0;
  for (std::size_t size = 1; size <= text.size() && !torn; ++size) {
    torn = find_head_end(text.substr(0, size), searched);
    searched = size > 2 ? size - 2 : 0;
  }
  require(whole == torn);
  auto head = parse_head(whole ? text.substr(0, *whole) : text);
  if (!head) return require(head.error().status >= 400 && !head.error().text.empty());
  require(!(head->body.chunked && head->body.length > 0));
  for (const auto& field : head->request.headers.fields())
    require(field.value.find_first_of("\r\n") == std::string::npos);
}

void check_chunks(std::string_view text) {
  ChunkDecoder decoder;
  while (true) {
    auto step = decoder.next(text);
    require(step.consumed <= text.size() && step.data.size() <= step.consumed);
    if (step.wrong || step.end || step.consumed == 0) return;
    text.remove_prefix(step.consumed);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  check_head(text.substr(0, 4096));
  check_chunks(text);
  return 0;
}
