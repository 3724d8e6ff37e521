#include "pedalion/apimachinery/codec/decode.h"

#include <algorithm>
#include <cstdlib>

#include "pedalion/apimachinery/codec/protobuf.h"
#include "pedalion/apimachinery/codec/scalars.h"
#include "pedalion/apimachinery/codec/shape.h"
#include "pedalion/apimachinery/codec/yaml.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::codec {
namespace {

constexpr std::size_t kShownBytes = 30;
constexpr std::string_view kTypeMetaStruct =
    R"(struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" })";

/// The beginning of a body for an error message: as text when it is JSON, else in hexadecimal.
std::string shown(std::string_view body) {
  if (body.empty()) return "<empty>";
  auto part = body.substr(0, kShownBytes);
  std::string text;
  if (body.front() == '{') {
    text = part;
  } else {
    static constexpr char kHex[] = "0123456789abcdef";
    for (unsigned char c : part) text += {kHex[c >> 4], kHex[c & 15]};
  }
  return body.size() > kShownBytes ? text + " ..." : text;
}

Status unrecognized(std::string_view kind, const std::string& why, std::string_view body) {
  return meta::bad_request("the object provided is unrecognized (must be of type " + std::string(kind) +
                           "): " + why + " (" + shown(body) + ")");
}

Status cannot_be_handled(std::string_view kind, std::string_view version, std::string_view expected_kind,
                         const std::string& why) {
  return meta::bad_request(std::string(kind) + " in version \"" + std::string(version) +
                           "\" cannot be handled as a " + std::string(expected_kind) + ": " + why);
}

/// The string member, empty when absent; fails when it is something else.
Result<std::string_view> type_meta_text(const json::Value& object, std::string_view name) {
  const auto* value = object.find(name);
  if (value == nullptr || value->is_null()) return std::string_view();
  if (value->is_string()) return value->as_string();
  return std::unexpected(meta::bad_request(
      "couldn't get version/kind; json parse error: json: cannot unmarshal " +
      std::string(kind_word(*value)) + " into Go struct field ." + std::string(name) + " of type string"));
}

/// Go's error for what is wrong in lines of YAML.
constexpr std::string_view kYamlErrors = "yaml: unmarshal errors:";

/// What strict parsing finds: the paths of repeated members of JSON, or the lines that repeat a key of YAML.
struct Repetitions {
  std::vector<std::string> paths, lines;
};

Result<json::Document> parse_body(std::string_view body, MediaType media_type, Repetitions& repetitions) {
  if (media_type == MediaType::kYaml) return parse_yaml(body, &repetitions.lines);
  return json::parse(body, {.duplicates = &repetitions.paths, .repeated = json::Repeated::kMerge});
}

/// The message as a tree with kind and apiVersion; without fields when it is of another kind.
Result<json::Document> parse_protobuf(std::string_view body, const meta::GroupVersionKind& expected,
                                      const schema::Type& type,
                                      const std::optional<meta::GroupVersion>& also_accepted) {
  auto envelope = open_envelope(body);
  if (!envelope) return std::unexpected(unrecognized(expected.kind, envelope.error().message, body));
  json::Document document;
  bool is_expected =
      (envelope->kind.empty() || envelope->kind == expected.kind) &&
      (envelope->api_version.empty() || envelope->api_version == expected.group_version().api_version() ||
       (also_accepted && envelope->api_version == also_accepted->api_version()));
  document.root = json::Value::object(document.arena);
  if (is_expected) {
    auto root = decode_message(envelope->raw, type, document.arena);
    if (!root) {
      return std::unexpected(
          cannot_be_handled(expected.kind, expected.version, expected.kind, root.error().message));
    }
    document.root = *root;
  }
  document.root.set("kind", json::Value::string(envelope->kind, document.arena), document.arena);
  document.root.set("apiVersion", json::Value::string(envelope->api_version, document.arena), document.arena);
  return document;
}

Result<json::Document> parse_text(std::string_view body, MediaType media_type,
                                  const meta::GroupVersionKind& expected, Repetitions& repetitions) {
  auto document = parse_body(body, media_type, repetitions);
  if (document) return document;
  std::string why = document.error().message;
  if (media_type == MediaType::kJson) why = "couldn't get version/kind; json parse error: " + why;
  return std::unexpected(unrecognized(expected.kind, why, body));
}

}  // namespace

