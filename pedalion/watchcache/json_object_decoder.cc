#include "pedalion/watchcache/json_object_decoder.h"

#include <algorithm>
#include <cstring>

namespace pedalion::watchcache {
namespace {

/// Puts the parts of an Object where they stay: the new text, and behind it the texts that are not in it as
/// they are meant (with escapes, or defaults).
class Layout {
 public:
  /// `tail`: room for those texts.
  Layout(const JsonScan& scan, const Bytes& value, Revision revision, std::size_t tail) : scan_(scan) {
    if (revision == 0 && tail == 0) {
      auto offset = static_cast<std::size_t>(scan.text.data() - value.data());
      json_ = value.slice(offset, scan.text.size());
      return;
    }
    std::string version =
        revision == 0
            ? std::string(scan.text.substr(scan.version_begin, scan.version_end - scan.version_begin))
            : version_member(revision);
    std::string_view before = scan.text.substr(0, scan.version_begin);
    std::string_view after = scan.text.substr(scan.version_end);
    std::size_t size = before.size() + version.size() + after.size();
    auto buffer = std::make_shared_for_overwrite<char[]>(size + tail);
    char* end = std::ranges::copy(before, buffer.get()).out;
    end = std::ranges::copy(version, end).out;
    tail_ = std::ranges::copy(after, end).out;
    shift_ = size - scan.text.size();
    std::string_view text(buffer.get(), size);
    json_ = Bytes(std::move(buffer), text);
  }

  const Bytes& json() const { return json_; }

  std::size_t offset(std::size_t scanned) const {
    return scanned < scan_.version_end ? scanned : scanned + shift_;
  }

  std::string_view place(const ScannedText& text) {
    if (text.raw.empty()) return {};
    if (!text.escaped) {
      auto scanned = static_cast<std::size_t>(text.raw.data() - scan_.text.data());
      return json_.view().substr(offset(scanned), text.raw.size());
    }
    std::string plain;
    json::unescape(text.raw, plain);
    return place(plain);
  }

  /// Copies.
  std::string_view place(std::string_view text) {
    std::memcpy(tail_, text.data(), text.size());
    std::string_view placed(tail_, text.size());
    tail_ += text.size();
    return placed;
  }

 private:
  std::string version_member(Revision revision) const {
    std::string quoted = "\"" + std::to_string(revision) + "\"";
    switch (scan_.version_member) {
      case JsonScan::VersionMember::kPresent:
        return quoted;
      case JsonScan::VersionMember::kAfter:
        return ",\"resourceVersion\":" + quoted;
      case JsonScan::VersionMember::kBefore:
        return "\"resourceVersion\":" + quoted + ",";
      case JsonScan::VersionMember::kOnly:
        return "\"resourceVersion\":" + quoted;
    }
    std::unreachable();
  }

  const JsonScan& scan_;
  Bytes json_;
  std::size_t shift_ = 0;  // modulo 2^64: the text may have become shorter
  char* tail_ = nullptr;
};

std::size_t escaped_size(const ScannedText& text) { return text.escaped ? text.raw.size() : 0; }

Status corrupt(std::string_view key) {
  return {500, "StorageReadError", "the stored object cannot be read: " + std::string(key)};
}

}  // namespace

JsonObjectDecoder::JsonObjectDecoder(std::vector<SelectableField> fields) {
  for (SelectableField& field : fields) {
    Source source{.slot = paths_.add(field.path), .fallback = {}, .when_absent = {}};
    if (!field.fallback_path.empty()) source.fallback = paths_.add(field.fallback_path);
    source.when_absent = std::move(field.when_absent);
    sources_.push_back(std::move(source));
    labels_.push_back(std::move(field.label));
  }
}

Result<ObjectPtr> JsonObjectDecoder::decode(std::string key, const Bytes& value, Revision revision) const {
  auto scan = scan_object(value.view(), paths_);
  // Reviews and the like, which are never stored, have no name.
  if (!scan || (revision != 0 && scan->name.raw.empty())) return std::unexpected(corrupt(key));
  std::size_t tail = escaped_size(scan->name) + escaped_size(scan->ns) + escaped_size(scan->uid);
  for (const auto& [name, text] : scan->labels) tail += escaped_size(name) + escaped_size(text);
  for (const ScannedText& uid : scan->owner_uids) tail += escaped_size(uid);
  for (const Source& source : sources_) {
    const ScannedText& text = field_text(*scan, source);
    tail += text.raw.empty() ? source.when_absent.size() : escaped_size(text);
  }

  Layout layout(*scan, value, revision, tail);
  auto object = std::make_shared<Object>();
  object->key = std::move(key);
  object->revision = revision;
  object->json = layout.json();
  object->metadata_offset = static_cast<std::uint32_t>(layout.offset(scan->metadata_offset));
  object->terminating = scan->terminating;
  object->name = layout.place(scan->name);
  object->ns = layout.place(scan->ns);
  object->uid = layout.place(scan->uid);
  object->labels.reserve(scan->labels.size());
  for (const auto& [name, text] : scan->labels) {
    std::string_view placed_name = layout.place(name);
    object->labels.emplace_back(placed_name, layout.place(text));
  }
  if (!std::ranges::is_sorted(object->labels)) std::ranges::sort(object->labels);
  object->owner_uids.reserve(scan->owner_uids.size());
  for (const ScannedText& uid : scan->owner_uids) object->owner_uids.push_back(layout.place(uid));
  object->fields.reserve(sources_.size());
  for (const Source& source : sources_) {
    const ScannedText& text = field_text(*scan, source);
    bool absent = text.raw.empty() && !source.when_absent.empty();
    object->fields.push_back(absent ? layout.place(source.when_absent) : layout.place(text));
  }
  return object;
}

const ScannedText& JsonObjectDecoder::field_text(const JsonScan& scan, const Source& source) {
  const ScannedText& text = scan.values[source.slot];
  return text.raw.empty() && source.fallback ? scan.values[*source.fallback] : text;
}

ObjectPtr JsonObjectDecoder::at_revision(const Object& object, Revision revision) const {
  auto changed = decode(object.key, object.json, revision);
  // What decode() made once it can read again; an object of another maker stays as it was.
  return changed ? *std::move(changed) : std::make_shared<const Object>(object);
}

}  // namespace pedalion::watchcache
