#include "pedalion/apimachinery/managedfields/canonical_text.h"

#include <string>

#include "pedalion/apimachinery/json/cursor.h"

namespace pedalion::managedfields {
namespace {

constexpr std::string_view kSelf = ".";

class CanonicalReader {
 public:
  CanonicalReader(std::string_view text, json::Arena& arena) : at_(text), arena_(arena) {}

  std::optional<FieldSet> read() {
    if (!members(0) || !at_.at_end()) return std::nullopt;
    return builder_.finish();
  }

 private:
  static constexpr int kMaxDepth = 1000;

  /// An element with, if it is the usual kind of key, the one string in it and what that is called.
  struct Step {
    Element element = {};
    std::string_view name = {}, plain = {};

    bool is_before(const Step& next) const {
      if (plain.data() != nullptr && next.plain.data() != nullptr && name == next.name)
        return plain < next.plain;
      return compare_elements(element, next.element) < 0;
    }
  };

  /// The contents of an object; marks the open element if it is in the set itself.
  bool members(int depth) {
    if (depth > kMaxDepth || !take('{')) return false;
    if (take('}')) return mark(depth);
    Step before;
    do {
      json::ScannedText key;
      if (at_.peek() != '"' || !at_.string(key) || !take(':')) return false;
      if (key.raw == kSelf) {
        if (!before.element.empty() || !take('{') || !take('}') || !mark(depth)) return false;
        before.element = kSelf;
        continue;
      }
      const Step here = step_of(key);
      if (here.element.empty()) return false;
      const bool is_first = before.element.empty() || before.element == kSelf;
      if (!is_first && !before.is_before(here)) return false;
      before = here;
      builder_.open(here.element);
      if (!members(depth + 1)) return false;
      builder_.close();
    } while (take(','));
    return take('}');
  }

  /// The root is in no set.
  bool mark(int depth) {
    if (depth > 0) builder_.mark();
    return true;
  }

  bool take(char wanted) { return at_.peek() == wanted && at_.take(wanted); }

  /// Without an element when it is not spelt canonically.
  Step step_of(const json::ScannedText& key) {
    Element text = key.raw;
    if (key.escaped) {
      if (const Step plain = plain_key(key.raw); !plain.element.empty()) return plain;
      unescaped_.clear();
      json::unescape(key.raw, unescaped_);
      text = arena_.copy(unescaped_);
    }
    auto canonical = canonical_element(text, arena_);
    return {canonical && *canonical && **canonical == text ? text : Element()};
  }

  /// A key of one plain string, whose only escapes are those of its quotes.
  Step plain_key(std::string_view raw) {
    constexpr std::string_view kBefore = R"(k:{\")", kBetween = R"(\":\")", kAfter = R"(\"})";
    if (!raw.starts_with(kBefore) || !raw.ends_with(kAfter)) return {};
    raw.remove_prefix(kBefore.size());
    const auto name = raw.substr(0, raw.find('\\'));
    raw.remove_prefix(name.size());
    if (name.empty() || !raw.starts_with(kBetween) || raw.size() < kBetween.size() + kAfter.size()) return {};
    const auto text = raw.substr(kBetween.size(), raw.size() - kBetween.size() - kAfter.size());
    if (!is_plain_text(name) || !is_plain_text(text)) return {};
    return {plain_key_element(name, text, arena_), name, text};
  }

  json::Cursor at_;
  json::Arena& arena_;
  FieldSetBuilder builder_;
  std::string unescaped_;
};

}  // namespace

std::optional<FieldSet> read_canonical(std::string_view text, json::Arena& arena) {
  return CanonicalReader(text, arena).read();
}

}  // namespace pedalion::managedfields
