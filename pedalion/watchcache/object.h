#pragma once
// An API object as bytes: encoded once, shared by every reader, with the few facts that are asked for often.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pedalion/base/bytes.h"
#include "pedalion/storage/store.h"

namespace pedalion::watchcache {

/// Immutable, shared by all threads. The JSON holds the resource version already.
struct Object {
  std::string key;                 // storage key
  storage::Revision revision = 0;  // metadata.resourceVersion; 0 for objects that are not stored
  Bytes json;                      // {"kind":…,"apiVersion":…,"metadata":{…},…}, compact, no trailing newline
  std::uint32_t metadata_offset =
      0;  // where "metadata" begins in json: `{` + json[metadata_offset..] is the list-item form
  // Views into json or into key:
  std::string_view name, ns;
  std::vector<std::pair<std::string_view, std::string_view>>
      labels;                         // sorted by key; only where json has no escapes in them …
  std::vector<std::string> fields;    // values of the resource's selectable fields, in its declared order
  std::shared_ptr<const void> extra;  // keeps unescaped label text alive, when there is any
};

using ObjectPtr = std::shared_ptr<const Object>;

}  // namespace pedalion::watchcache
