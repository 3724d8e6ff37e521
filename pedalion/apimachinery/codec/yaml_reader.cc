#include <yaml.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/apimachinery/codec/yaml.h"
#include "pedalion/apimachinery/codec/yaml_scalar.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/utf8.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/field_error.h"

namespace pedalion::codec {
namespace {

using json::Value;

constexpr int kMaxDepth = 1000;

/// How much of a document go-yaml lets aliases make up, by the number of nodes that were decoded.
double allowed_alias_ratio(std::size_t decoded) {
  constexpr double kLow = 400'000, kHigh = 4'000'000;
  const auto count = static_cast<double>(decoded);
  if (count <= kLow) return 0.99;
  if (count >= kHigh) return 0.10;
  return 0.99 - 0.89 * (count - kLow) / (kHigh - kLow);
}

std::string_view text_of(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

/// go-yaml parses a document before it decodes it, and sigs.k8s.io/yaml converts it when it has been decoded:
/// what is wrong for a later stage is told only when nothing was for an earlier one.
class Failures {
 public:
  enum Stage : std::uint8_t { kDecoding, kKeys, kValues, kStages };
  void add(Stage stage, std::string text) {
    if (!first_[stage]) first_[stage] = std::move(text);
  }
  Result<void> outcome() const {
    for (const auto& text : first_) {
      if (text) return std::unexpected(meta::bad_request(*text));
    }
    return {};
  }

 private:
  std::optional<std::string> first_[kStages];
};

/// A key as JSON has it; not every one can be one.
std::optional<std::string> key_text(const Value& key) {
  if (key.is_string()) return std::string(key.as_string());
  if (key.is_bool()) return std::string(key.as_bool() ? "true" : "false");
  if (key.is_int()) return std::to_string(key.as_int());
  if (key.is_double()) return yaml_float_text(static_cast<float>(key.as_double()));
  return std::nullopt;
}

/// %#v of what go-yaml makes of a value.
std::string go_syntax(const Value& value, bool nested = false) {
  if (value.is_null()) return nested ? "interface {}(nil)" : "<nil>";
  if (value.is_string()) return meta::go_quoted(value.as_string());
  if (auto text = key_text(value)) return *text;
  std::string text(value.is_array() ? "[]interface {}{" : "map[interface {}]interface {}{");
  bool first = true;
  for (const Value& item : value.items()) {
    text += (first ? "" : ", ") + go_syntax(item, true);
    first = false;
  }
  for (const auto& member : value.members()) {
    text += (first ? "" : ", ") + meta::go_quoted(member.key()) + ":" + go_syntax(member.value, true);
    first = false;
  }
  return text + "}";
}

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
      TRY_OK(next());  // the document's end
      TRY_OK(failures_.outcome());
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

  /// What a name stands for, and how many nodes that is once its own aliases are expanded.
  struct Anchor {
    Value value;
    std::size_t nodes = 0;
    bool open = true;  // what it names is still being read
  };

  Result<void> next() {
    yaml_event_delete(&event_);
    if (yaml_parser_parse(&parser_, &event_) != 0) return {};
    return std::unexpected(meta::bad_request("yaml: " + where() + text_of_problem()));
  }

  std::string text_of_problem() const {
    return parser_.problem == nullptr || *parser_.problem == '\0' ? "unknown problem parsing YAML content"
                                                                  : parser_.problem;
  }

  /// go-yaml counts lines from 1 for the scanner, from 0 for the parser, and tells no line 0.
  std::string where() const {
    if (parser_.error != YAML_SCANNER_ERROR && parser_.error != YAML_PARSER_ERROR) return {};
    std::size_t line = parser_.problem_mark.line;
    if (line != 0 && parser_.error == YAML_SCANNER_ERROR) ++line;
    if (line == 0) line = parser_.context_mark.line;
    return line == 0 ? std::string() : "line " + std::to_string(line) + ": ";
  }

  void fail_decoding(const std::string& why) { failures_.add(Failures::kDecoding, "yaml: " + why); }

  Result<Value> node() {
    if (depth_ == kMaxDepth) return std::unexpected(meta::bad_request("yaml: exceeded max depth"));
    ++depth_;
    const std::size_t before = decoded_++;
    Result<Value> made = Value();
    std::string anchor;
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
        if (!anchor.empty()) anchors_[anchor] = {};
        made = sequence();
        break;
      case YAML_MAPPING_START_EVENT:
        anchor = text_of(event_.data.mapping_start.anchor);
        if (!anchor.empty()) anchors_[anchor] = {};
        made = mapping();
        break;
      default:
        made = std::unexpected(meta::bad_request("yaml: unexpected event"));
    }
    --depth_;
    if (made && !anchor.empty()) anchors_[anchor] = {*made, decoded_ - before, false};
    return made;
  }

