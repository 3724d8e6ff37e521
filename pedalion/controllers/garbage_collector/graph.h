#pragma once
// Who owns whom: the objects of a cluster as a graph, and which of them have to be looked at after a change.
// Pure: it knows no server.
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "pedalion/controllers/garbage_collector/metadata.h"

namespace pedalion::controllers::garbage_collector {

/// Coordinates of an object. One that was only read of in a reference has the namespace of who refers to it.
struct Identity {
  std::string api_version, kind, namespace_name, name, uid;
  bool operator==(const Identity&) const = default;
};

/// An object, or one that is referred to and has not been seen (virtual).
struct Node {
  const std::pair<std::string, std::string>* type = nullptr;  // apiVersion and kind
  std::string namespace_name, name;
  const std::string* uid = nullptr;
  bool seen = false, deleted = false, deleting_dependents = false;
  std::vector<OwnerReference> owners;
  std::unique_ptr<std::unordered_set<Node*>> dependents;  // null: none

  Identity identity() const { return {type->first, type->second, namespace_name, name, *uid}; }
  /// Those whose reference holds up the end of this one.
  std::vector<const Node*> blocking_dependents() const;
  bool has_dependents() const { return dependents != nullptr && !dependents->empty(); }
};

/// A reference to an owner that lies in another namespace.
struct InvalidReference {
  Identity dependent;
  OwnerReference owner;
};

/// What a change asks for, in its order; names (uids) may repeat.
struct Work {
  std::vector<std::string> attempt_to_delete;
  std::vector<std::string> retry;  // as attempt_to_delete, but not at once
  std::vector<std::string> orphan_dependents;
  std::vector<Identity> absent;  // are known not to exist, and are referred to
  std::vector<InvalidReference> invalid;
};

/// Not thread-safe. The methods that take a change append to `work` what it asks for.
class Graph {
 public:
  /// An object as it is now, seen in a list or a watch.
  void observe(const Metadata& object, Work& work);
  /// Its end has been seen.
  void removed(std::string_view uid, Work& work);
  /// Of the objects of a kind there are just these; `uids` are sorted.
  void only(std::string_view api_version, std::string_view kind, const std::vector<std::string>& uids,
            Work& work);
  /// The server says that there is no such object.
  void absent(const Identity& identity, Work& work);

  /// Null when unknown. Until the next change.
  const Node* find(std::string_view uid) const;
  std::size_t size() const { return nodes_.size(); }

 private:
  Node& node_of(std::string_view uid);
  const std::pair<std::string, std::string>* type_of(std::string_view api_version, std::string_view kind);
  void add_to_owners(Node& node, const std::vector<OwnerReference>& owners, Work& work);
  void remove_from_owners(Node& node, const std::vector<OwnerReference>& owners);
  void now_seen(Node& node, const Metadata& object, Work& work);
  void change_owners(Node& node, const std::vector<OwnerReference>& owners, Work& work);
  void transitions(Node& node, const Metadata& object, bool waiting_before, Work& work);
  void remove(Node& node, const Identity& identity, Work& work);
  /// Whether a virtual node goes; asks for what is to be done if it does not.
  bool virtual_node_goes(Node& node, const Identity& absent, Work& work);

  std::unordered_map<std::string, Node> nodes_;  // by uid; nodes stay where they are
  std::unordered_set<const Node*> orphaning_;    // are deleted and have the finalizer orphan
  std::set<std::pair<std::string, std::string>> types_;
};

}  // namespace pedalion::controllers::garbage_collector
