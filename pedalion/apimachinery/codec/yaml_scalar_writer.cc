// go-yaml's choice of a style for each scalar, and the styles.
#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "pedalion/apimachinery/codec/yaml_scalar.h"
#include "pedalion/apimachinery/json/write.h"

namespace pedalion::codec {
namespace {

using json::Value;

constexpr std::size_t kLongestSimpleKey = 128;
constexpr std::size_t kLineWidth = 80;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Bytes of the character that begins with `first`.
std::size_t width(char first) {
  auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

constexpr std::string_view kBreaks[] = {"\n", "\r", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};

bool is_break(std::string_view character) {
  return std::ranges::find(kBreaks, character) != std::end(kBreaks);
}

/// What go-yaml takes for printable; tabs and what needs four bytes are not.
bool is_printable(std::string_view character) {
  auto byte = [&](std::size_t at) { return static_cast<unsigned char>(character[at]); };
  if (character.size() == 1) return byte(0) == '\n' || (byte(0) >= 0x20 && byte(0) <= 0x7E);
  if (character.size() == 2) return byte(0) > 0xC2 || byte(1) >= 0xA0;
  if (character.size() == 4) return false;
  if (byte(0) == 0xED) return byte(1) < 0xA0;
  return character != kByteOrderMark && character != "\xEF\xBF\xBE" && character != "\xEF\xBF\xBF";
}

/// Which styles keep a text as it is.
struct Styles {
  bool plain = true, single_quoted = true, literal = true;
};

/// Characters that mean something where they stand.
bool is_indicator(std::string_view text, std::size_t at, bool after_blank) {
  char c = text[at];
  bool before_blank = at + 1 >= text.size() || is_blank(text[at + 1]);
  if (at == 0) {
    if (std::string_view("#,[]{}&*!|>'\"%@`").contains(c)) return true;
    return before_blank && (c == '?' || c == ':' || c == '-');
  }
  return (c == ':' && before_blank) || (c == '#' && after_blank);
}

Styles styles_of(std::string_view text) {
  if (text.empty()) return {.literal = false};
  bool indicators = text.starts_with("---") || text.starts_with("...");
  bool unprintable = false, breaks = false, space_then_break = false, break_then_space = false;
  bool after_blank = true, after_space = false, after_break = false;
  for (std::size_t at = 0; at < text.size(); at += width(text[at])) {
    auto character = text.substr(at, width(text[at]));
    bool space = character == " ", line_break = is_break(character);
    indicators = indicators || is_indicator(text, at, after_blank);
    unprintable = unprintable || !is_printable(character);
    breaks = breaks || line_break;
    space_then_break = space_then_break || (line_break && after_space);
    break_then_space = break_then_space || (space && after_break);
    after_space = space;
    after_break = line_break;
    after_blank = is_blank(text[at]) || line_break;
  }
  Styles styles;
  styles.plain = !indicators && !breaks && !unprintable && text.front() != ' ' && text.back() != ' ';
  styles.single_quoted = !break_then_space && !space_then_break && !unprintable;
  styles.literal = text.back() != ' ' && !space_then_break && !unprintable;
  return styles;
}

/// Base-60 numbers of YAML 1.1: [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?
bool is_base_60(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || !is_digit(text[0])) return false;
  std::size_t at = text.find(':');
  if (at == std::string_view::npos || text.substr(0, at).find_first_not_of("0123456789_") != text.npos)
    return false;
  auto digit = [&](std::size_t where) { return where < text.size() && is_digit(text[where]); };
  while (at < text.size() && text[at] == ':') {
    if (!digit(at + 1)) return false;
    bool two = digit(at + 2);
    if (two && text[at + 1] > '5') return false;
    at += two ? 3 : 2;
  }
  return at == text.size() ||
         (text[at] == '.' && text.find_first_not_of("0123456789_", at + 1) == std::string_view::npos);
}

/// What this or another reader takes for something else when it is not quoted.
bool reads_as_another_type(std::string_view text) {
  json::Arena arena(64);
  return !resolve_plain_scalar(text, arena).is_string() || is_base_60(text) || is_yaml_timestamp(text) ||
         one_of(text, {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan",
                       ".NaN", ".NAN"});
}

class TextWriter {
 public:
  TextWriter(std::string_view text, int indent, bool folds, std::string& out)
      : text_(text), margin_(static_cast<std::size_t>(indent)), folds_(folds), out_(out) {
    if (!folds_) return;
    auto line = std::string_view(out).substr(out.rfind('\n') + 1);
    column_ =
        static_cast<std::size_t>(std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; }));
  }

  /// Also what stands between single quotes.
  void plain() {
    bool after_space = false, after_break = false;
    for (std::size_t at = 0; at < text_.size(); at += width(text_[at])) {
      auto character = text_.substr(at, width(text_[at]));
      bool space = character == " ";
      if (space && may_fold(at, after_space) && text_[at + 1] != ' ') {
        fold();
      } else if (is_break(character)) {
        out_.append(character);
        column_ = 0;
        after_break = true;
        continue;
      } else {
        if (after_break) put(std::string(margin_, ' '));
        if (character == "'" && quoted_) put("'");
        put(character);
      }
      after_space = space;
      after_break = false;
    }
  }

  void single_quoted() {
    quoted_ = true;
    put("'");
    plain();
    put("'");
  }

