#pragma once
// Objects from stored JSON: one scan over the bytes and one copy that puts the resource version in.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/watchcache/cache.h"
#include "pedalion/watchcache/json_scan.h"

namespace pedalion::watchcache {

/// A field that objects can be selected by, and where its value is found. Its place in the decoder's list is
/// its place in Object::fields.
struct SelectableField {
  std::string label;          // what selectors call it: "spec.nodeName"
  std::string path;           // where it lies: "spec.nodeName"; strings, numbers and booleans have a value
  std::string fallback_path;  // looked at when `path` is absent or empty; empty: none
  std::string when_absent;    // the value when there is no other: "false", "0"; usually empty
};

/// For values that are compact JSON objects with their metadata in Go's order: `{"kind":…,"apiVersion":…,
/// "metadata":{…},…}`, stored without metadata.resourceVersion (one that is there is replaced). Immutable and
/// thread-safe; what it makes may outlive it. Costs about a nanosecond a byte.
class JsonObjectDecoder final : public ObjectDecoder {
 public:
  explicit JsonObjectDecoder(std::vector<SelectableField> fields = {});

  /// A revision of 0 (what is not stored) leaves the bytes as they are, and shares them. Writers use it too,
  /// for the answer to what they have just written. Only what is stored must have a name. Fails with 500
  /// StorageReadError.
  Result<ObjectPtr> decode(std::string key, const Bytes& value, Revision revision) const override;
  ObjectPtr at_revision(const Object& object, Revision revision) const override;

  /// CacheOptions::field_names of these fields.
  const std::vector<std::string>& labels() const { return labels_; }

 private:
  struct Source {
    std::size_t slot = 0;
    std::optional<std::size_t> fallback;
    std::string when_absent;
  };
  static const ScannedText& field_text(const JsonScan& scan, const Source& source);

  PathTree paths_;
  std::vector<Source> sources_;
  std::vector<std::string> labels_;
};

}  // namespace pedalion::watchcache
