#pragma once
// Empty lists and maps of fields that are always written: protobuf has no word for them, so they come back as
// null from the store of kinds that Kubernetes stores as protobuf.
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/schema/type.h"

namespace pedalion::registry::builtin::defaults {

/// Where such fields are in the objects of one kind. Immutable, any thread.
class Empties {
 public:
  explicit Empties(const schema::Type& kind);
  ~Empties();

  /// Writes null for them, in all of `object`, which is shaped for the kind.
  void set_null(json::Value& object) const;

 private:
  struct Node;
  /// Null when there are none in the type and within it.
  const Node* node_of(const schema::Type& type);
  static void run(const Node& node, json::Value& object);

  std::unordered_map<const schema::Type*, std::unique_ptr<Node>> nodes_;
  const Node* root_ = nullptr;
};

}  // namespace pedalion::registry::builtin::defaults