namespace {

std::size_t position_of(const json::Value& value, std::span<const json::Member> members) {
  const auto* here = reinterpret_cast<const char*>(&value);
  return static_cast<std::size_t>(here - reinterpret_cast<const char*>(members.data())) /
         sizeof(json::Member);
}

/// Where the member at `path` ("spec.containers[0].x") lies: its place at each level.
std::vector<std::size_t> place_of(const json::Value& root, std::string_view path) {
  std::vector<std::size_t> place;
  const json::Value* here = &root;
  while (!path.empty() && here != nullptr) {
    if (path.front() == '[') {
      std::size_t index = std::strtoul(path.data() + 1, nullptr, 10);
      place.push_back(index);
      here = index < here->size() && here->is_array() ? &here->items()[index] : nullptr;
      path = path.substr(std::min(path.size(), path.find(']') + 1));
    } else {
      if (path.front() == '.') path.remove_prefix(1);
      auto name = path.substr(0, path.find_first_of(".["));
      path = path.substr(name.size());
      const json::Value* found = here->find(name);
      place.push_back(found == nullptr ? here->size() : position_of(*found, here->members()));
      here = found;
    }
  }
  return place;
}

bool lies_in(std::string_view path, std::string_view parent) {
  return path.starts_with(parent) &&
         (path.size() == parent.size() || path[parent.size()] == '.' || path[parent.size()] == '[');
}

struct Placed {
  std::vector<std::size_t> place;
  std::string path;
  bool operator<(const Placed& other) const { return place < other.place; }
};

/// One list in the order of the document, as Go meets the members. What is unknown is not looked into.
std::vector<std::string> strict_problems(const Repetitions& repetitions, std::vector<std::string> unknown,
                                         const json::Value& root) {
  std::vector<std::string> problems;
  if (!repetitions.lines.empty()) problems.push_back(repeated_keys_text(repetitions.lines));
  std::vector<Placed> placed;
  for (auto& path : unknown) placed.push_back({place_of(root, path), std::move(path)});
  std::ranges::sort(placed, std::less<>());
  auto next = placed.begin();
  for (const auto& path : repetitions.paths) {
    if (std::ranges::any_of(placed, [&](const Placed& one) { return lies_in(path, one.path); })) continue;
    for (auto place = place_of(root, path); next != placed.end() && next->place < place; ++next)
      problems.push_back("unknown field " + meta::go_quoted(next->path));
    problems.push_back("duplicate field " + meta::go_quoted(path));
  }
  for (; next != placed.end(); ++next) problems.push_back("unknown field " + meta::go_quoted(next->path));
  return problems;
}

/// Why an object of this kind is not one of the expected kind; empty when it is only of another version.
std::string why_not(const meta::GroupVersion& actual, std::string_view kind,
                    const meta::GroupVersionKind& expected, const scheme::Scheme& scheme) {
  if (!scheme.registered(actual.group, actual.version, kind)) {
    return "no kind " + meta::go_quoted(kind) + " is registered for version " +
           meta::go_quoted(actual.api_version()) + " in scheme \"pkg/api/legacyscheme/scheme.go:30\"";
  }
  if (kind == expected.kind) return {};
  std::string package = expected.group.empty() ? "core" : expected.group.substr(0, expected.group.find('.'));
  return "converting (" + actual.version + "." + std::string(kind) + ") to (" + package + "." +
         expected.kind + "): unknown conversion";
}

Status wrong_kind(const meta::GroupVersion& actual, const std::string& kind,
                  const meta::GroupVersionKind& expected, const scheme::Scheme* scheme) {
  std::string why = scheme == nullptr ? "" : why_not(actual, kind, expected, *scheme);
  if (!why.empty()) return cannot_be_handled(kind, actual.version, expected.kind, why);
  return meta::bad_request("the API version in the data (" + actual.api_version() +
                           ") does not match the expected API version (" +
                           expected.group_version().api_version() + ")");
}

}  // namespace

