#pragma once
// How far text stands for itself in a JSON string, looked at sixteen bytes at once where the processor can.
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "pedalion/base/words.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace pedalion::json {

/// What ends a plain run of well-formed text: quotes and backslashes.
struct EndsScanning {
  static bool ends(unsigned char c) { return c == '"' || c == '\\'; }
#if defined(__SSE2__)
  static __m128i ends(__m128i bytes) {
    return _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                        _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
  }
#endif
};

/// What ends a plain run when text is read and judged: quotes, backslashes, control characters.
struct EndsReading {
  static bool ends(unsigned char c) { return EndsScanning::ends(c) || c < 0x20; }
#if defined(__SSE2__)
  static __m128i ends(__m128i bytes) {
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    return _mm_or_si128(control, EndsScanning::ends(bytes));
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

#if defined(__SSE2__)
template <class Ends>
unsigned ends_mask(__m128i bytes) {
  return static_cast<unsigned>(_mm_movemask_epi8(Ends::ends(bytes)));
}

/// The same of less than sixteen bytes: the first and the last eight (or four), which may overlap, side by
/// side.
template <class Ends>
const char* end_of_short_plain(const char* at, const char* end) {
  const auto of_halves = [&](std::uint32_t half, __m128i halves) {
    const unsigned mask = ends_mask<Ends>(halves) & ((1U << 2 * half) - 1);
    if (mask == 0) return end;
    const auto place = static_cast<std::uint32_t>(std::countr_zero(mask));
    return place < half ? at + place : end - 2 * half + place;
  };
  if (end - at >= 8) {
    return of_halves(8, _mm_set_epi64x(static_cast<std::int64_t>(load_word<std::uint64_t>(end - 8)),
                                       static_cast<std::int64_t>(load_word<std::uint64_t>(at))));
  }
  if (end - at >= 4) {
    return of_halves(4, _mm_cvtsi64_si128(static_cast<std::int64_t>(
                            load_word<std::uint32_t>(at) | load_word<std::uint32_t>(end - 4) << 32)));
  }
  while (at != end && !Ends::ends(static_cast<unsigned char>(*at))) ++at;
  return at;
}

/// The first byte of [at, end) that ends a plain run, or `end`. Reads nothing beyond `end`.
template <class Ends>
const char* end_of_plain(const char* at, const char* end) {
  constexpr std::ptrdiff_t kStep = sizeof(__m128i);
  for (; end - at >= kStep; at += kStep) {
    const unsigned mask = ends_mask<Ends>(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
    if (mask != 0) return at + std::countr_zero(mask);
  }
  return end_of_short_plain<Ends>(at, end);
}
#else
/// The first byte of [at, end) that ends a plain run, or `end`.
template <class Ends>
const char* end_of_plain(const char* at, const char* end) {
  while (at != end && !Ends::ends(static_cast<unsigned char>(*at))) ++at;
  return at;
}
#endif

}  // namespace pedalion::json
