#include "pedalion/apimachinery/json/parse.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <ranges>
#include <span>

#include "pedalion/apimachinery/json/cursor.h"
#include "pedalion/apimachinery/json/parse_workspace.h"
#include "pedalion/apimachinery/json/plain_text.h"
#include "pedalion/apimachinery/json/utf8.h"

namespace pedalion::json {
namespace {

/// A double of this many characters that is neither tiny nor ends in 0 is written again as it was.
constexpr std::size_t kAlwaysShortest = 16;

/// A byte as Go quotes it, taken for a character of Latin-1.
std::string quoted_char(unsigned char c) {
  static constexpr std::string_view kNames = "abtnvfr";  // of 7 … 13
  if (c == '\'') return R"('\'')";
  if (c == '"') return R"('"')";
  if (c == '\\') return R"('\\')";
  if (c >= 7 && c <= 13) return {'\'', '\\', kNames[c - 7U], '\''};
  char text[16];
  if (c < 0x20 || c == 0x7f) {
    std::snprintf(text, sizeof text, "'\\x%02x'", c);
  } else if (c < 0x7f) {
    std::snprintf(text, sizeof text, "'%c'", c);
  } else if (c <= 0xa0 || c == 0xad) {
    std::snprintf(text, sizeof text, "'\\u%04x'", c);
  } else {
    std::string quoted = "'";
    append_utf8(c, quoted);
    return quoted + "'";
  }
  return text;
}

/// A parser over text that lies in the arena already: strings are views into it, unescaped where they lie.
/// Containers that are open are kept on a stack of its own, so depth costs no stack frames. One a thread at a
/// time. The methods that return false have said why by fail().
class Parser {
 public:
  Parser(std::span<char> text, Arena& arena, const ParseOptions& options)
      : at_(text.data()),
        end_(text.data() + text.size()),
        arena_(arena),
        options_(options),
        work_(workspace()),
        open_(work_.open) {
    work_.clear();
  }

  Result<Value> run() {
    Value root;
    bool whole = parse_value(root);
    skip_space();
    if (whole && at_ != end_) whole = fail_at("after top-level value");
    if (!whole) return std::unexpected(Status(400, "BadRequest", std::move(problem_)));
    return root;
  }

 private:
  using Open = Workspace::Open;

  bool fail(std::string message) {
    problem_ = std::move(message);
    return false;
  }
  bool fail_at(std::string_view where) {
    if (at_ == end_) return fail("unexpected end of JSON input");
    return fail("invalid character " + quoted_char(static_cast<unsigned char>(*at_)) + " " +
                std::string(where));
  }

  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }
  bool stands_on(char c) const { return at_ != end_ && *at_ == c; }

  bool parse_value(Value& root) {
    Value value;
    while (true) {
      bool opened = false;
      if (!parse_one(value, opened)) return false;
      if (opened) continue;
      // A value is complete: hand it to the open container, close what ends here, go on with the next
      // element.
      while (true) {
        if (open_.empty()) {
          root = value;
          return true;
        }
        attach(value);
        skip_space();
        bool closed = false;
        if (!next_element(closed)) return false;
        if (!closed) break;
        value = close();
      }
    }
  }

  /// Parses a scalar into `value`, or opens a container and stands before its first element; an empty one is
  /// a value.
  bool parse_one(Value& value, bool& opened) {
    skip_space();
    if (at_ == end_) return fail_at("");
    switch (*at_) {
      case '{':
        return stays_raw() ? take_raw(value) : open_object(value, opened);
      case '[':
        return stays_raw() ? take_raw(value) : open_array(value, opened);
      case '"': {
        std::string_view text;
        if (!parse_string(text)) return false;
        value = Value::string(text);
        return true;
      }
      case 't':
        return parse_word("true", Value::boolean(true), value);
      case 'f':
        return parse_word("false", Value::boolean(false), value);
      case 'n':
        return parse_word("null", Value(), value);
      default:
        return parse_number(value);
    }
  }

