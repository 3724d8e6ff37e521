#include "pedalion/endpoints/handlers/protobuf_forms.h"

#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/apimachinery/codec/protobuf_writer.h"
#include "pedalion/apimachinery/json/cursor.h"
#include "pedalion/apimachinery/scheme/scheme.h"

namespace pedalion::endpoints {
namespace {

/// Errors are answered where no environment is near; the types of what the server says itself are constants.
const schema::Type* own_type(const TypeMeta& meta) {
  static const scheme::Scheme kScheme;
  auto group_version = meta::GroupVersion::parse(meta.api_version.empty() ? "v1" : meta.api_version);
  return group_version ? kScheme.type(group_version->group, group_version->version, meta.kind) : nullptr;
}

}  // namespace

TypeMeta type_meta_of(std::string_view json) {
  TypeMeta found;
  json::Cursor at(json);
  at.for_each_member([&](const json::ScannedText& key) {
    std::string_view* wanted = key.raw == "kind"         ? &found.kind
                               : key.raw == "apiVersion" ? &found.api_version
                                                         : nullptr;
    json::ScannedText text;
    if (wanted == nullptr || !at.string(text)) return false;
    *wanted = text.raw;
    return true;
  });
  return found;
}

Result<std::string> protobuf_of(std::string_view json) {
  auto meta = type_meta_of(json);
  const auto* type = own_type(meta);
  if (type == nullptr || !codec::has_protobuf(*type)) {
    return std::unexpected(Status(500, "InternalError", "there is no protobuf of " + std::string(meta.kind)));
  }
  std::string message;
  TRY_OK(codec::append_message(json, *type, message));
  std::string out = protobuf_head(meta);
  codec::append_field(out, 2, message);
  out += codec::kEnvelopeClosing;
  return out;
}

std::string protobuf_head(TypeMeta type) { return codec::envelope_opening(type.api_version, type.kind); }

Bytes protobuf_tail() { return Bytes::of_static(codec::kEnvelopeClosing); }

std::string protobuf_frame_head(std::string_view event_type, std::size_t size) {
  std::string extension, event;
  codec::append_field_opening(extension, 1, size);
  codec::append_field(event, 1, event_type);
  codec::append_field_opening(event, 2, extension.size() + size);
  event += extension;
  const auto length = static_cast<std::uint32_t>(event.size() + size);
  std::string frame;
  for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>(length >> shift);
  return frame + event;
}

}  // namespace pedalion::endpoints
