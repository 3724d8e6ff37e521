#include "pedalion/apimachinery/meta/time.h"

#include <cstdlib>

/// What is a time or a duration is written as one of the same value.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace pedalion::meta;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto duration = parse_go_duration(text)) {
    auto again = parse_go_duration(format_go_duration(*duration));
    if (!again || *again != *duration) std::abort();
  }
  if (auto instant = parse_time(text)) {
    auto again = parse_time(format_time(instant->seconds));
    bool four_digits = instant->seconds >= -62167219200 && instant->seconds <= 253402300799;
    if (four_digits && (!again || again->seconds != instant->seconds)) std::abort();
  }
  return 0;
}
