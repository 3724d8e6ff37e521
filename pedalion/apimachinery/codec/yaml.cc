#include "pedalion/apimachinery/codec/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "pedalion/apimachinery/codec/yaml_scalar.h"
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
    if (tag == "tag:yaml.org,2002:binary") return Value::string(text, *arena_);
    if (tag == YAML_INT_TAG || tag == YAML_FLOAT_TAG || tag == YAML_BOOL_TAG || tag == YAML_NULL_TAG)
      plain = true;
    return plain ? resolve_plain_scalar(text, *arena_) : Value::string(text, *arena_);
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

  Result<Value> mapping() {
    Value object = Value::object(*arena_);
    while (true) {
      TRY_OK(next());
      if (event_.type == YAML_MAPPING_END_EVENT) return object;
      std::size_t line = event_.start_mark.line + 1;
      TRY(Value key, node());
      TRY_OK(next());
      TRY(Value value, node());
      if (key.is_string() && key.as_string() == "<<" && value.is_object()) {
        for (const auto& member : value.members()) {
          if (object.find(member.key()) == nullptr) object.set(member.key(), member.value, *arena_);
        }
        continue;
      }
      TRY(std::string name, key_text(key));
      if (object.find(name) != nullptr && problems_ != nullptr) {
        problems_->push_back("line " + std::to_string(line) + ": key " + meta::go_quoted(name) +
                             " already set in map");
      }
      object.set(name, value, *arena_);
    }
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

  void block(const Value& value, int indent) {
    if (value.is_object() && !value.empty()) return object(value, indent);
    if (value.is_array() && !value.empty()) return list(value, indent);
    flow(value, indent);
    out_ += '\n';
  }

 private:
  void flow(const Value& value, int indent) {
    if (value.is_object())
      out_ += "{}";
    else if (value.is_array())
      out_ += "[]";
    else
      write_yaml_scalar(value, indent, out_);
  }

  void object(const Value& value, int indent) {
    std::vector<const json::Member*> members;
    for (const auto& member : value.members()) members.push_back(&member);
    std::ranges::sort(members,
                      [](const auto* a, const auto* b) { return yaml_key_less(a->key(), b->key()); });
    bool first = true;
    for (const auto* member : members) {
      if (!first || !inline_) out_.append(static_cast<std::size_t>(indent), ' ');
      first = false;
      write_yaml_scalar(Value::string(member->key()), indent, out_);
      out_ += ':';
      const Value& inner = member->value;
      bool nested = (inner.is_object() || inner.is_array()) && !inner.empty();
      out_ += nested ? '\n' : ' ';
      inline_ = false;
      block(inner, inner.is_object() ? indent + 2 : indent);
    }
    inline_ = false;
  }

  void list(const Value& value, int indent) {
    bool first = true;
    for (const Value& item : value.items()) {
      if (!first || !inline_) out_.append(static_cast<std::size_t>(indent), ' ');
      first = false;
      out_ += "- ";
      inline_ = true;
      block(item, indent + 2);
      inline_ = false;
    }
  }

  std::string& out_;
  bool inline_ = false;  // the first line of what comes stands behind a "- "
};

}  // namespace

Result<json::Document> parse_yaml(std::string_view text, std::vector<std::string>* problems) {
  return Reader(text, problems).run();
}

void write_yaml(const Value& value, std::string& out) { Writer(out).block(value, 0); }

}  // namespace pedalion::codec
