#include <cstdlib>

#include "pedalion/registry/generic/continue_token.h"

/// What can be decoded comes back when it is encoded and decoded again.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace pedalion::registry::generic;
  auto token = decode_continue_token({reinterpret_cast<const char*>(data), size});
  if (!token) return 0;
  auto again = decode_continue_token(encode_continue_token(*token));
  if (!again || again->revision != token->revision || again->start != token->start) std::abort();
  return 0;
}
