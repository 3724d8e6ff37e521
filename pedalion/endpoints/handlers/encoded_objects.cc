#include "pedalion/endpoints/handlers/encoded_objects.h"

#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/apimachinery/codec/protobuf_writer.h"
#include "pedalion/endpoints/handlers/protobuf_forms.h"

namespace pedalion::endpoints {

Bytes EncodedObject::field() const {
  return whole.slice(field_begin, whole.size() - field_begin - codec::kEnvelopeClosing.size());
}

Result<EncodedObject> encode_object(const watchcache::Object& object, const schema::Type& type) {
  auto meta = type_meta_of(object.json.view());
  std::string whole = codec::envelope_opening(meta.api_version, meta.kind);
  const auto field_begin = static_cast<std::uint32_t>(whole.size());
  whole.reserve(whole.size() + object.json.size());
  codec::append_tag(whole, kObjectField, codec::Wire::kBytes);
  const std::size_t begin = codec::open_length(whole);
  TRY_OK(codec::append_message(object.json.view(), type, whole));
  codec::close_length(whole, begin);
  whole += codec::kEnvelopeClosing;
  whole.shrink_to_fit();
  return EncodedObject{Bytes(std::move(whole)), field_begin};
}

EncodedObjects::Shard& EncodedObjects::shard_of(const watchcache::Object* object) {
  // Spreads addresses at any distance from each other: Fibonacci hashing.
  constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15;
  static_assert(kShards == 1 << 4);
  return shards_[reinterpret_cast<std::uintptr_t>(object) * kGolden >> (64 - 4)];
}

Result<EncodedObject> EncodedObjects::get(const watchcache::ObjectPtr& object, const schema::Type& type) {
  Shard& shard = shard_of(object.get());
  {
    std::lock_guard lock(shard.mutex);
    auto found = shard.entries.find(object.get());
    if (found != shard.entries.end() && found->second.is_of(object)) return found->second.encoded;
  }
  TRY(EncodedObject encoded, encode_object(*object, type));
  remember(shard, object, encoded);
  return encoded;
}

void EncodedObjects::remember(Shard& shard, const watchcache::ObjectPtr& object,
                              const EncodedObject& encoded) const {
  if (encoded.whole.size() > shard_limit_) return;
  std::lock_guard lock(shard.mutex);
  auto [place, is_new] = shard.entries.try_emplace(object.get());
  if (is_new) shard.order.push_back(object.get());
  shard.bytes += encoded.whole.size() - place->second.encoded.whole.size();
  place->second = {object, encoded};
  while (shard.bytes > shard_limit_) {
    auto oldest = shard.entries.find(shard.order.front());
    shard.bytes -= oldest->second.encoded.whole.size();
    shard.entries.erase(oldest);
    shard.order.pop_front();
  }
}

std::size_t EncodedObjects::size() const {
  std::size_t bytes = 0;
  for (const Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    bytes += shard.bytes;
  }
  return bytes;
}

}  // namespace pedalion::endpoints
