#include <algorithm>

#include "pedalion/watchcache/cache.h"
#include "pedalion/watchcache/change.h"

namespace pedalion::watchcache {

bool Selection::matches(const Object& object, const std::vector<std::string>& field_names) const {
  return (single ? object.key == prefix : object.key.starts_with(prefix)) && selects(object, field_names);
}

bool Selection::selects(const Object& object, const std::vector<std::string>& field_names) const {
  if (!labels.empty() && !labels.matches(object.labels)) return false;
  if (fields.empty()) return true;
  return fields.matches([&](std::string_view field) -> std::string_view {
    if (field == "metadata.name") return object.name;
    if (field == "metadata.namespace") return object.ns;
    auto found = std::ranges::find(field_names, field);
    auto index = static_cast<std::size_t>(found - field_names.begin());
    return index < object.fields.size() ? object.fields[index] : std::string_view();
  });
}

std::optional<WatchEvent::Type> type_for(const Change& change, const Selection& selection,
                                         const std::vector<std::string>& field_names) {
  bool was = change.previous && selection.matches(*change.previous, field_names);
  bool is = change.object && selection.matches(*change.object, field_names);
  if (is) return was ? WatchEvent::Type::kModified : WatchEvent::Type::kAdded;
  if (was) return WatchEvent::Type::kDeleted;
  return std::nullopt;
}

}  // namespace pedalion::watchcache
