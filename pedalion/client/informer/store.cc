#include "pedalion/client/informer/store.h"

namespace pedalion::client::informer {

void Store::add_index(std::string name, KeysOf keys_of) {
  Index& added = indexes_.emplace_back(std::move(name), std::move(keys_of));
  for (const auto& [_, objects] : namespaces_) {
    for (const Entry& entry : objects) index(added, entry);
  }
}

bool Store::has_index(std::string_view name) const { return index_named(name) != nullptr; }

Store::Index* Store::index_named(std::string_view name) {
  for (Index& index : indexes_) {
    if (index.name == name) return &index;
  }
  return nullptr;
}

void Store::index(Index& index, const Entry& entry) {
  keys_.clear();
  index.keys_of(entry.object, keys_);
  for (std::string& key : keys_) index.entries[std::move(key)].insert(&entry);
}

void Store::unindex(const Entry& entry) {
  for (Index& index : indexes_) {
    keys_.clear();
    index.keys_of(entry.object, keys_);
    for (const std::string& key : keys_) {
      auto found = index.entries.find(key);
      if (found == index.entries.end()) continue;
      found->second.erase(&entry);
      if (found->second.empty()) index.entries.erase(found);
    }
  }
}

const Store::Entry* Store::find(std::string_view namespace_name, std::string_view name) const {
  auto objects = namespaces_.find(namespace_name);
  if (objects == namespaces_.end()) return nullptr;
  auto entry = objects->second.find(name);
  return entry == objects->second.end() ? nullptr : &*entry;
}

std::pair<const Store::Entry*, Store::Change> Store::place(api::Object object) {
  auto objects = namespaces_.find(object.namespace_());
  if (objects == namespaces_.end()) {
    objects = namespaces_.emplace(std::string(object.namespace_()), Objects()).first;
  }
  Change change{{}, object};
  auto entry = objects->second.find(object.name());
  if (entry == objects->second.end()) {
    entry = objects->second.insert({std::move(object)}).first;
    ++size_;
  } else {
    unindex(*entry);
    change.before = std::exchange(entry->object, std::move(object));
  }
  for (Index& each : indexes_) index(each, *entry);
  return {&*entry, std::move(change)};
}

Store::Change Store::put(api::Object object) { return place(std::move(object)).second; }

Store::Change Store::remove(std::string_view namespace_name, std::string_view name) {
  auto objects = namespaces_.find(namespace_name);
  if (objects == namespaces_.end()) return {};
  auto entry = objects->second.find(name);
  if (entry == objects->second.end()) return {};
  unindex(*entry);
  Change change{entry->object, {}};
  objects->second.erase(entry);
  if (objects->second.empty()) namespaces_.erase(objects);
  --size_;
  return change;
}

void Store::replace(std::vector<api::Object> objects, const std::function<void(const Change&)>& visit) {
  for (api::Object& object : objects) {
    const Entry* known = find(object.namespace_(), object.name());
    if (known != nullptr && known->object.resource_version() == object.resource_version() &&
        known->object.uid() == object.uid()) {
      known->kept = true;
      continue;
    }
    auto [entry, change] = place(std::move(object));
    entry->kept = true;
    visit(change);
  }
  std::vector<api::Object> gone;
  for (const auto& [_, in_namespace] : namespaces_) {
    for (const Entry& entry : in_namespace) {
      if (!std::exchange(entry.kept, false)) gone.push_back(entry.object);
    }
  }
  for (const api::Object& object : gone) visit(remove(object.namespace_(), object.name()));
}

api::Object Store::get(std::string_view namespace_name, std::string_view name) const {
  const Entry* entry = find(namespace_name, name);
  return entry == nullptr ? api::Object() : entry->object;
}

std::vector<api::Object> Store::list() const {
  std::vector<api::Object> all;
  all.reserve(size_);
  for (const auto& [_, objects] : namespaces_) {
    for (const Entry& entry : objects) all.push_back(entry.object);
  }
  return all;
}

std::vector<api::Object> Store::list(std::string_view namespace_name) const {
  std::vector<api::Object> all;
  auto objects = namespaces_.find(namespace_name);
  if (objects == namespaces_.end()) return all;
  all.reserve(objects->second.size());
  for (const Entry& entry : objects->second) all.push_back(entry.object);
  return all;
}

std::vector<api::Object> Store::by_index(std::string_view index, std::string_view key) const {
  std::vector<api::Object> all;
  const Index* named = index_named(index);
  if (named == nullptr) return all;
  auto found = named->entries.find(key);
  if (found == named->entries.end()) return all;
  for (const Entry* entry : found->second) all.push_back(entry->object);
  return all;
}

}  // namespace pedalion::client::informer
