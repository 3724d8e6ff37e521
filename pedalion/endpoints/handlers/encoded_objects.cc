#include "pedalion/endpoints/handlers/encoded_objects.h"

#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/apimachinery/codec/protobuf_writer.h"

namespace pedalion::endpoints {

Result<Bytes> encode_object(const watchcache::Object& object, const schema::Type& type) {
  std::string field;
  field.reserve(object.json.size());
  codec::append_tag(field, kObjectField, codec::Wire::kBytes);
  const std::size_t begin = codec::open_length(field);
  TRY_OK(codec::append_message(object.json.view(), type, field));
  codec::close_length(field, begin);
  field.shrink_to_fit();
  return Bytes(std::move(field));
}

EncodedObjects::Shard& EncodedObjects::shard_of(const watchcache::Object* object) {
  // Neighbours in memory go to different shards.
  return shards_[reinterpret_cast<std::uintptr_t>(object) / alignof(std::max_align_t) / 7 % kShards];
}

Result<Bytes> EncodedObjects::get(const watchcache::ObjectPtr& object, const schema::Type& type) {
  Shard& shard = shard_of(object.get());
  {
    std::lock_guard lock(shard.mutex);
    auto found = shard.entries.find(object.get());
    if (found != shard.entries.end() && found->second.is_of(object)) return found->second.field;
  }
  TRY(Bytes field, encode_object(*object, type));
  remember(shard, object, field);
  return field;
}

void EncodedObjects::remember(Shard& shard, const watchcache::ObjectPtr& object, const Bytes& field) const {
  if (field.size() > shard_limit_) return;
  std::lock_guard lock(shard.mutex);
  auto [place, is_new] = shard.entries.try_emplace(object.get());
  if (is_new) shard.order.push_back(object.get());
  shard.bytes += field.size() - place->second.field.size();
  place->second = {object, field};
  while (shard.bytes > shard_limit_) {
    auto oldest = shard.entries.find(shard.order.front());
    shard.bytes -= oldest->second.field.size();
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
