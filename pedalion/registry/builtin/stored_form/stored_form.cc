#include "pedalion/registry/builtin/stored_form/stored_form.h"

#include "pedalion/apimachinery/codec/protobuf.h"
#include "pedalion/apimachinery/codec/protobuf_text.h"
#include "pedalion/apimachinery/codec/protobuf_writer.h"
#include "pedalion/apimachinery/codec/shape.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/registry/builtin/catalog/catalog.h"

namespace pedalion::registry::builtin::stored_form {
namespace {

using json::Value;

constexpr std::string_view kEnvelope{"k8s\0", 4};

Status unreadable(std::string_view key, std::string_view why) {
  return Status(500, "InternalError",
                "Internal error occurred: unable to decode the object at " + std::string(key) + ": " +
                    std::string(why));
}

/// Custom resource definitions and API services have no message.
bool is_stored_as_json(std::string_view group) {
  return group == "apiextensions.k8s.io" || group == "apiregistration.k8s.io";
}

/// The claims that a stateful set makes are whole objects, which a message does not say.
void name_claims(Value& stateful_set, json::Arena& arena) {
  Value* claims = stateful_set.at({"spec", "volumeClaimTemplates"});
  if (claims == nullptr) return;
  for (Value& claim : claims->items()) {
    claim.set("kind", Value::string("PersistentVolumeClaim"), arena);
    claim.set("apiVersion", Value::string("v1"), arena);
  }
}

/// `body` with its kind and version before it, in the form in which the registry writes it.
Result<Bytes> shaped_text(const schema::Type& type, const meta::GroupVersionKind& gvk, const Value& body,
                          json::Arena& arena) {
  Value whole = Value::object(arena, body.size() + 2);
  whole.set("kind", Value::string(gvk.kind, arena), arena);
  whole.set("apiVersion", Value::string(gvk.group_version().api_version(), arena), arena);
  for (const json::Member& member : body.members()) {
    if (member.name != "kind" && member.name != "apiVersion")
      whole.append_member(member.name, member.value, arena);
  }
  if (Value* metadata = whole.find("metadata")) metadata->erase("resourceVersion");
  if (gvk.kind == "StatefulSet") name_claims(whole, arena);
  TRY(Value shaped, codec::shape(type, whole, arena));
  return Bytes(json::to_string(shaped));
}

}  // namespace

Transcoder::Transcoder(const scheme::Scheme& scheme, std::string_view key_prefix) : scheme_(scheme) {
  for (const catalog::GroupFacts& group : catalog::groups()) {
    std::string stored_version(group.versions.substr(0, group.versions.find(',')));
    for (const catalog::ResourceFacts& facts : group.resources) {
      if (facts.has(catalog::kNotStored)) continue;
      std::string prefix = std::string(key_prefix) + "/" + std::string(facts.key()) + "/";
      kinds_.try_emplace(std::move(prefix),
                         Kind{{std::string(group.group), stored_version, std::string(facts.kind)},
                              !is_stored_as_json(group.group)});
    }
  }
}

const Transcoder::Kind* Transcoder::kind_of(std::string_view key) const {
  auto after = kinds_.upper_bound(key);
  if (after == kinds_.begin()) return nullptr;
  auto found = std::prev(after);
  return key.starts_with(found->first) ? &found->second : nullptr;
}

Result<Bytes> Transcoder::to_stored(std::string_view key, const Bytes& json) const {
  const Kind* kind = kind_of(key);
  if (kind == nullptr || !kind->protobuf) return json;
  TRY(std::string message, codec::protobuf_object(json.view(), kind->gvk, *scheme_.type(kind->gvk)));
  return Bytes(std::move(message));
}

Result<Bytes> Transcoder::to_json(std::string_view key, const Bytes& stored) const {
  const Kind* kind = kind_of(key);
  if (kind == nullptr) return stored;
  auto json =
      stored.view().starts_with(kEnvelope) ? from_protobuf(*kind, stored.view()) : from_json(*kind, stored);
  if (!json) return std::unexpected(unreadable(key, json.error().message));
  return json;
}

Result<Bytes> Transcoder::from_protobuf(const Kind& kind, std::string_view stored) const {
  TRY(auto envelope, codec::open_envelope(stored));
  meta::GroupVersionKind written = kind.gvk;
  if (envelope.api_version != kind.gvk.group_version().api_version() || envelope.kind != kind.gvk.kind) {
    auto slash = envelope.api_version.find('/');
    written = {std::string(slash == envelope.api_version.npos ? "" : envelope.api_version.substr(0, slash)),
               std::string(envelope.api_version.substr(slash == envelope.api_version.npos ? 0 : slash + 1)),
               std::string(envelope.kind)};
  }
  const schema::Type* type = scheme_.type(written);
  if (type == nullptr || written.kind != kind.gvk.kind) {
    return std::unexpected(Status(500, "",
                                  "no kind \"" + std::string(envelope.kind) +
                                      "\" is registered for version \"" + std::string(envelope.api_version) +
                                      "\""));
  }
  if (written == kind.gvk && kind.gvk.kind != "StatefulSet") {
    std::string text;
    text.reserve(2 * stored.size());
    if (codec::append_object_text(envelope.raw, *type, kind.gvk, text)) return Bytes(std::move(text));
  }
  json::Document document;
  TRY(Value body, codec::decode_message(envelope.raw, *type, document.arena));
  return shaped_text(*scheme_.type(kind.gvk), kind.gvk, body, document.arena);
}

Result<Bytes> Transcoder::from_json(const Kind& kind, const Bytes& stored) const {
  json::Document document;
  TRY(Value body, json::parse(stored.view(), document.arena));
  return shaped_text(*scheme_.type(kind.gvk), kind.gvk, body, document.arena);
}

Task<Result<storage::Entry>> TranscodingStore::get(std::string key) {
  CO_TRY(storage::Entry entry, co_await below_.get(std::move(key)));
  CO_TRY(entry.value, transcoder_.to_json(entry.key, entry.value));
  co_return entry;
}

Task<Result<storage::ListResult>> TranscodingStore::list(std::string prefix, storage::ListOptions options) {
  CO_TRY(storage::ListResult result, co_await below_.list(std::move(prefix), std::move(options)));
  co_await parallel_.each(result.entries.size(), [&](std::size_t i) {
    storage::Entry& entry = result.entries[i];
    if (auto json = transcoder_.to_json(entry.key, entry.value)) entry.value = *std::move(json);
  });
  co_return result;
}

Task<Result<storage::Revision>> TranscodingStore::create(std::string key, Bytes value,
                                                         std::optional<std::chrono::seconds> ttl) {
  CO_TRY(Bytes stored, transcoder_.to_stored(key, value));
  const WrittenForms::Note note = written_.remember(stored, value);
  co_return co_await below_.create(std::move(key), std::move(stored), ttl);
}

Task<Result<storage::Revision>> TranscodingStore::update(std::string key, Bytes value,
                                                         storage::Revision expected,
                                                         std::optional<std::chrono::seconds> ttl) {
  CO_TRY(Bytes stored, transcoder_.to_stored(key, value));
  const WrittenForms::Note note = written_.remember(stored, value);
  co_return co_await below_.update(std::move(key), std::move(stored), expected, ttl);
}

namespace {

class TranscodingSink final : public storage::WatchSink {
 public:
  TranscodingSink(storage::WatchSink& above, const Transcoder& transcoder, const WrittenForms& written)
      : above_(above), transcoder_(transcoder), written_(written) {}