  bool stays_raw() const {
    auto names = options_.raw;
    if (names.empty() || open_.empty() || open_.back().key != names.back()) return false;
    for (const Open& open : std::views::reverse(open_)) {
      if (open.array) continue;
      if (names.empty() || open.key != names.back()) return false;
      names = names.first(names.size() - 1);
    }
    return names.empty();
  }

  bool take_raw(Value& value) {
    Cursor cursor({at_, end_});
    if (!cursor.skip_value()) {
      at_ = end_;
      return fail_at("");
    }
    value = Value::raw(cursor.since(0));
    at_ += cursor.offset();
    return true;
  }

  bool has_room_for_one_more() { return open_.size() < options_.max_depth || fail("exceeded max depth"); }

  void open(bool array) {
    Open& opened = open_.emplace_back();
    opened.array = array;
    opened.first_item = static_cast<std::uint32_t>(work_.items.size());
    opened.first_member = static_cast<std::uint32_t>(work_.members.size());
  }

  bool open_object(Value& value, bool& opened) {
    if (!has_room_for_one_more()) return false;
    ++at_;
    skip_space();
    if (stands_on('}')) {
      ++at_;
      value = Value::object(arena_);
      return true;
    }
    open(false);
    opened = true;
    return parse_key("looking for beginning of object key string");
  }

  bool open_array(Value& value, bool& opened) {
    if (!has_room_for_one_more()) return false;
    ++at_;
    skip_space();
    if (stands_on(']')) {
      ++at_;
      value = Value::array(arena_);
      return true;
    }
    open(true);
    opened = true;
    return true;
  }

  bool parse_key(std::string_view where) {
    skip_space();
    if (!stands_on('"')) return fail_at(where);
    Open& open = open_.back();
    if (!parse_string(open.key)) return false;
    open.before = find_before(open);
    if (open.before != nullptr) report_duplicate();
    skip_space();
    if (!stands_on(':')) return fail_at("after object key");
    ++at_;
    return true;
  }

  std::span<Member> members_of(const Open& open) {
    return std::span(work_.members).subspan(open.first_member);
  }

  /// The value of the member that has the same key, if it has come before.
  Value* find_before(Open& open) {
    if (!open.large.is_null()) return open.large.find(open.key);
    auto members = members_of(open);
    if (open.ascending) {
      open.ascending = members.empty() || members.back().name < open.key;
      if (open.ascending) return nullptr;
    }
    if (members.size() > kMostUnindexed) {
      open.large = take_members(open);
      return open.large.find(open.key);
    }
    for (Member& member : members) {
      if (member.name == open.key) return &member.value;
    }
    return nullptr;
  }

  void attach(Value value) {
    Open& open = open_.back();
    if (open.array) {
      work_.items.push_back(value);
    } else if (open.before != nullptr) {
      // Looked up again where the workspace may have grown since.
      Value* before = open.large.is_null() ? find_before(open) : open.before;
      if (options_.repeated == Repeated::kMerge && before->is_object() && value.is_object())
        merge(*before, value);
      else
        *before = value;
    } else if (!open.large.is_null()) {
      open.large.append_member(open.key, value, arena_);
    } else {
      work_.members.push_back({open.key, value});
    }
  }

  Value take_members(const Open& open) {
    Value made = Value::object(arena_, members_of(open));
    work_.members.resize(open.first_member);
    return made;
  }

  /// The innermost container, which is complete.
  Value close() {
    const Open& open = open_.back();
    Value made = open.large;
    if (open.array) {
      made = Value::array(arena_, std::span<const Value>(work_.items).subspan(open.first_item));
      work_.items.resize(open.first_item);
    } else if (made.is_null()) {
      made = take_members(open);
    }
    open_.pop_back();
    return made;
  }

