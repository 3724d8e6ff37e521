#pragma once
// The order of merged lists in strategic merge patch: the patch's order first, the live order where it fits.
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/base/status.h"

namespace pedalion::patch {

using Items = std::vector<json::Value>;

/// What a list is merged by: the value of a member of its items, or (empty key) the items themselves.
struct MergeKey {
  std::string_view name;
  bool of_maps = false;

  /// What an item is told apart by; null when it has none.
  const json::Value* of(const json::Value& item) const;
};

/// Go's ==: the same type and value.
bool same_scalar(const json::Value& a, const json::Value& b);

/// `map: … does not contain declared merge key: …`.
Status no_merge_key(const json::Value& item, std::string_view key);

/// Finds items by key: the first of each. Hashed, so that long lists cost no more than their length.
class KeyIndex {
 public:
  explicit KeyIndex(MergeKey key) : key_(key) {}
  KeyIndex(const Items& items, MergeKey key);
  /// Position of the item with the same key as `wanted`; -1 when there is none.
  std::ptrdiff_t find(const json::Value& wanted) const;
  /// Adds an item at a position; false when one with its key is there already, or it has none.
  bool add(const json::Value& item, std::size_t position);
  bool empty() const { return positions_.empty(); }

 private:
  MergeKey key_;
  std::unordered_map<std::string, std::ptrdiff_t> positions_;
};

/// Puts `merged` in order: items that `patch_order` names follow it, the others keep the order of `live`, and
/// each of those stands before the first patch item that came after it in `live`.
Result<Items> in_order(const Items& merged, const Items& patch_order, const Items& live, const MergeKey& key);

}  // namespace pedalion::patch