  void double_quoted() {
    bool escapes_all = text_.starts_with(kByteOrderMark);
    bool after_space = false;
    put("\"");
    for (std::size_t at = 0; at < text_.size(); at += width(text_[at])) {
      auto character = text_.substr(at, width(text_[at]));
      bool space = character == " " && !escapes_all;
      if (escapes_all || !is_printable(character) || is_break(character) || character == "\"" ||
          character == "\\") {
        put_escaped(character);
      } else if (space && may_fold(at, after_space)) {
        fold();
        if (text_[at + 1] == ' ') put("\\");
      } else {
        put(character);
      }
      after_space = space;
    }
    put("\"");
  }

  void literal() {
    out_ += '|';
    if (text_.front() == ' ' || is_break(text_.substr(0, width(text_[0])))) out_ += '2';
    if (auto rest = without_last_break(text_); rest.size() == text_.size()) {
      out_ += '-';
    } else if (rest.empty() || without_last_break(rest).size() != rest.size()) {
      out_ += '+';
    }
    out_ += '\n';
    bool after_break = true;
    for (std::size_t at = 0; at < text_.size(); at += width(text_[at])) {
      auto character = text_.substr(at, width(text_[at]));
      bool line_break = is_break(character);
      if (!line_break && after_break) out_.append(margin_, ' ');
      out_.append(character);
      after_break = line_break;
    }
  }

 private:
  static std::string_view without_last_break(std::string_view text) {
    std::size_t at = text.size();
    while (at > 0 && (text[at - 1] & 0xC0) == 0x80) --at;
    if (at > 0) --at;
    return is_break(text.substr(at)) ? text.substr(0, at) : text;
  }

  bool may_fold(std::size_t at, bool after_space) const {
    return folds_ && !after_space && column_ > kLineWidth && at > 0 && at + 1 < text_.size();
  }
  void fold() {
    out_ += '\n';
    out_.append(margin_, ' ');
    column_ = margin_;
  }
  void put(std::string_view characters) {
    out_.append(characters);
    column_ += characters[0] == ' ' ? characters.size() : 1;
  }

  void put_escaped(std::string_view character);

  std::string_view text_;
  std::size_t margin_;
  bool folds_;
  bool quoted_ = false;
  std::string& out_;
  std::size_t column_ = 0;
};

char32_t code_point(std::string_view character) {
  auto first = static_cast<unsigned char>(character[0]);
  char32_t point = character.size() == 1 ? first : first & (0x7F >> character.size());
  for (char c : character.substr(1)) point = point << 6 | (c & 0x3F);
  return point;
}

void TextWriter::put_escaped(std::string_view character) {
  static constexpr std::pair<char32_t, char> kShort[] = {
      {0, '0'},  {7, 'a'},   {8, 'b'},     {9, 't'},    {10, 'n'},   {11, 'v'},     {12, 'f'},    {13, 'r'},
      {27, 'e'}, {'"', '"'}, {'\\', '\\'}, {0x85, 'N'}, {0xA0, '_'}, {0x2028, 'L'}, {0x2029, 'P'}};
  char32_t point = code_point(character);
  std::string escape = "\\";
  if (auto known = std::ranges::find(kShort, point, [](const auto& pair) { return pair.first; });
      known != std::end(kShort)) {
    escape += known->second;
  } else {
    int digits = point <= 0xFF ? 2 : point <= 0xFFFF ? 4 : 8;
    escape += digits == 2 ? 'x' : digits == 4 ? 'u' : 'U';
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
      escape += "0123456789ABCDEF"[point >> shift & 15];
  }
  out_ += escape;
  column_ += escape.size();
}

void write_text(std::string_view text, int indent, ScalarPlace place, std::string& out) {
  TextWriter writer(text, indent + 2, place == ScalarPlace::kElsewhere, out);
  Styles styles = styles_of(text);
  if (text.contains('\n')) {
    if (styles.literal && place == ScalarPlace::kElsewhere) return writer.literal();
  } else if (!reads_as_another_type(text)) {
    // go-yaml leaves a key << bare, which is then read as a merge.
    bool merges = place == ScalarPlace::kSimpleKey && text == "<<";
    if (styles.plain && !merges) return writer.plain();
    if (styles.single_quoted) return writer.single_quoted();
  }
  writer.double_quoted();
}

/// The shortest text, with an exponent below 1e-4 and from 1e6 on.
template <class Float>
std::string float_text(Float number) {
  char text[64];
  auto [end, error] = std::to_chars(text, text + sizeof text, number, std::chars_format::scientific);
  std::string_view scientific(text, end);
  int exponent = std::atoi(std::string(scientific.substr(scientific.find('e') + 1)).c_str());
  if (exponent >= -4 && exponent < 6) {
    end = std::to_chars(text, text + sizeof text, number, std::chars_format::fixed).ptr;
    scientific = {text, end};
  }
  return std::string(scientific);
}

}  // namespace

bool ends_with_yaml_break(std::string_view text) {
  return std::ranges::any_of(kBreaks,
                             [&](std::string_view line_break) { return text.ends_with(line_break); });
}

bool is_simple_yaml_key(std::string_view key) {
  if (key.size() > kLongestSimpleKey) return false;
  for (std::size_t at = 0; at < key.size(); at += width(key[at])) {
    if (is_break(key.substr(at, width(key[at])))) return false;
  }
  return true;
}

void write_yaml_scalar(const Value& scalar, int indent, ScalarPlace place, std::string& out) {
  if (scalar.is_string()) return write_text(scalar.as_string(), indent, place, out);
  if (scalar.is_double())
    out += float_text(scalar.as_double());
  else
    json::write(scalar, out);
}

std::string yaml_float_text(float number) { return float_text(number); }

}  // namespace pedalion::codec