  void merge(Value& into, const Value& more) {
    for (const Member& member : more.members()) {
      Value* before = into.find(member.name);
      if (before == nullptr) {
        into.append_member(member.name, member.value, arena_);
      } else if (before->is_object() && member.value.is_object()) {
        merge(*before, member.value);
      } else {
        *before = member.value;
      }
    }
  }

  void report_duplicate() {
    if (options_.duplicates == nullptr || options_.duplicates->size() >= kMaxReported) return;
    std::string path;
    for (std::size_t i = 0; i < open_.size(); ++i) {
      const Open& open = open_[i];
      if (open.array) {
        std::size_t end = i + 1 < open_.size() ? open_[i + 1].first_item : work_.items.size();
        path += "[" + std::to_string(end - open.first_item) + "]";
      } else {
        path += (path.empty() ? "" : ".") + std::string(open.key);
      }
    }
    if (std::ranges::find(*options_.duplicates, path) == options_.duplicates->end())
      options_.duplicates->push_back(std::move(path));
  }

  bool next_element(bool& closed) {
    const bool array = open_.back().array;
    if (stands_on(',')) {
      ++at_;
      return array || parse_key("looking for beginning of object key string");
    }
    if (stands_on(array ? ']' : '}')) {
      ++at_;
      closed = true;
      return true;
    }
    return fail_at(array ? "after array element" : "after object key:value pair");
  }

