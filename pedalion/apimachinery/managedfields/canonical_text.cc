#include "pedalion/apimachinery/managedfields/canonical_text.h"

#include <string>

#include "pedalion/apimachinery/json/cursor.h"

namespace pedalion::managedfields {
namespace {

class CanonicalReader {
 public:
  CanonicalReader(std::string_view text, json::Arena& arena) : at_(text), arena_(arena) {}

  std::optional<FieldSet> read() {
    if (!members(0) || !at_.at_end()) return std::nullopt;
    return builder_.finish();
  }

 private:
  static constexpr int kMaxDepth = 1000;

  /// The contents of an object; marks the open element if it is in the set itself.
  bool members(int depth) {
    if (depth > kMaxDepth || !take('{')) return false;
    if (take('}')) return mark(depth);
    Element before;
    do {
      json::ScannedText key;
      if (at_.peek() != '"' || !at_.string(key) || !take(':')) return false;
      if (key.raw == ".") {
        if (before.data() != nullptr || !take('{') || !take('}') || !mark(depth)) return false;
        before = ".";
        continue;
      }
      const Element element = element_of(key);
      if (element.empty()) return false;
      if (before.data() != nullptr && before != "." && compare_elements(before, element) >= 0) return false;
      before = element;
      builder_.open(element);
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

  /// Empty when it is not spelt canonically.
  Element element_of(const json::ScannedText& key) {
    Element text = key.raw;
    if (key.escaped) {
      unescaped_.clear();
      json::unescape(key.raw, unescaped_);
      text = arena_.copy(unescaped_);
    }
    auto canonical = canonical_element(text, arena_);
    return canonical && *canonical && **canonical == text ? text : Element();
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
