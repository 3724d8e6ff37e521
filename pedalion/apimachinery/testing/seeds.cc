#include "pedalion/apimachinery/testing/seeds.h"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace pedalion::apimachinery::testing {
namespace {

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kInstrumented = true;
#else
constexpr bool kInstrumented = false;
#endif

}  // namespace

std::ranges::iota_view<unsigned, unsigned> seeds(unsigned count) {
  const char* wanted = std::getenv("SEED");
  if (wanted == nullptr) return {1, (kInstrumented ? std::max(1u, count / 5) : count) + 1};
  const std::string text = wanted;
  auto dash = text.find('-');
  auto first = static_cast<unsigned>(std::stoul(text));
  auto last = dash == std::string::npos ? first : static_cast<unsigned>(std::stoul(text.substr(dash + 1)));
  return {first, std::max(first, last) + 1};
}

}  // namespace pedalion::apimachinery::testing
