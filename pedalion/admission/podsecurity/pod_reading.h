#pragma once
// How checks read a pod, and how they word what they find.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pedalion/admission/podsecurity/checks.h"

namespace pedalion::admission::podsecurity {

using Names = std::vector<std::string>;
using SortedNames = std::set<std::string, std::less<>>;

/// Init containers, containers, ephemeral containers.
template <class Visit>
void visit_containers(const PodParts& pod, Visit visit) {
  for (std::string_view list : {"initContainers", "containers", "ephemeralContainers"}) {
    const json::Value* containers = pod.spec->find(list);
    if (containers == nullptr) continue;
    for (const json::Value& container : containers->items()) visit(container);
  }
}

inline std::string name_of(const json::Value& item) { return std::string(item.string_at({"name"})); }

/// The names of the containers that `is_bad`.
template <class Predicate>
Names bad_containers(const PodParts& pod, Predicate is_bad) {
  Names names;
  visit_containers(pod, [&](const json::Value& container) {
    if (is_bad(container)) names.push_back(name_of(container));
  });
  return names;
}

inline bool is_true(const json::Value* value) { return value != nullptr && value->bool_or(false); }
inline bool is_false(const json::Value* value) {
  return value != nullptr && value->is_bool() && !value->as_bool();
}
inline bool is_windows(const PodParts& pod) { return pod.spec->string_at({"os", "name"}) == "windows"; }
/// In a user namespace root is nobody outside.
inline bool has_user_namespace(const PodParts& pod) { return is_false(pod.spec->find("hostUsers")); }

/// `"a", "b"`.
template <class Items>
std::string quoted(const Items& items) {
  std::string text;
  for (const auto& item : items) text.append(text.empty() ? "\"" : ", \"").append(item).append("\"");
  return text;
}
template <class Items>
std::string joined(const Items& items, std::string_view between) {
  std::string text;
  for (const auto& item : items) {
    if (!text.empty()) text += between;
    text += item;
  }
  return text;
}
inline std::string_view plural(std::size_t count, std::string_view one, std::string_view many) {
  return count == 1 ? one : many;
}
/// `container "a"`, `containers "a", "b"`.
inline std::string containers_text(const Names& names) {
  return std::string(plural(names.size(), "container", "containers")) + " " + quoted(names);
}

/// `pod`, `pod and container "a"`: who sets what is forbidden; empty when nobody does.
inline std::string setters_text(bool pod, const Names& containers) {
  std::string text = pod ? "pod" : "";
  if (containers.empty()) return text;
  return text + (pod ? " and " : "") + containers_text(containers);
}

}  // namespace pedalion::admission::podsecurity
