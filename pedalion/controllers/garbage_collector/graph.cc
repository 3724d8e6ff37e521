#include "pedalion/controllers/garbage_collector/graph.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace pedalion::controllers::garbage_collector {
namespace {

const OwnerReference* reference_to(const std::vector<OwnerReference>& owners, std::string_view uid) {
  auto found = std::ranges::find(owners, uid, &OwnerReference::uid);
  return found == owners.end() ? nullptr : &*found;
}

bool names(const OwnerReference& reference, const Node& node) {
  return reference.api_version == node.type->first && reference.kind == node.type->second &&
         reference.name == node.name && reference.uid == *node.uid;
}

/// Whether each reference of `dependent` to that uid means just this object.
bool means(const Node& dependent, const Identity& owner) {
  if (!owner.namespace_name.empty() && dependent.namespace_name != owner.namespace_name) return false;
  bool found = false;
  for (const auto& reference : dependent.owners) {
    if (reference.uid != owner.uid) continue;
    if (reference.api_version != owner.api_version || reference.kind != owner.kind ||
        reference.name != owner.name) {
      return false;
    }
    found = true;
  }
  return found;
}

std::vector<Node*> sorted_dependents(const Node& node) {
  std::vector<Node*> result;
  if (node.dependents == nullptr) return result;
  result.assign(node.dependents->begin(), node.dependents->end());
  std::ranges::sort(result, {}, [](const Node* dependent) -> const std::string& { return *dependent->uid; });
  return result;
}

/// As which of the other objects a virtual one may be known to those who refer to it; by the order of their
/// coordinates, beginning again after the last.
const OwnerReference* another_identity(const std::vector<Node*>& dependents, const Identity& tried,
                                       std::string& namespace_name) {
  using Coordinates = std::tuple<std::string_view, std::string_view, std::string_view, std::string_view>;
  Coordinates last(tried.api_version, tried.kind, tried.namespace_name, tried.name);
  const OwnerReference *first = nullptr, *next = nullptr;
  Coordinates of_first, of_next;
  for (const Node* dependent : dependents) {
    for (const auto& reference : dependent->owners) {
      if (reference.uid != tried.uid) continue;
      Coordinates here(reference.api_version, reference.kind, dependent->namespace_name, reference.name);
      if (here == last) continue;
      if (first == nullptr || here < of_first) first = &reference, of_first = here;
      if (here > last && (next == nullptr || here < of_next)) next = &reference, of_next = here;
    }
  }
  if (next != nullptr) first = next, of_first = of_next;
  if (first != nullptr) namespace_name = std::get<2>(of_first);
  return first;
}

}  // namespace

std::vector<const Node*> Node::blocking_dependents() const {
  std::vector<const Node*> result;
  for (const Node* dependent : sorted_dependents(*this)) {
    const auto* reference = reference_to(dependent->owners, *uid);
    if (reference != nullptr && reference->blocks_deletion) result.push_back(dependent);
  }
  return result;
}

const Node* Graph::find(std::string_view uid) const {
  auto found = nodes_.find(std::string(uid));
  return found == nodes_.end() ? nullptr : &found->second;
}

Node& Graph::node_of(std::string_view uid) {
  auto [at, made] = nodes_.try_emplace(std::string(uid));
  if (made) at->second.uid = &at->first;
  return at->second;
}

const std::pair<std::string, std::string>* Graph::type_of(std::string_view api_version,
                                                          std::string_view kind) {
  return &*types_.emplace(api_version, kind).first;
}

void Graph::add_to_owners(Node& node, const std::vector<OwnerReference>& owners, Work& work) {
  bool doubtful = false;
  for (const auto& reference : owners) {
    bool known = nodes_.contains(reference.uid);
    Node& owner = node_of(reference.uid);
    if (!known) {
      // The server will say whether it is there at all.
      owner.type = type_of(reference.api_version, reference.kind);
      owner.name = reference.name;
      owner.namespace_name = node.namespace_name;
      work.attempt_to_delete.push_back(reference.uid);
    }
    if (!owner.dependents) owner.dependents = std::make_unique<std::unordered_set<Node*>>();
    owner.dependents->insert(&node);
    if (!known || doubtful) continue;
    bool same_namespace = owner.namespace_name == node.namespace_name;
    if (!owner.namespace_name.empty() && !same_namespace) {
      if (owner.seen) work.invalid.push_back({node.identity(), reference});
      doubtful = true;
    } else if (!names(reference, owner) || (!same_namespace && !owner.seen)) {
      // The second: an object of the cluster and one in a namespace refer to an owner that nobody has seen.
      doubtful = true;
    }
  }
  if (doubtful) work.attempt_to_delete.push_back(*node.uid);
}

void Graph::remove_from_owners(Node& node, const std::vector<OwnerReference>& owners) {
  for (const auto& reference : owners) {
    auto owner = nodes_.find(reference.uid);
    if (owner == nodes_.end() || owner->second.dependents == nullptr) continue;
    owner->second.dependents->erase(&node);
    if (owner->second.dependents->empty()) owner->second.dependents.reset();
  }
}