  Result<Value> alias(const std::string& name) {
    auto found = anchors_.find(name);
    if (found == anchors_.end())
      return std::unexpected(meta::bad_request("yaml: unknown anchor '" + name + "' referenced"));
    const Anchor& anchor = found->second;
    if (anchor.open) {
      fail_decoding("anchor '" + name + "' value contains itself");
      return Value();
    }
    decoded_ += anchor.nodes;
    aliased_ += anchor.nodes;
    const double ratio = static_cast<double>(aliased_) / static_cast<double>(decoded_);
    if (aliased_ > 100 && decoded_ > 1000 && ratio > allowed_alias_ratio(decoded_))
      return std::unexpected(meta::bad_request("yaml: document contains excessive aliasing"));
    return json::deep_copy(anchor.value, *arena_);
  }

  Value scalar() {
    const auto& scalar = event_.data.scalar;
    std::string_view text(reinterpret_cast<const char*>(scalar.value), scalar.length);
    auto tag = text_of(scalar.tag);
    if (tag == "tag:yaml.org,2002:binary") return binary(text);
    if (tag == YAML_INT_TAG || tag == YAML_FLOAT_TAG || tag == YAML_BOOL_TAG || tag == YAML_NULL_TAG)
      return tagged(tag, text);
    if (!tag.empty() || scalar.plain_implicit == 0) return Value::string(text, *arena_);
    if (auto limitless = yaml_limitless_float(text); !limitless.empty() && !in_key_)
      failures_.add(Failures::kValues, "json: unsupported value: " + std::string(limitless));
    return resolve_plain_scalar(text, *arena_);
  }

  Value binary(std::string_view text) {
    std::string bytes;
    if (!append_base64_decoded(bytes, text)) fail_decoding("!!binary value contains invalid base64 data");
    return Value::string(json::with_replaced_utf8(bytes), *arena_);
  }

