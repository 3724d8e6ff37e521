#pragma once
// A walk over JSON text without a tree, for those who want little of it or write it in another form at once.
#include <string>
#include <string_view>

#include "pedalion/apimachinery/json/plain_text.h"

namespace pedalion::json {

/// The text of a JSON string between its quotes, or of a number or boolean: a view into what is walked over.
struct ScannedText {
  std::string_view raw;
  bool escaped = false;  // raw has escapes
};

/// Appends what the escapes of `raw` stand for; never longer than raw. Those that are broken stay as they
/// are.
void unescape(std::string_view raw, std::string& out);

/// Stands somewhere in a text. Checks no more of its syntax than it has to; never reads beyond its end. What
/// answers with a bool fails for what is not there, and is of no more use then.
class Cursor {
 public:
  explicit Cursor(std::string_view text)
      : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()) {}

  std::size_t offset() const { return static_cast<std::size_t>(at_ - begin_); }
  /// Goes back to where offset() was that.
  void go_to(std::size_t offset) { at_ = begin_ + offset; }
  bool at_end() const { return at_ == end_; }
  /// The character it stands on; NUL at the end.
  char peek() const { return at_ == end_ ? '\0' : *at_; }
  /// What lies between an offset and here.
  std::string_view since(std::size_t offset) const { return {begin_ + offset, at_}; }

  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }
  /// Steps over `wanted`, and white space before it.
  bool take(char wanted) {
    skip_space();
    if (at_ == end_ || *at_ != wanted) return false;
    ++at_;
    return true;
  }
  bool string(ScannedText& text);
  /// A number, true, false or null, as it is written.
  bool scalar(std::string_view& text);
  /// Steps over a value of any kind.
  bool skip_value();
  /// Steps over the rest of a container whose opening character has been taken.
  bool skip_container();

  /// Calls `visit(key)` before each member's value, over which it must step; it fails when that does.
  template <class Visit>
  bool for_each_member(const Visit& visit) {
    if (!take('{')) return false;
    if (take('}')) return true;
    do {
      ScannedText key;
      if (!string(key) || !take(':')) return false;
      skip_space();
      if (!visit(key)) return false;
    } while (take(','));
    return take('}');
  }
  /// The same for the elements of an array.
  template <class Visit>
  bool for_each_element(const Visit& visit) {
    if (!take('[')) return false;
    if (take(']')) return true;
    do {
      skip_space();
      if (!visit()) return false;
    } while (take(','));
    return take(']');
  }

 private:
  const char* begin_;
  const char* at_;
  const char* end_;
};

inline bool Cursor::string(ScannedText& text) {
  if (!take('"')) return false;
  const char* start = at_;
  bool escaped = false;
  while (true) {
    at_ = end_of_plain<EndsScanning>(at_, end_);
    if (at_ == end_) return false;
    if (*at_ == '"') break;
    escaped = true;
    if (end_ - at_ < 2) return false;
    at_ += 2;
  }
  text = {{start, static_cast<std::size_t>(at_ - start)}, escaped};
  ++at_;
  return true;
}

}  // namespace pedalion::json
