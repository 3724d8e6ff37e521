#include "pedalion/apimachinery/json/parse.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

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

/// Whether one of eight bytes ends the plain part of a string: a quote, a backslash, a control character.
bool has_special(const char* at) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  auto has_zero = [](std::uint64_t bytes) { return (bytes - kOnes) & ~bytes & kHighs; };
  std::uint64_t below_blank = (word - kOnes * 0x20) & ~word & kHighs;
  return (has_zero(word ^ (kOnes * '"')) | has_zero(word ^ (kOnes * '\\')) | below_blank) != 0;
}

/// What a parser works with, kept from one text to the next: elements lie here until their container closes,
/// which is then made as large as it has to be.
struct Workspace {
  struct Open {
    bool array = false;
    std::size_t first_item = 0, first_member = 0;  // of its own, above those of the others
    Value large;                   // an object with many members, found by hash: holds them itself
    std::string_view key;          // of the member being parsed
    Value* before = nullptr;       // that member's value when it was there already, in `large` …
    std::size_t before_at = kNew;  // … or where it lies
  };
  static constexpr std::size_t kNew = ~std::size_t{0};
  static constexpr std::size_t kMostKept = 4096;  // elements

  std::vector<Open> open;
  std::vector<Value> items;
  std::vector<Member> members;
  std::string unescaped;

  void clear() {
    if (items.capacity() > kMostKept || members.capacity() > kMostKept || open.capacity() > kMostKept ||
        unescaped.capacity() > kMostKept) {
      *this = Workspace();
    }
    open.clear();
    items.clear();
    members.clear();
  }
};

Workspace& workspace() {
  thread_local Workspace the_threads;
  return the_threads;
}

/// A parser over text that lies in the arena already: strings without escapes are views into it. Containers
/// that are open are kept on a stack of its own, so depth costs no stack frames. One a thread at a time.
class Parser {
 public:
  Parser(std::string_view text, Arena& arena, const ParseOptions& options)
      : begin_(text.data()),
        at_(text.data()),
        end_(text.data() + text.size()),
        arena_(arena),
        options_(options),
        work_(workspace()),
        open_(work_.open) {
    work_.clear();
  }

  Result<Value> run() {
    skip_space();
    Value root;
    TRY_OK(parse_value(root));
    skip_space();
    if (at_ != end_) return fail_at("after top-level value");
    return root;
  }

 private:
  using Outcome = Result<void>;
  using Open = Workspace::Open;

