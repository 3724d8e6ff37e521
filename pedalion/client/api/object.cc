#include "pedalion/client/api/object.h"

#include <array>

#include "pedalion/apimachinery/json/cursor.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::client::api {
namespace {

/// Where a string lies in the object's text; the facts have no escapes, or are copied.
struct Span {
  std::uint32_t at = 0, size = 0;
};

struct Facts {
  enum { kApiVersion, kKind, kName, kNamespace, kUid, kResourceVersion, kCount };
  std::array<Span, kCount> spans;
  bool deleted = false;
  bool escaped = false;  // one of them has escapes: the text has to be written anew
  bool has_metadata = false;
};

Span span_of(std::string_view text, std::string_view part) {
  return {static_cast<std::uint32_t>(part.data() - text.data()), static_cast<std::uint32_t>(part.size())};
}

class FactReader {
 public:
  explicit FactReader(std::string_view text) : text_(text), cursor_(text) {}
  std::optional<Facts> read() {
    cursor_.skip_space();
    bool read = cursor_.for_each_member([&](const json::ScannedText& key) {
      if (key.raw == "apiVersion") return take(Facts::kApiVersion);
      if (key.raw == "kind") return take(Facts::kKind);
      if (key.raw == "metadata" && cursor_.peek() == '{') return metadata();
      return cursor_.skip_value();
    });
    if (!read) return std::nullopt;
    return facts_;
  }

 private:
  bool take(int fact) {
    if (cursor_.peek() != '"') return cursor_.skip_value();
    json::ScannedText value;
    if (!cursor_.string(value)) return false;
    facts_.spans[static_cast<std::size_t>(fact)] = span_of(text_, value.raw);
    facts_.escaped |= value.escaped;
    return true;
  }
  bool metadata() {
    facts_.has_metadata = true;
    return cursor_.for_each_member([&](const json::ScannedText& key) {
      if (key.raw == "name") return take(Facts::kName);
      if (key.raw == "namespace") return take(Facts::kNamespace);
      if (key.raw == "uid") return take(Facts::kUid);
      if (key.raw == "resourceVersion") return take(Facts::kResourceVersion);
      if (key.raw == "deletionTimestamp") facts_.deleted = cursor_.peek() == '"';
      return cursor_.skip_value();
    });
  }

  std::string_view text_;
  json::Cursor cursor_;
  Facts facts_;
};

}  // namespace

struct Object::Rep {
  Bytes json;
  Facts facts;
  std::unique_ptr<std::array<std::string, Facts::kCount>> unescaped;  // where a fact is written with escapes

  std::string_view fact(int which) const {
    if (unescaped) return (*unescaped)[static_cast<std::size_t>(which)];
    const Span& span = facts.spans[static_cast<std::size_t>(which)];
    return json.view().substr(span.at, span.size);
  }
};

Result<Object> Object::read(Bytes json) {
  auto facts = FactReader(json.view()).read();
  if (!facts) return std::unexpected(Status(422, "Invalid", "what the server sent is no JSON object"));
  auto rep = std::make_shared<Rep>();
  rep->json = std::move(json);
  rep->facts = *facts;
  if (facts->escaped) {
    auto texts = std::make_unique<std::array<std::string, Facts::kCount>>();
    for (std::size_t fact = 0; fact < texts->size(); ++fact)
      json::unescape(rep->fact(static_cast<int>(fact)), (*texts)[fact]);
    rep->unescaped = std::move(texts);
  }
  return Object(std::move(rep));
}

Result<Object> Object::read_item(std::string_view text, std::string_view api_version, std::string_view kind) {
  auto facts = FactReader(text).read();
  if (!facts) return std::unexpected(Status(422, "Invalid", "an item of the list is no JSON object"));
  std::string whole;
  auto open = text.find('{') + 1;
  bool bare = facts->spans[Facts::kKind].size == 0 && !kind.empty();
  whole.reserve(text.size() + (bare ? kind.size() + api_version.size() + 28 : 0));
  whole += '{';
  if (bare) {
    whole += "\"kind\":";
    json::write_string(kind, whole);
    whole += ",\"apiVersion\":";
    json::write_string(api_version, whole);
    if (text.find_first_not_of(" \t\r\n", open) != text.rfind('}')) whole += ',';
  }
  whole += text.substr(open);
  return read(Bytes(std::move(whole)));
}

Result<Object> Object::of(const json::Value& value) { return read(Bytes(json::to_string(value))); }

std::string_view Object::api_version() const { return rep_ ? rep_->fact(Facts::kApiVersion) : ""; }
std::string_view Object::kind() const { return rep_ ? rep_->fact(Facts::kKind) : ""; }
std::string_view Object::name() const { return rep_ ? rep_->fact(Facts::kName) : ""; }
std::string_view Object::namespace_() const { return rep_ ? rep_->fact(Facts::kNamespace) : ""; }
std::string_view Object::uid() const { return rep_ ? rep_->fact(Facts::kUid) : ""; }
std::string_view Object::resource_version() const { return rep_ ? rep_->fact(Facts::kResourceVersion) : ""; }
bool Object::deleted() const { return rep_ && rep_->facts.deleted; }

const Bytes& Object::json() const {
  static const Bytes kNone;
  return rep_ ? rep_->json : kNone;
}

json::Document Object::parse() const {
  auto document = json::parse(json().view());
  return document ? *std::move(document) : json::Document();
}

std::string key_of(std::string_view namespace_name, std::string_view name) {
  return namespace_name.empty() ? std::string(name) : std::string(namespace_name) + "/" + std::string(name);
}

std::string key_of(const Object& object) { return key_of(object.namespace_(), object.name()); }

}  // namespace pedalion::client::api
