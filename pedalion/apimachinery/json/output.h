#pragma once
// Where JSON text is put together piece by piece.
#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "pedalion/apimachinery/json/plain_text.h"

namespace pedalion::json {

/// Appends to a string with one look at its room for each piece. The string is as long as its room meanwhile;
/// the destructor cuts it off.
class Output {
 public:
  explicit Output(std::string& out) : out_(out) {
    const std::size_t used = out.size();
    widen(out.capacity());
    at_ = out.data() + used;
  }
  ~Output() { out_.resize(static_cast<std::size_t>(at_ - out_.data())); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void put(char c) {
    reserve(1);
    *at_++ = c;
  }
  void put(std::string_view text) {
    reserve(text.size());
    append(text);
  }
  void quoted(std::string_view text) {
    const char *from = text.data(), *const end = from + text.size();
    const char* special = end_of_plain<EndsWriting>(from, end);
    reserve(text.size() + 2);
    *at_++ = '"';
    while (special != end) {
      append({from, special});
      reserve(static_cast<std::size_t>(end - special) + kLongestEscape + 1);
      from = escape(special, end);
      special = end_of_plain<EndsWriting>(from, end);
    }
    append({from, end});
    *at_++ = '"';
  }

 private:
  static constexpr std::size_t kLongestEscape = 6;

  void append(std::string_view text) {
    if (!text.empty()) std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void reserve(std::size_t more) {
    if (static_cast<std::size_t>(end_ - at_) < more) [[unlikely]]
      grow(more);
  }
  void grow(std::size_t more) {
    const auto used = static_cast<std::size_t>(at_ - out_.data());
    widen(std::max(used * 2, used + more));
    at_ = out_.data() + used;
  }
  /// Not filled: all of it is written before it is shown.
  void widen(std::size_t size) {
    out_.resize_and_overwrite(size, [](char*, std::size_t count) { return count; });
    end_ = out_.data() + out_.size();
  }

  /// Writes the special character, and whatever belongs to it; returns what comes after it.
  const char* escape(const char* special, const char* end);

  std::string& out_;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace pedalion::json
