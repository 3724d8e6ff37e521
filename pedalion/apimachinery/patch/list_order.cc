#include "pedalion/apimachinery/patch/list_order.h"

#include <algorithm>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/go_text.h"

namespace pedalion::patch {
namespace {

using json::Value;

/// A text that is the same for what Go's == holds equal.
std::string spelt(const Value& scalar) {
  return static_cast<char>('0' + static_cast<int>(scalar.kind())) +
         (scalar.is_string() ? std::string(scalar.as_string()) : json::to_string(scalar));
}

bool is_key(const Value* value) { return value != nullptr && !value->is_object() && !value->is_array(); }

struct Ranked {
  Value item;
  std::ptrdiff_t patch_rank, live_rank;
};

}  // namespace

const Value* MergeKey::of(const Value& item) const { return of_maps ? item.find(name) : &item; }

bool same_scalar(const Value& a, const Value& b) {
  return a.kind() == b.kind() && !a.is_object() && !a.is_array() && json::equal(a, b);
}

Status no_merge_key(const Value& item, std::string_view key) {
  return Status(
      500, "",
      "map: " + meta::go_value_text(item) + " does not contain declared merge key: " + std::string(key));
}

KeyIndex::KeyIndex(const Items& items, MergeKey key) : key_(key) {
  for (std::size_t i = 0; i < items.size(); ++i) add(items[i], i);
}

std::ptrdiff_t KeyIndex::find(const Value& wanted) const {
  const Value* key = key_.of(wanted);
  if (!is_key(key)) return -1;
  auto found = positions_.find(spelt(*key));
  return found == positions_.end() ? -1 : found->second;
}

bool KeyIndex::add(const Value& item, std::size_t position) {
  const Value* key = key_.of(item);
  return is_key(key) && positions_.try_emplace(spelt(*key), static_cast<std::ptrdiff_t>(position)).second;
}

Result<Items> in_order(const Items& merged, const Items& patch_order, const Items& live,
                       const MergeKey& key) {
  std::vector<Ranked> patched, others;
  KeyIndex in_patch(patch_order, key), in_live(live, key);
  for (const Value& item : merged) {
    if (key.of_maps && !item.is_object()) {
      return std::unexpected(Status(
          500, "",
          "expected a map[string]interface {}, but received a " + std::string(meta::go_type_name(item))));
    }
    if (key.of(item) == nullptr) return std::unexpected(no_merge_key(item, key.name));
    Ranked ranked{item, in_patch.find(item), in_live.find(item)};
    (ranked.patch_rank >= 0 ? patched : others).push_back(ranked);
  }
  std::ranges::sort(patched, [](const Ranked& a, const Ranked& b) { return a.patch_rank < b.patch_rank; });
  std::ranges::sort(others, [](const Ranked& a, const Ranked& b) { return a.live_rank < b.live_rank; });
  Items ordered;
  ordered.reserve(merged.size());
  std::size_t i = 0, j = 0;
  while (i < others.size() || j < patched.size()) {
    bool other = j == patched.size();
    if (!other && i < others.size()) {
      auto left = others[i].live_rank, right = patched[j].live_rank;
      other = left >= 0 && right >= 0 && left < right;
    }
    ordered.push_back(other ? others[i++].item : patched[j++].item);
  }
  return ordered;
}

}  // namespace pedalion::patch
