#include "pedalion/apimachinery/managedfields/scale.h"

#include <algorithm>

namespace pedalion::managedfields {
namespace {

const FieldSet& replicas() {
  static const FieldSet kReplicas = FieldSet::of_paths({{"f:spec", "f:replicas"}});
  return kReplicas;
}

bool owns_replicas(const Entry& entry) { return entry.fields.has({"f:spec", "f:replicas"}); }

}  // namespace

Entries scale_entries(const Entries& parent) {
  Entries entries;
  for (const Entry& entry : parent) {
    if (!owns_replicas(entry)) continue;
    Entry& owner = entries.emplace_back(entry);
    owner.set_fields(replicas());
    owner.api_version = kScaleVersion;
  }
  return entries;
}

Entries parent_entries(Entries parent, Entries scale, std::string_view api_version) {
  Entries entries;
  for (Entry& entry : parent) {
    // Appliers are the same in all versions; of updaters what the Scale knows is added anew.
    Entry* still = owns_replicas(entry) ? find_manager(scale, entry) : nullptr;
    if (still != nullptr) {
      scale.erase(scale.begin() + (still - scale.data()));
    } else {
      entry.set_fields(difference(entry.fields, replicas()));
    }
    if (!entry.fields.empty()) entries.push_back(std::move(entry));
  }
  for (Entry& owner : scale) {
    if (!owns_replicas(owner)) continue;
    owner.api_version = api_version;
    owner.set_fields(replicas());
    owner.time_seconds.reset();
    if (Entry* known = find_manager(entries, owner)) {
      known->set_fields(set_union(known->fields, owner.fields));
    } else {
      entries.push_back(std::move(owner));
    }
  }
  return entries;
}

}  // namespace pedalion::managedfields
