#pragma once
// How far text stands for itself in a JSON string, looked at sixteen bytes at once where the processor can.
// For this folder's sources only.
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace pedalion::json {

/// What ends a plain run when text is read: quotes, backslashes, control characters.
struct EndsReading {
  static bool ends(unsigned char c) { return c == '"' || c == '\\' || c < 0x20; }
#if defined(__SSE2__)
  static __m128i ends(__m128i bytes) {
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    return _mm_or_si128(control, _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                              _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
  }
#endif
};

/// The same and what Go's encoder escapes besides when text is written; 0xe2 begins U+2028 and U+2029.
struct EndsWriting {
  static bool ends(unsigned char c) {
    return EndsReading::ends(c) || c == '<' || c == '>' || c == '&' || c == 0xe2;
  }
#if defined(__SSE2__)
  static __m128i ends(__m128i bytes) {
    // '<' and '>' differ in one bit.
    const __m128i angle = _mm_cmpeq_epi8(_mm_or_si128(bytes, _mm_set1_epi8(2)), _mm_set1_epi8('>'));
    const __m128i more = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('&')),
                                      _mm_cmpeq_epi8(bytes, _mm_set1_epi8(static_cast<char>(0xe2))));
    return _mm_or_si128(EndsReading::ends(bytes), _mm_or_si128(angle, more));
  }
#endif
};

/// The first byte of [at, end) that ends a plain run, or `end`. Reads nothing beyond `end`.
template <class Ends>
const char* end_of_plain(const char* at, const char* end) {
#if defined(__SSE2__)
  constexpr std::ptrdiff_t kStep = sizeof(__m128i);
  const char* const start = at;
  const auto found = [](const char* from) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    return static_cast<unsigned>(_mm_movemask_epi8(Ends::ends(bytes)));
  };
  for (; end - at >= kStep; at += kStep) {
    if (unsigned mask = found(at); mask != 0) return at + std::countr_zero(mask);
  }
  if (end - start >= kStep) {  // the last sixteen once more, of which some are known to be plain
    const unsigned mask = found(end - kStep);
    return mask == 0 ? end : end - kStep + std::countr_zero(mask);
  }
#endif
  while (at != end && !Ends::ends(static_cast<unsigned char>(*at))) ++at;
  return at;
}

}  // namespace pedalion::json
