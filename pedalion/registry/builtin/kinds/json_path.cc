#include "pedalion/registry/builtin/kinds/json_path.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace pedalion::registry::builtin::kinds {

namespace {

constexpr int kEnd = -1;
constexpr int kMaxDepth = 64;  // of filters within filters

bool is_digit(int c) { return c >= '0' && c <= '9'; }
bool is_word(int c) {
  return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}
bool is_line_end(int c) { return c == '\n' || c == '\r'; }
bool ends_name(int c) {
  return c == kEnd || is_line_end(c) || c == '\t' ||
         std::string_view(" .,[]$@{}").find(static_cast<char>(c)) != std::string_view::npos;
}

/// One template. Problems are texts; empty means that reading may go on.
class Reader {
 public:
  Reader(std::string_view text, int depth) : text_(text), depth_(depth) {}

  std::string read() {
    for (;;) {
      std::size_t open = text_.find('{', at_);
      if (open == text_.npos) return {};
      at_ = open + 1;
      after_descent_ = false;
      std::string problem = read_action();
      if (!problem.empty()) return problem;
    }
  }

 private:
  bool starts_with(std::string_view prefix) const { return text_.substr(at_).starts_with(prefix); }
  int peek() const { return at_ < text_.size() ? static_cast<unsigned char>(text_[at_]) : kEnd; }
  int next() {
    int c = peek();
    if (c != kEnd) ++at_;
    return c;
  }

  /// Up to the closing brace, which is taken.
  std::string read_action() {
    for (;;) {
      if (peek() == '}') {
        ++at_;
        return {};
      }
      std::string problem = read_step();
      if (!problem.empty()) return problem;
    }
  }

  std::string read_step() {
    if (starts_with("[?(")) return made(read_filter());
    if (starts_with("..")) return read_descent();
    int c = peek();
    if (c == kEnd || is_line_end(c)) return "unclosed action";
    if (c == '+' || c == '-' || is_digit(c)) return made(read_number());
    if (is_word(c)) return made(skip_name());
    ++at_;
    switch (c) {
      case ' ':
      case '@':
      case '$':
        return {};
      case '[':
        return made(read_array());
      case '"':
      case '\'':
        return made(read_quote(c));
      case '.':
        return made(skip_name());
      default:
        break;
    }
    char text[64];
    std::snprintf(text, sizeof text, "unrecognized character in action: U+%04X '%c'",
                  static_cast<unsigned>(c), c);
    return text;
  }

  std::string made(std::string problem) {
    after_descent_ = false;
    return problem;
  }

  std::string read_descent() {
    if (after_descent_) return "invalid multiple recursive descent";
    at_ += 2;
    after_descent_ = true;
    return is_word(peek()) ? made(skip_name()) : std::string();
  }

  std::string skip_name() {
    while (!ends_name(peek())) {
      if (next() == '\\') next();
    }
    return {};
  }

  std::string read_number() {
    std::size_t start = at_;
    if (peek() == '+' || peek() == '-') ++at_;
    while (peek() == '.' || is_digit(peek())) ++at_;
    std::string_view number = text_.substr(start, at_ - start);
    bool digits = std::ranges::any_of(number, [](char c) { return is_digit(c); });
    if (digits && std::ranges::count(number, '.') < 2) return {};
    return "cannot parse number " + std::string(number);
  }

  std::string read_array() {
    std::size_t start = at_;
    for (int c = next(); c != ']'; c = next()) {
      if (c == kEnd || c == '\n') return "unterminated array";
    }
    return array_problem(text_.substr(start, at_ - 1 - start));
  }

  std::string array_problem(std::string_view text) {
    if (text == "*") return {};
    if (text.find(',') != text.npos) {
      for (;;) {
        std::size_t comma = text.find(',');
        std::string_view part = text.substr(0, comma);
        while (part.starts_with(' ')) part.remove_prefix(1);
        while (part.ends_with(' ')) part.remove_suffix(1);
        std::string problem = nested("[" + std::string(part) + "]");
        if (!problem.empty() || comma == text.npos) return problem;
        text.remove_prefix(comma + 1);
      }
    }
    if (text.size() >= 2 && text.front() == '\'' && text.find('\'', 1) == text.size() - 1) {
      return nested("." + std::string(text.substr(1, text.size() - 2)));
    }
    return is_slice(text) ? std::string() : "invalid array index " + std::string(text);
  }

  /// Up to three numbers, each of them optional, between colons.
  static bool is_slice(std::string_view text) {
    for (int part = 0; part < 3; ++part) {
      if (text.starts_with('-')) text.remove_prefix(1);
      while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
      if (text.empty()) return true;
      if (text.front() != ':') return false;
      text.remove_prefix(1);
    }
    return false;
  }

  std::string read_filter() {
    at_ += 3;
    std::size_t start = at_;
    int quote = 0;
    bool closed = false;
    for (;;) {
      int c = next();
      if (c == kEnd || c == '\n') return "unterminated filter";
      if ((c == '"' || c == '\'') && quote == 0) {
        quote = c;
      } else if (c == quote && quote != 0) {
        closed |= text_[at_ - 2] != '\\';
      } else if (c == ')' && (quote != 0) == closed) {
        break;
      }
    }
    std::string_view text = text_.substr(start, at_ - 1 - start);
    if (next() != ']') return "unclosed array expect ]";
    return filter_problem(text);
  }

  /// `left op right`, or something that must be there.
  std::string filter_problem(std::string_view text) {
    constexpr std::string_view kOperators = "!<>=";
    std::size_t left = text.find_first_of(kOperators);
    if (left == 0 || left == text.npos) return nested(text);
    std::size_t right = text.find_first_not_of(kOperators, left);
    // Something must be left for the right side.
    if (right == text.npos) right = text.size() - 1;
    if (right <= left) return nested(text);
    std::string problem = nested(text.substr(0, left));
    return problem.empty() ? nested(text.substr(right)) : problem;
  }

  std::string read_quote(int quote) {
    for (;;) {
      int c = next();
      if (c == kEnd || c == '\n') return "unterminated quoted string";
      if (c == quote && text_[at_ - 2] != '\\') return {};
    }
  }

  std::string nested(std::string_view action) const {
    if (depth_ == kMaxDepth) return "too many filters within filters";
    std::string text = "{" + std::string(action) + "}";
    return Reader(text, depth_ + 1).read();
  }

  const std::string_view text_;
  const int depth_;
  std::size_t at_ = 0;
  bool after_descent_ = false;
};

}  // namespace

std::string json_path_problem(std::string_view text) { return Reader(text, 0).read(); }

}  // namespace pedalion::registry::builtin::kinds