  void on_events(std::vector<storage::Event> events) override {
    for (storage::Event& event : events) {
      transcode(event.key, event.value);
      if (above_.wants_previous_values()) transcode(event.key, event.previous_value);
    }
    above_.on_events(std::move(events));
  }
  void on_progress(storage::Revision revision) override { above_.on_progress(revision); }
  void on_error(Status status) override { above_.on_error(std::move(status)); }
  bool wants_previous_values() const override { return above_.wants_previous_values(); }

 private:
  void transcode(const std::string& key, Bytes& value) const {
    if (value.empty()) return;
    if (auto json = written_.json_of(value)) {
      value = *std::move(json);
      return;
    }
    if (auto json = transcoder_.to_json(key, value)) value = *std::move(json);
  }
  storage::WatchSink& above_;
  const Transcoder& transcoder_;
  const WrittenForms& written_;
};

/// Keeps the sink as long as the watch below calls it.
class TranscodingWatch final : public storage::Watch {
 public:
  TranscodingWatch(storage::WatchSink& above, const Transcoder& transcoder, const WrittenForms& written)
      : sink(above, transcoder, written) {}
  TranscodingSink sink;
  std::unique_ptr<storage::Watch> below;  // ends first
};

}  // namespace

Result<std::unique_ptr<storage::Watch>> TranscodingStore::watch(std::string prefix, storage::Revision after,
                                                                storage::WatchSink& sink) {
  auto watch = std::make_unique<TranscodingWatch>(sink, transcoder_, written_);
  TRY(watch->below, below_.watch(std::move(prefix), after, watch->sink));
  return watch;
}

}  // namespace pedalion::registry::builtin::stored_form
