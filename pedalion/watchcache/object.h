#pragma once
// An API object as bytes: encoded once, shared by every reader, with the few facts that are asked for often.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pedalion/base/bytes.h"
#include "pedalion/storage/store.h"

namespace pedalion::watchcache {

/// Immutable, shared by all threads. The JSON holds the resource version already. Decoders make it
/// (json_object_decoder.h); the views below point into what `json` keeps alive, which may be more than its
/// text.
struct Object {
  std::string key;                 // storage key
  storage::Revision revision = 0;  // metadata.resourceVersion; 0 for objects that are not stored
  Bytes json;                      // {"kind":…,"apiVersion":…,"metadata":{…},…}, compact, no trailing newline
  std::uint32_t metadata_offset =
      0;  // where "metadata" begins in json: `{` + json[metadata_offset..] is the list-item form
  bool terminating = false;  // has a deletionTimestamp
  std::string_view name, ns, uid;
  std::vector<std::pair<std::string_view, std::string_view>> labels;  // sorted by key
  std::vector<std::string_view> fields;  // values of the resource's selectable fields, in its declared order
  std::vector<std::string_view> owner_uids;  // of metadata.ownerReferences
};

using ObjectPtr = std::shared_ptr<const Object>;

}  // namespace pedalion::watchcache
