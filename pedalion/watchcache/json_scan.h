#pragma once
// Finds in the text of an API object, without building a tree, what a cache wants to know of it.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pedalion/apimachinery/json/cursor.h"

namespace pedalion::watchcache {

/// A set of paths such as "spec.nodeName", made to be followed while scanning. Equal paths share a slot.
class PathTree {
 public:
  struct Node {
    std::vector<std::pair<std::string, std::size_t>> children;  // segment, node
    std::optional<std::size_t> slot;
  };

  /// Returns the slot of `path`.
  std::size_t add(std::string_view path);
  std::size_t slots() const { return slots_; }
  const Node& root() const { return nodes_.front(); }
  /// Null when no path goes on with `segment`.
  const Node* child(const Node& node, std::string_view segment) const;

 private:
  std::vector<Node> nodes_{1};
  std::size_t slots_ = 0;
};

using json::ScannedText;

/// All views point into the scanned text.
struct JsonScan {
  std::string_view text;  // the object, without white space around it
  ScannedText name, ns, uid;
  bool terminating = false;
  std::vector<std::pair<ScannedText, ScannedText>> labels;
  std::vector<ScannedText> owner_uids;
  std::vector<ScannedText> values;  // by slot of the PathTree; empty when absent
  std::size_t metadata_offset = 0;  // of `"metadata"` in text; 1 when there is none
  // text[version_begin, version_end) is the value of metadata.resourceVersion, or the empty range where the
  // member belongs:
  std::size_t version_begin = 0, version_end = 0;
  enum class VersionMember : unsigned char {
    kPresent,  // the range is the member's value
    kAfter,    // comes after another member
    kBefore,   // comes first, and others follow
    kOnly,     // metadata is empty
  } version_member = VersionMember::kOnly;
};

/// Nothing when `text` is no object. Checks no more of its syntax than it has to; never
/// reads beyond `text`. O(size), no recursion deeper than the paths.
std::optional<JsonScan> scan_object(std::string_view text, const PathTree& paths);

}  // namespace pedalion::watchcache
