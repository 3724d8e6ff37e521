#include "pedalion/apimachinery/codec/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <map>
#include <utility>

#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/apimachinery/codec/yaml_scalar.h"
#include "pedalion/apimachinery/json/utf8.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/field_error.h"

namespace pedalion::codec {
namespace {

using json::Value;

constexpr int kMaxDepth = 1000;
constexpr std::size_t kMaxNodes = 400000;  // after the expansion of aliases

Status yaml_error(const std::string& what) { return meta::bad_request("yaml: " + what); }

class Reader {
 public:
  Reader(std::string_view text, std::vector<std::string>* problems) : problems_(problems) {
    yaml_parser_initialize(&parser_);
    // Not null, even for no text.
    const char* input = text.empty() ? "" : text.data();
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(input), text.size());
  }
  ~Reader() { yaml_parser_delete(&parser_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Result<json::Document> run() {
    json::Document document;
    arena_ = &document.arena;
    while (true) {
      TRY_OK(next());
      if (event_.type == YAML_STREAM_END_EVENT) return document;
      if (event_.type == YAML_STREAM_START_EVENT || event_.type == YAML_DOCUMENT_START_EVENT) continue;
      TRY(document.root, node());
      return document;
    }
  }

 private:
  /// RAII over libyaml's event.
  struct Event : yaml_event_t {
    Event() : yaml_event_t{} {}
    ~Event() { yaml_event_delete(this); }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
  };

  Result<void> next() {
    yaml_event_delete(&event_);
    if (yaml_parser_parse(&parser_, &event_) != 0) return {};
    std::string problem = parser_.problem == nullptr ? "unknown error" : parser_.problem;
    std::size_t line = parser_.problem_mark.line + (parser_.error == YAML_SCANNER_ERROR ? 1 : 1);
    return std::unexpected(yaml_error("line " + std::to_string(line) + ": " + problem));
  }

  static std::string_view text_of(const yaml_char_t* text) {
    return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
  }

  Result<Value> node() {
    if (++nodes_ > kMaxNodes) return std::unexpected(yaml_error("document contains excessive aliasing"));
    if (++depth_ > kMaxDepth) return std::unexpected(yaml_error("exceeded max depth"));
    std::string anchor;
    Result<Value> made = Value();
    switch (event_.type) {
      case YAML_ALIAS_EVENT:
        made = alias(std::string(text_of(event_.data.alias.anchor)));
        break;
      case YAML_SCALAR_EVENT:
        anchor = text_of(event_.data.scalar.anchor);
        made = scalar();
        break;
      case YAML_SEQUENCE_START_EVENT:
        anchor = text_of(event_.data.sequence_start.anchor);
        made = sequence();
        break;
      case YAML_MAPPING_START_EVENT:
        anchor = text_of(event_.data.mapping_start.anchor);
        made = mapping();
        break;
      default:
        made = std::unexpected(yaml_error("unexpected event"));
    }
    --depth_;
    if (made && !anchor.empty()) anchors_[anchor] = *made;
    return made;
  }

  Result<Value> alias(const std::string& anchor) {
    auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      return std::unexpected(yaml_error("unknown anchor '" + anchor + "' referenced"));
    nodes_ += count(found->second);
    if (nodes_ > kMaxNodes) return std::unexpected(yaml_error("document contains excessive aliasing"));
    return json::deep_copy(found->second, *arena_);
  }

  static std::size_t count(const Value& value) {
    std::size_t nodes = 1;
    for (const auto& item : value.items()) nodes += count(item);
    for (const auto& member : value.members()) nodes += count(member.value);
    return nodes;
  }

  Result<Value> scalar() {
    const auto& scalar = event_.data.scalar;
    std::string_view text(reinterpret_cast<const char*>(scalar.value), scalar.length);
    auto tag = text_of(scalar.tag);
    bool plain =
        scalar.style == YAML_PLAIN_SCALAR_STYLE && (tag.empty() || tag == "!") && scalar.plain_implicit != 0;
    if (tag == "tag:yaml.org,2002:binary") return binary(text);
    if (tag == YAML_INT_TAG || tag == YAML_FLOAT_TAG || tag == YAML_BOOL_TAG || tag == YAML_NULL_TAG)
      return tagged(tag, text);
    return plain ? resolve_plain_scalar(text, *arena_) : Value::string(text, *arena_);
  }

  Result<Value> binary(std::string_view text) {
    std::string bytes;
    if (!append_base64_decoded(bytes, text))
      return std::unexpected(yaml_error("!!binary value contains invalid base64 data"));
    return Value::string(json::with_replaced_utf8(bytes), *arena_);
  }

  /// Text that has to be of its tag's type.
  Result<Value> tagged(std::string_view tag, std::string_view text) {
    Value value = resolve_plain_scalar(text, *arena_);
    std::string_view found = value.is_int()      ? YAML_INT_TAG
                             : value.is_double() ? YAML_FLOAT_TAG
                             : value.is_bool()   ? YAML_BOOL_TAG
                             : value.is_null()   ? YAML_NULL_TAG
                                                 : YAML_STR_TAG;
    if (tag == found || (tag == YAML_FLOAT_TAG && value.is_int())) return value;
    auto short_of = [](std::string_view tag) { return "!!" + std::string(tag.substr(tag.rfind(':') + 1)); };
    return std::unexpected(yaml_error("cannot decode " + short_of(found) + " `" + std::string(text) +
                                      "` as a " + short_of(tag)));
  }

  Result<Value> sequence() {
    Value list = Value::array(*arena_);
    while (true) {
      TRY_OK(next());
      if (event_.type == YAML_SEQUENCE_END_EVENT) return list;
      TRY(Value item, node());
      list.push_back(item, *arena_);
    }
  }

  /// By key, as the JSON is that Go makes of it: what is wrong is told in that order.
  Result<Value> mapping() {
    std::map<std::string, Value> members;
    while (true) {
      TRY_OK(next());
      if (event_.type == YAML_MAPPING_END_EVENT) break;
      std::size_t line = event_.start_mark.line + 1;
      TRY(Value key, node());
      TRY_OK(next());
      TRY(Value value, node());
      if (key.is_string() && key.as_string() == "<<" && value.is_object()) {
        for (const auto& member : value.members())
          members.try_emplace(std::string(member.key()), member.value);
        continue;
      }
      TRY(std::string name, key_text(key));
      auto [place, added] = members.insert_or_assign(std::move(name), value);
      if (!added && problems_ != nullptr) {
        problems_->push_back("line " + std::to_string(line) + ": key " + meta::go_quoted(place->first) +
                             " already set in map");
      }
    }
    Value object = Value::object(*arena_, static_cast<std::uint32_t>(members.size()));
    for (const auto& [name, value] : members) object.append_member(arena_->copy(name), value, *arena_);
    return object;
  }

  static Result<std::string> key_text(const Value& key) {
    if (key.is_string()) return std::string(key.as_string());
    if (key.is_bool()) return std::string(key.as_bool() ? "true" : "false");
    if (key.is_int()) return std::to_string(key.as_int());
    if (key.is_null()) return std::string("null");
    return std::unexpected(meta::bad_request("unsupported map key of type: map"));
  }

  yaml_parser_t parser_;
  Event event_;
  json::Arena* arena_ = nullptr;
  std::map<std::string, Value> anchors_;
  std::vector<std::string>* problems_;
  std::size_t nodes_ = 0;
  int depth_ = 0;
};

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

Result<json::Document> parse_yaml(std::string_view text, std::vector<std::string>* problems) {
  return Reader(text, problems).run();
}

void write_yaml(const Value& value, std::string& out) { Writer(out).value(value, 0, false); }

}  // namespace pedalion::codec