  /// Text that has to be of its tag's type.
  Value tagged(std::string_view tag, std::string_view text) {
    Value value = resolve_plain_scalar(text, *arena_);
    auto limitless = yaml_limitless_float(text);
    if (tag == YAML_FLOAT_TAG && !limitless.empty()) {
      failures_.add(Failures::kValues, "json: unsupported value: " + std::string(limitless));
      return value;
    }
    std::string_view found = value.is_int()      ? YAML_INT_TAG
                             : value.is_double() ? YAML_FLOAT_TAG
                             : value.is_bool()   ? YAML_BOOL_TAG
                             : value.is_null()   ? YAML_NULL_TAG
                                                 : YAML_STR_TAG;
    if (tag == found || (tag == YAML_FLOAT_TAG && value.is_int())) return value;
    auto short_of = [](std::string_view tag) { return "!!" + std::string(tag.substr(tag.rfind(':') + 1)); };
    fail_decoding("cannot decode " + short_of(found) + " `" + std::string(text) + "` as a " + short_of(tag));
    return value;
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
  using Members = std::map<std::string, Value>;

  Result<Value> mapping() {
    Members members;
    while (true) {
      TRY_OK(next());
      if (event_.type == YAML_MAPPING_END_EVENT) break;
      const bool merges = is_merge_key();
      in_key_ = true;
      auto key = node();
      in_key_ = false;
      if (!key) return key;
      TRY_OK(next());
      const std::size_t line = event_.start_mark.line + 1;
      const bool is_alias = event_.type == YAML_ALIAS_EVENT;
      TRY(Value value, node());
      if (merges)
        merge(value, is_alias, members);
      else
        add(*key, value, line, members);
    }
    Value object = Value::object(*arena_, static_cast<std::uint32_t>(members.size()));
    for (const auto& [name, value] : members) object.append_member(arena_->copy(name), value, *arena_);
    return object;
  }

  bool is_merge_key() const {
    if (event_.type != YAML_SCALAR_EVENT) return false;
    const auto& scalar = event_.data.scalar;
    auto tag = text_of(scalar.tag);
    return std::string_view(reinterpret_cast<const char*>(scalar.value), scalar.length) == "<<" &&
           ((tag.empty() && scalar.plain_implicit != 0) || tag == "tag:yaml.org,2002:merge");
  }

  void add(const Value& key, const Value& value, std::size_t line, Members& members) {
    if (key.is_object() || key.is_array()) return fail_decoding("invalid map key: " + go_syntax(key));
    auto name = key_text(key);
    if (!name) {
      return failures_.add(Failures::kKeys,
                           "unsupported map key of type: %!s(<nil>), key: <nil>, value: " + go_syntax(value));
    }
    auto [place, added] = members.insert_or_assign(std::move(*name), value);
    if (!added && problems_ != nullptr) {
      problems_->push_back("line " + std::to_string(line) + ": key " + go_syntax(key) +
                           " already set in map");
    }
  }

  /// What is merged comes in place of what is there, as in go-yaml 2.
  void merge(const Value& value, bool is_alias, Members& members) {
    bool mergeable = value.is_object() || (value.is_array() && !is_alias);
    for (const Value& item : value.items()) mergeable = mergeable && item.is_object();
    if (!mergeable) return fail_decoding("map merge requires map or sequence of maps as the value");
    auto take = [&](const Value& object) {
      for (const auto& member : object.members())
        members.insert_or_assign(std::string(member.key()), member.value);
    };
    take(value);
    auto items = value.items();
    for (std::size_t at = items.size(); at > 0; --at) take(items[at - 1]);  // the first counts
  }

  yaml_parser_t parser_;
  Event event_;
  json::Arena* arena_ = nullptr;
  std::map<std::string, Anchor> anchors_;
  std::vector<std::string>* problems_;
  Failures failures_;
  std::size_t decoded_ = 0, aliased_ = 0;  // nodes, as go-yaml counts them
  int depth_ = 0;
  bool in_key_ = false;
};

/// Whether `value` means the same in YAML, as far as it is not a matter of its text; sorts what it has.
bool means_the_same_in_yaml(Value& value) {
  constexpr std::size_t kLongestKey = 1000;  // 1024 characters are too long for one that no `?` announces
  if (value.is_double()) return false;
  for (Value& item : value.items())
    if (!means_the_same_in_yaml(item)) return false;
  for (auto& member : value.members())
    if (member.name.size() > kLongestKey || member.name == "<<" || !means_the_same_in_yaml(member.value))
      return false;
  if (value.is_object()) value.sort_members();
  return true;
}

/// What clients send as YAML is mostly JSON on one line. Nothing when it is not, or when it is JSON that YAML
/// might understand differently: escapes, fractions, repeated keys.
std::optional<json::Document> parse_plain_json(std::string_view text) {
  constexpr std::uint32_t kDeepest = 100;
  if (text.empty() || text.front() != '{') return std::nullopt;
  if (!std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f && c != '\\'; }))
    return std::nullopt;
  std::vector<std::string> repeated;
  auto document = json::parse(text, {.max_depth = kDeepest, .duplicates = &repeated});
  if (!document || !repeated.empty() || !means_the_same_in_yaml(document->root)) return std::nullopt;
  return *std::move(document);
}

}  // namespace

Result<json::Document> parse_yaml(std::string_view text, std::vector<std::string>* problems) {
  if (auto plain = parse_plain_json(text)) return *std::move(plain);
  return Reader(text, problems).run();
}

}  // namespace pedalion::codec