  std::unexpected<Status> fail(std::string message) const {
    return std::unexpected(Status(400, "BadRequest", std::move(message)));
  }
  std::unexpected<Status> fail_at(std::string_view where) const {
    if (at_ == end_) return fail("unexpected end of JSON input");
    return fail("invalid character " + quoted_char(static_cast<unsigned char>(*at_)) + " " +
                std::string(where));
  }

  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }

  Outcome parse_value(Value& root) {
    Value value;
    while (true) {
      bool opened = false;
      TRY_OK(parse_one(value, opened));
      if (opened) continue;
      // A value is complete: hand it to the open container, close what ends here, go on with the next
      // element.
      while (true) {
        if (open_.empty()) {
          root = value;
          return {};
        }
        attach(value);
        skip_space();
        bool closed = false;
        TRY_OK(next_element(closed));
        if (!closed) break;
        value = close();
      }
    }
  }

  /// Parses a scalar into `value`, or opens a container and stands before its first element; an empty one is
  /// a value.
  Outcome parse_one(Value& value, bool& opened) {
    skip_space();
    if (at_ == end_) return fail_at("");
    switch (*at_) {
      case '{':
        return open_object(value, opened);
      case '[':
        return open_array(value, opened);
      case '"': {
        std::string_view text;
        TRY_OK(parse_string(text));
        value = Value::string(text);
        return {};
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

  Outcome check_depth() const {
    if (open_.size() >= options_.max_depth) return fail("exceeded max depth");
    return {};
  }

  Outcome open_object(Value& value, bool& opened) {
    TRY_OK(check_depth());
    ++at_;
    skip_space();
    if (at_ != end_ && *at_ == '}') {
      ++at_;
      value = Value::object(arena_);
      return {};
    }
    open_.push_back({.array = false, .first_item = work_.items.size(), .first_member = work_.members.size()});
    opened = true;
    return parse_key("looking for beginning of object key string");
  }

  Outcome open_array(Value& value, bool& opened) {
    TRY_OK(check_depth());
    ++at_;
    skip_space();
    if (at_ != end_ && *at_ == ']') {
      ++at_;
      value = Value::array(arena_);
      return {};
    }
    open_.push_back({.array = true, .first_item = work_.items.size(), .first_member = work_.members.size()});
    opened = true;
    return {};
  }

  Outcome parse_key(std::string_view where) {
    skip_space();
    if (at_ == end_ || *at_ != '"') return fail_at(where);
    Open& open = open_.back();
    TRY_OK(parse_string(open.key));
    if (is_there(open)) report_duplicate();
    skip_space();
    if (at_ == end_ || *at_ != ':') return fail_at("after object key");
    ++at_;
    return {};
  }

  /// Looks whether the member has come before.
  bool is_there(Open& open) const {
    if (!open.large.is_null()) return (open.before = open.large.find(open.key)) != nullptr;
    const auto& members = work_.members;
    std::size_t at = open.first_member;
    while (at < members.size() && members[at].name != open.key) ++at;
    open.before_at = at < members.size() ? at : Workspace::kNew;
    return at < members.size();
  }

  void attach(Value value) {
    Open& open = open_.back();
    if (open.array) {
      work_.items.push_back(value);
      return;
    }
    bool large = !open.large.is_null();
    Value* before = large                               ? open.before
                    : open.before_at != Workspace::kNew ? &work_.members[open.before_at].value
                                                        : nullptr;
    if (before != nullptr) {
      if (options_.repeated == Repeated::kMerge && before->is_object() && value.is_object())
        merge(*before, value);
      else
        *before = value;
    } else if (large) {
      open.large.append_member(open.key, value, arena_);
    } else {
      work_.members.push_back({open.key, value});
      if (work_.members.size() - open.first_member > kMostUnindexed)
        open.large = take_members(open, kMostUnindexed * 4);
    }
  }

  Value take_members(const Open& open, std::uint32_t room) {
    Value made = Value::object(arena_, room);
    for (std::size_t i = open.first_member; i < work_.members.size(); ++i)
      made.append_member(work_.members[i].name, work_.members[i].value, arena_);
    work_.members.resize(open.first_member);
    return made;
  }

  /// The innermost container, which is complete.
  Value close() {
    const Open open = open_.back();
    open_.pop_back();
    if (!open.array) {
      if (!open.large.is_null()) return open.large;
      return take_members(open, static_cast<std::uint32_t>(work_.members.size() - open.first_member));
    }
    Value made = Value::array(arena_, static_cast<std::uint32_t>(work_.items.size() - open.first_item));
    for (std::size_t i = open.first_item; i < work_.items.size(); ++i) made.push_back(work_.items[i], arena_);
    work_.items.resize(open.first_item);
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

  Outcome next_element(bool& closed) {
    bool array = open_.back().array;
    if (at_ != end_ && *at_ == ',') {
      ++at_;
      return array ? Outcome() : parse_key("looking for beginning of object key string");
    }
    if (at_ != end_ && *at_ == (array ? ']' : '}')) {
      ++at_;
      closed = true;
      return {};
    }
    return fail_at(array ? "after array element" : "after object key:value pair");
  }

  Outcome parse_word(std::string_view word, Value meaning, Value& value) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      ++at_;
      if (at_ == end_ || *at_ != word[i]) {
        return fail_at("in literal " + std::string(word) + " (expecting " +
                       quoted_char(static_cast<unsigned char>(word[i])) + ")");
      }
    }
    ++at_;
    value = meaning;
    return {};
  }

  bool digit() const { return at_ != end_ && *at_ >= '0' && *at_ <= '9'; }

  Outcome parse_number(Value& value) {
    const char* start = at_;
    if (*at_ == '-') ++at_;
    if (!digit()) return fail_at(at_ == start ? "looking for beginning of value" : "in numeric literal");
    if (*at_ == '0')
      ++at_;
    else
      while (digit()) ++at_;
    bool whole = true, exponent = false;
    if (at_ != end_ && *at_ == '.') {
      whole = false;
      ++at_;
      if (!digit()) return fail_at("after decimal point in numeric literal");
      while (digit()) ++at_;
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
      whole = false;
      exponent = true;
      ++at_;
      if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
      if (!digit()) return fail_at("in exponent of numeric literal");
      while (digit()) ++at_;
    }
    if (whole) {
      std::int64_t integer = 0;
      auto [end, error] = std::from_chars(start, at_, integer);
      if (error == std::errc() && end == at_) {
        value = Value::integer(integer);
        return {};
      }
    }
    double number = 0;
    auto [end, error] = std::from_chars(start, at_, number);
    if (error != std::errc()) {
      if (!underflows(start)) {
        return fail("json: cannot unmarshal number " + std::string(start, at_) +
                    " into Go value of type float64");
      }
      number = 0;
    }
    std::string_view written(start, static_cast<std::size_t>(at_ - start));
    bool tells_more =
        exponent || written.ends_with('0') || written.size() > kAlwaysShortest || std::fabs(number) < 1e-6;
    value = tells_more ? Value::written_number(written) : Value::number(number);
    return {};
  }

  /// from_chars reports both ends of the range alike; Go takes what is too small as 0.
  bool underflows(const char* start) const {
    auto exponent = std::string_view(start, static_cast<std::size_t>(at_ - start)).find_first_of("eE");
    return exponent != std::string_view::npos && start[exponent + 1] == '-';
  }

  Outcome parse_string(std::string_view& text) {
    const char* start = ++at_;
    while (end_ - at_ >= 8 && !has_special(at_)) at_ += 8;
    while (at_ != end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20) ++at_;
    if (at_ == end_) return fail_at("");
    if (*at_ == '"') {
      text = {start, static_cast<std::size_t>(at_++ - start)};
      return {};
    }
    return parse_escaped(start, text);
  }

  /// The slow way, from the first escape on. What is unescaped is never longer than what was written, U+FFFD
  /// aside.
  Outcome parse_escaped(const char* start, std::string_view& text) {
    work_.unescaped.assign(start, at_);
    while (true) {
      if (at_ == end_) return fail_at("");
      auto c = static_cast<unsigned char>(*at_);
      if (c == '"') break;
      if (c < 0x20) return fail_at("in string literal");
      if (c != '\\') {
        work_.unescaped += *at_++;
        continue;
      }
      ++at_;
      TRY_OK(parse_escape());
    }
    ++at_;
    text = arena_.copy(work_.unescaped);
    return {};
  }

  Outcome parse_escape() {
    static constexpr std::string_view kNames = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
    if (at_ == end_) return fail_at("");
    if (*at_ == 'u') {
      std::uint32_t code = 0;
      TRY_OK(parse_hex(code));
      if (code >= 0xd800 && code < 0xdc00 && end_ - at_ >= 6 && at_[0] == '\\' && at_[1] == 'u') {
        const char* before = at_++;
        std::uint32_t low = 0;
        TRY_OK(parse_hex(low));
        if (low >= 0xdc00 && low < 0xe000) {
          code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        } else {
          at_ = before;
        }
      }
      append_utf8(code >= 0xd800 && code < 0xe000 ? 0xfffd : code, work_.unescaped);
      return {};
    }
    auto which = kNames.find(*at_);
    if (which == std::string_view::npos) return fail_at("in string escape code");
    work_.unescaped += kMeanings[which];
    ++at_;
    return {};
  }

  /// Stands on the u of \uXXXX; ends behind it.
  Outcome parse_hex(std::uint32_t& code) {
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
    return {};
  }

  static constexpr std::size_t kMaxReported = 100;
  static constexpr std::uint32_t kMostUnindexed = 24;
  const char* begin_;
  const char* at_;
  const char* end_;
  Arena& arena_;
  const ParseOptions& options_;
  Workspace& work_;
  std::vector<Open>& open_;
};

}  // namespace

Result<Value> parse(std::string_view text, Arena& arena, const ParseOptions& options) {
  if (is_valid_utf8(text)) return Parser(arena.copy(text), arena, options).run();
  // What is wrong outside of strings is told as it was written.
  TRY_OK(Parser(text, arena, {.max_depth = options.max_depth}).run());
  return Parser(arena.copy(with_replaced_utf8(text)), arena, options).run();
}

Result<Document> parse(std::string_view text, const ParseOptions& options) {
  Document document{Arena(std::min(text.size() * 4 + 512, kUsualBlock)), {}};
  TRY(document.root, parse(text, document.arena, options));
  return document;
}

}  // namespace pedalion::json