void Graph::now_seen(Node& node, const Metadata& object, Work& work) {
  Identity seen{object.api_version, object.kind, object.namespace_name, object.name, object.uid};
  if (!node.seen && seen != node.identity()) {
    for (Node* dependent : sorted_dependents(node)) {
      if (means(*dependent, seen)) continue;
      if (!seen.namespace_name.empty() && dependent->namespace_name != seen.namespace_name) {
        work.invalid.push_back({dependent->identity(), *reference_to(dependent->owners, seen.uid)});
      }
      work.attempt_to_delete.push_back(*dependent->uid);
    }
    node.namespace_name = seen.namespace_name;
    node.name = seen.name;
  }
  node.type = type_of(object.api_version, object.kind);
  node.seen = true;
}

void Graph::change_owners(Node& node, const std::vector<OwnerReference>& owners, Work& work) {
  std::vector<OwnerReference> added, gone;
  for (const auto& reference : owners) {
    if (reference_to(node.owners, reference.uid) == nullptr) added.push_back(reference);
  }
  for (const auto& before : node.owners) {
    const auto* now = reference_to(owners, before.uid);
    if (now == nullptr) gone.push_back(before);
    // An owner that waited for this one need not any more.
    if (before.blocks_deletion && (now == nullptr || !now->blocks_deletion) && nodes_.contains(before.uid)) {
      work.attempt_to_delete.push_back(before.uid);
    }
  }
  node.owners = owners;
  add_to_owners(node, added, work);
  remove_from_owners(node, gone);
}

void Graph::transitions(Node& node, const Metadata& object, bool waiting_before, Work& work) {
  if (object.orphans_dependents()) {
    if (orphaning_.insert(&node).second) work.orphan_dependents.push_back(*node.uid);
    return;
  }
  orphaning_.erase(&node);
  if (!object.waits_for_dependents()) return;
  node.deleting_dependents = true;
  if (waiting_before) return;
  for (Node* dependent : sorted_dependents(node)) work.attempt_to_delete.push_back(*dependent->uid);
  work.attempt_to_delete.push_back(*node.uid);
}

void Graph::observe(const Metadata& object, Work& work) {
  bool known = nodes_.contains(object.uid);
  Node& node = node_of(object.uid);
  if (!known) {
    node.type = type_of(object.api_version, object.kind);
    node.namespace_name = object.namespace_name;
    node.name = object.name;
    node.seen = true;
    node.owners = object.owners;
    add_to_owners(node, node.owners, work);
  } else {
    now_seen(node, object, work);
    if (node.owners != object.owners) change_owners(node, object.owners, work);
  }
  bool waiting_before = node.deleting_dependents;
  node.deleted = node.deleted || object.deleted;
  transitions(node, object, waiting_before, work);
}

void Graph::remove(Node& node, const Identity& identity, Work& work) {
  std::vector<std::string> dependents;
  for (const Node* dependent : sorted_dependents(node)) {
    if (dependent != &node) dependents.push_back(*dependent->uid);  // one may own itself
  }
  auto owners = std::move(node.owners);
  remove_from_owners(node, owners);
  orphaning_.erase(&node);
  nodes_.erase(identity.uid);
  if (!dependents.empty()) work.absent.push_back(identity);
  std::ranges::move(dependents, std::back_inserter(work.attempt_to_delete));
  for (const auto& reference : owners) {
    const Node* owner = find(reference.uid);
    if (owner != nullptr && owner->deleting_dependents) work.attempt_to_delete.push_back(reference.uid);
  }
}

void Graph::removed(std::string_view uid, Work& work) {
  auto found = nodes_.find(std::string(uid));
  if (found != nodes_.end()) remove(found->second, found->second.identity(), work);
}

void Graph::only(std::string_view api_version, std::string_view kind, const std::vector<std::string>& uids,
                 Work& work) {
  std::vector<std::string> gone;
  const auto* type = type_of(api_version, kind);
  for (const auto& [uid, node] : nodes_) {
    if (node.seen && node.type == type && !std::ranges::binary_search(uids, uid)) gone.push_back(uid);
  }
  for (const auto& uid : gone) removed(uid, work);
}

bool Graph::virtual_node_goes(Node& node, const Identity& absent, Work& work) {
  std::vector<Node*> matching, others;
  for (Node* dependent : sorted_dependents(node))
    (means(*dependent, absent) ? matching : others).push_back(dependent);
  if (!node.seen && others.empty()) return true;
  if (node.seen && node.identity() == absent) return true;
  if (!matching.empty()) work.absent.push_back(absent);
  for (Node* dependent : matching) work.attempt_to_delete.push_back(*dependent->uid);
  if (node.seen || node.identity() != absent) return false;
  // Nobody has seen it; some know it by other coordinates: these are to be tried next.
  std::string namespace_name;
  if (const auto* other = another_identity(others, absent, namespace_name)) {
    node.type = type_of(other->api_version, other->kind);
    node.name = other->name;
    node.namespace_name = namespace_name;
    work.retry.push_back(absent.uid);
  }
  return false;
}

void Graph::absent(const Identity& identity, Work& work) {
  auto found = nodes_.find(identity.uid);
  if (found == nodes_.end()) return;
  if (virtual_node_goes(found->second, identity, work)) remove(found->second, identity, work);
}

}  // namespace pedalion::controllers::garbage_collector
