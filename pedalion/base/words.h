#pragma once
// Bytes as words, for hashing, without a call for the odd ones.
#include <cstdint>
#include <cstring>
#include <string_view>

namespace pedalion {

template <class Word>
std::uint64_t load_word(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// All of at most eight bytes. Texts of one length that differ give words that differ.
inline std::uint64_t word_of(std::string_view text) {
  const std::size_t size = text.size();
  if (size == 0) return 0;
  const char *begin = text.data(), *end = begin + size;
  if (size == 8) return load_word<std::uint64_t>(begin);
  if (size >= 4) return load_word<std::uint32_t>(begin) | load_word<std::uint32_t>(end - 4) << 32;
  return load_word<std::uint8_t>(begin) | load_word<std::uint8_t>(begin + size / 2) << 8 |
         load_word<std::uint8_t>(end - 1) << 16;
}

}  // namespace pedalion