Result<Decoded> decode_object(std::string_view body, MediaType media_type,
                              const meta::GroupVersionKind& expected, const schema::Type& type,
                              const scheme::Scheme* scheme,
                              const std::optional<meta::GroupVersion>& also_accepted) {
  Decoded decoded;
  Repetitions repetitions;
  TRY(json::Document document, media_type == MediaType::kProtobuf
                                   ? parse_protobuf(body, expected, type, also_accepted)
                                   : parse_text(body, media_type, expected, repetitions));
  decoded.object = std::move(document);
  json::Value& root = decoded.object.root;
  if (root.is_null()) root = json::Value::object(decoded.object.arena);
  if (!root.is_object()) {
    return std::unexpected(unrecognized(
        expected.kind,
        "couldn't get version/kind; json parse error: json: cannot unmarshal " +
            std::string(kind_word(root)) + " into Go value of type " + std::string(kTypeMetaStruct),
        body));
  }
  auto kind = type_meta_text(root, "kind");
  auto api_version = type_meta_text(root, "apiVersion");
  if (!kind || !api_version)
    return std::unexpected(unrecognized(expected.kind, (!kind ? kind : api_version).error().message, body));
  std::string actual_kind(kind->empty() ? std::string_view(expected.kind) : *kind);
  meta::GroupVersion actual = expected.group_version();
  if (!api_version->empty()) {
    auto parsed = meta::GroupVersion::parse(*api_version);
    if (!parsed) return std::unexpected(unrecognized(expected.kind, parsed.error().message, body));
    actual = *parsed;
  }
  bool is_accepted = actual == expected.group_version() || (also_accepted && actual == *also_accepted);
  if (!is_accepted || actual_kind != expected.kind)
    return std::unexpected(wrong_kind(actual, actual_kind, expected, scheme));
  std::vector<std::string> unknown;
  const json::Value given = root;
  auto shaped = shape(type, root, decoded.object.arena, &unknown);
  if (!shaped)
    return std::unexpected(
        cannot_be_handled(expected.kind, expected.version, expected.kind, shaped.error().message));
  root = *shaped;
  decoded.strict_problems = strict_problems(repetitions, std::move(unknown), given);
  set_type_meta(decoded.object, expected);
  return decoded;
}

std::string repeated_keys_text(const std::vector<std::string>& lines) {
  std::string text(kYamlErrors);
  for (const std::string& line : lines) text += "\n  " + line;
  return text;
}

std::vector<std::string> warnings_of(const std::string& strict_problem) {
  std::string_view rest = strict_problem;
  if (!rest.starts_with(kYamlErrors)) return {strict_problem};
  std::vector<std::string> lines;
  rest.remove_prefix(kYamlErrors.size());
  while (rest.starts_with("\n  ")) {
    rest.remove_prefix(3);
    auto line = rest.substr(0, rest.find("\n  "));
    lines.emplace_back(line);
    rest.remove_prefix(line.size());
  }
  return lines;
}

Result<void> check_kind(const json::Value& root, const meta::GroupVersionKind& expected,
                        const scheme::Scheme& scheme) {
  auto version = root.string_at({"apiVersion"}), kind = root.string_at({"kind"});
  if (kind == expected.kind && version == expected.group_version().api_version()) return {};
  auto actual = expected.group_version();
  if (!version.empty()) {
    TRY(actual, meta::GroupVersion::parse(version));
  }
  std::string why = why_not(actual, kind.empty() ? std::string_view(expected.kind) : kind, expected, scheme);
  if (why.empty()) return {};
  return std::unexpected(meta::bad_request(std::move(why)));
}

Result<void> reshape(json::Document& object, const schema::Type& type, std::vector<std::string>* problems) {
  std::vector<std::string> unknown;
  const json::Value given = object.root;
  TRY(object.root, shape(type, object.root, object.arena, problems == nullptr ? nullptr : &unknown));
  if (!unknown.empty())
    std::ranges::move(strict_problems({}, std::move(unknown), given), std::back_inserter(*problems));
  return {};
}

void set_type_meta(json::Document& object, const meta::GroupVersionKind& gvk) {
  json::Arena& arena = object.arena;
  std::string api_version = gvk.group_version().api_version();
  json::Value whole = json::Value::object(arena, object.root.size() + 2);
  whole.append_member("kind", json::Value::string(gvk.kind, arena), arena);
  whole.append_member("apiVersion", json::Value::string(api_version, arena), arena);
  for (const auto& member : object.root.members()) {
    if (member.key() != "kind" && member.key() != "apiVersion")
      whole.append_member(member.key(), member.value, arena);
  }
  object.root = whole;
}

}  // namespace pedalion::codec
