#pragma once
// Stored objects in protobuf, made once for all who ask for the same version of an object soon after each
// other.
#include <array>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/base/bytes.h"
#include "pedalion/base/status.h"
#include "pedalion/watchcache/object.h"

namespace pedalion::endpoints {

/// The number of the field that holds an object's message, in the envelope of a single one
/// (runtime.Unknown.raw) and in every list of objects (items).
inline constexpr std::uint32_t kObjectField = 2;

/// An object in its envelope.
struct EncodedObject {
  Bytes whole;
  std::uint32_t field_begin = 0;  // where the field is that holds the message, tag and length included
  Bytes field() const;
};

/// Fails with 500.
Result<EncodedObject> encode_object(const watchcache::Object& object, const schema::Type& type);

/// Remembers the newest of what it made, up to a number of bytes. Thread-safe.
class EncodedObjects {
 public:
  explicit EncodedObjects(std::size_t limit = 32 << 20) : shard_limit_(limit / kShards) {}

  /// As encode_object(). `type` is the object's.
  Result<EncodedObject> get(const watchcache::ObjectPtr& object, const schema::Type& type);
  /// Of what is remembered.
  std::size_t size() const;

 private:
  struct Entry {
    std::weak_ptr<const watchcache::Object> object;
    EncodedObject encoded;
    /// Not of one that had its address before.
    bool is_of(const watchcache::ObjectPtr& asked) const {
      return !object.owner_before(asked) && !asked.owner_before(object);
    }
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<const watchcache::Object*, Entry> entries;
    std::deque<const watchcache::Object*> order;  // oldest first
    std::size_t bytes = 0;
  };
  static constexpr std::size_t kShards = 16;

  Shard& shard_of(const watchcache::Object* object);
  void remember(Shard& shard, const watchcache::ObjectPtr& object, const EncodedObject& encoded) const;

  const std::size_t shard_limit_;
  std::array<Shard, kShards> shards_;
};

}  // namespace pedalion::endpoints