  bool parse_word(std::string_view word, Value meaning, Value& value) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      ++at_;
      if (!stands_on(word[i])) {
        return fail_at("in literal " + std::string(word) + " (expecting " +
                       quoted_char(static_cast<unsigned char>(word[i])) + ")");
      }
    }
    ++at_;
    value = meaning;
    return true;
  }

  bool digit() const { return at_ != end_ && *at_ >= '0' && *at_ <= '9'; }

  /// Steps over a number; says whether it has neither a fraction nor an exponent, and whether it has the
  /// latter.
  bool scan_number(bool& whole, bool& exponent) {
    const char* start = at_;
    if (*at_ == '-') ++at_;
    if (!digit()) return fail_at(at_ == start ? "looking for beginning of value" : "in numeric literal");
    if (*at_ == '0')
      ++at_;
    else
      while (digit()) ++at_;
    if (stands_on('.')) {
      whole = false;
      ++at_;
      if (!digit()) return fail_at("after decimal point in numeric literal");
      while (digit()) ++at_;
    }
    if (stands_on('e') || stands_on('E')) {
      whole = false;
      exponent = true;
      ++at_;
      if (stands_on('+') || stands_on('-')) ++at_;
      if (!digit()) return fail_at("in exponent of numeric literal");
      while (digit()) ++at_;
    }
    return true;
  }

  bool parse_number(Value& value) {
    const char* start = at_;
    bool whole = true, exponent = false;
    if (!scan_number(whole, exponent)) return false;
    if (whole) {
      std::int64_t integer = 0;
      auto [end, error] = std::from_chars(start, at_, integer);
      if (error == std::errc() && end == at_) {
        value = Value::integer(integer);
        return true;
      }
    }
    double number = 0;
    auto [end, error] = std::from_chars(start, at_, number);
    if (error != std::errc()) {
      if (!underflows(start)) {
        return fail("json: cannot unmarshal number " + std::string(start, static_cast<const char*>(at_)) +
                    " into Go value of type float64");
      }
      number = 0;
    }
    std::string_view written(start, static_cast<std::size_t>(at_ - start));
    bool tells_more =
        exponent || written.ends_with('0') || written.size() > kAlwaysShortest || std::fabs(number) < 1e-6;
    value = tells_more ? Value::written_number(written) : Value::number(number);
    return true;
  }

  /// from_chars reports both ends of the range alike; Go takes what is too small as 0.
  bool underflows(const char* start) const {
    auto exponent = std::string_view(start, static_cast<std::size_t>(at_ - start)).find_first_of("eE");
    return exponent != std::string_view::npos && start[exponent + 1] == '-';
  }

  void skip_plain() { at_ += end_of_plain<EndsReading>(at_, end_) - at_; }

  bool parse_string(std::string_view& text) {
    const char* start = ++at_;
    skip_plain();
    if (at_ == end_) return fail_at("");
    if (*at_ == '"') {
      text = {start, static_cast<std::size_t>(at_++ - start)};
      return true;
    }
    return parse_escaped(start, text);
  }

  /// From the first escape on. What is unescaped is never longer than what was written, so it takes its
  /// place.
  bool parse_escaped(const char* start, std::string_view& text) {
    char* to = at_;
    while (true) {
      if (at_ == end_) return fail_at("");
      if (*at_ == '"') break;
      if (*at_ != '\\') return fail_at("in string literal");
      ++at_;
      if (!parse_escape(to)) return false;
      const char* plain = at_;
      skip_plain();
      std::memmove(to, plain, static_cast<std::size_t>(at_ - plain));
      to += at_ - plain;
    }
    ++at_;
    text = {start, static_cast<std::size_t>(to - start)};
    return true;
  }

  bool parse_escape(char*& to) {
    static constexpr std::string_view kNames = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
    if (at_ == end_) return fail_at("");
    if (*at_ == 'u') return parse_code(to);
    auto which = kNames.find(*at_);
    if (which == std::string_view::npos) return fail_at("in string escape code");
    *to++ = kMeanings[which];
    ++at_;
    return true;
  }

  bool parse_code(char*& to) {
    std::uint32_t code = 0;
    if (!parse_hex(code)) return false;
    if (code >= 0xd800 && code < 0xdc00 && end_ - at_ >= 6 && at_[0] == '\\' && at_[1] == 'u') {
      char* before = at_++;
      std::uint32_t low = 0;
      if (!parse_hex(low)) return false;
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      } else {
        at_ = before;
      }
    }
    to = write_utf8(code >= 0xd800 && code < 0xe000 ? 0xfffd : code, to);
    return true;
  }

  /// Stands on the u of \uXXXX; ends behind it.
  bool parse_hex(std::uint32_t& code) {
    code = 0;
    for (int i = 0; i < 4; ++i) {
      ++at_;
      if (at_ == end_) return fail_at("");
      char c = *at_;
      int digit = c >= '0' && c <= '9'   ? c - '0'
                  : c >= 'a' && c <= 'f' ? c - 'a' + 10
                  : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                         : -1;
      if (digit < 0) return fail_at("in \\u hexadecimal character escape");
      code = code * 16 + static_cast<std::uint32_t>(digit);
    }
    ++at_;
    return true;
  }

  static constexpr std::size_t kMaxReported = 100;
  static constexpr std::size_t kMostUnindexed = 24;
  char* at_;
  char* const end_;
  Arena& arena_;
  const ParseOptions& options_;
  Workspace& work_;
  std::vector<Open>& open_;
  std::string problem_;
};

/// A copy that may be written in.
std::span<char> copied(std::string_view text, Arena& arena) {
  auto* copy = static_cast<char*>(arena.allocate(text.size()));
  if (!text.empty()) std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

}  // namespace

Result<Value> parse(std::string_view text, Arena& arena, const ParseOptions& options) {
  if (is_valid_utf8(text)) return Parser(copied(text, arena), arena, options).run();
  // What is wrong outside of strings is told as it was written.
  TRY_OK(Parser(copied(text, arena), arena, {.max_depth = options.max_depth}).run());
  return Parser(copied(with_replaced_utf8(text), arena), arena, options).run();
}

Result<Document> parse(std::string_view text, const ParseOptions& options) {
  Document document{Arena(std::min(text.size() * 4 + 512, kUsualBlock)), {}};
  TRY(document.root, parse(text, document.arena, options));
  return document;
}

}  // namespace pedalion::json
