#include "pedalion/apimachinery/codec/yaml.h"

#include <algorithm>
#include <utility>

#include "pedalion/apimachinery/codec/yaml_scalar.h"

namespace pedalion::codec {
namespace {

using json::Value;

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  /// A value behind its key or dash; the block around it has `indent`.
  void value(const Value& value, int indent, bool inline_first) {
    if (value.is_object() && !value.empty()) return object(value, indent, inline_first);
    if (value.is_array() && !value.empty()) return list(value, indent, inline_first);
    if (value.is_object())
      out_ += "{}";
    else if (value.is_array())
      out_ += "[]";
    else
      write_yaml_scalar(value, indent, ScalarPlace::kElsewhere, out_);
    end_line();
  }

 private:
  /// The first line may stand behind what is there already (`inline_first`); the others are indented.
  void begin_line(int indent, bool inline_first) {
    if (!inline_first) out_.append(static_cast<std::size_t>(indent), ' ');
  }
  /// Literal text may have ended it.
  void end_line() {
    if (!ends_with_yaml_break(out_)) out_ += '\n';
  }

  void object(const Value& value, int indent, bool inline_first) {
    std::vector<const json::Member*> members;
    for (const auto& member : value.members()) members.push_back(&member);
    // By heap: it stays within bounds whatever the order is.
    auto less = [](const auto* a, const auto* b) { return yaml_key_less(a->key(), b->key()); };
    std::ranges::make_heap(members, less);
    std::ranges::sort_heap(members, less);
    for (const auto* member : members) {
      begin_line(indent, std::exchange(inline_first, false));
      const Value key = Value::string(member->key());
      if (is_simple_yaml_key(member->key())) {
        write_yaml_scalar(key, indent, ScalarPlace::kSimpleKey, out_);
        member_value(member->value, indent);
      } else {
        out_ += "? ";
        write_yaml_scalar(key, indent, ScalarPlace::kElsewhere, out_);
        end_line();
        begin_line(indent, false);
        out_ += ": ";
        this->value(member->value, holds_lines(member->value) ? indent + 2 : indent, true);
      }
    }
  }

  static bool holds_lines(const Value& value) {
    return (value.is_object() || value.is_array()) && !value.empty();
  }

  void member_value(const Value& value, int indent) {
    bool lines = holds_lines(value);
    out_ += lines ? ":\n" : ": ";
    this->value(value, lines && value.is_object() ? indent + 2 : indent, !lines);
  }

  void list(const Value& value, int indent, bool inline_first) {
    for (const Value& item : value.items()) {
      begin_line(indent, std::exchange(inline_first, false));
      out_ += "- ";
      this->value(item, holds_lines(item) ? indent + 2 : indent, true);
    }
  }

  std::string& out_;
};

}  // namespace

void write_yaml(const Value& value, std::string& out) { Writer(out).value(value, 0, false); }

}  // namespace pedalion::codec
