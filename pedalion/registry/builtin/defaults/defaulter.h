#pragma once
// Defaulting: what a kind's declaration gives (default=…), what tables say of types, and small functions for
// what depends on other fields; one walk over an object, only where something may be filled in.
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pedalion/registry/builtin/defaults/filler.h"

namespace pedalion::registry::builtin::defaults {

/// A type's field gets this when it is unset. `json` is a scalar, {} or [].
struct TypeDefault {
  std::string_view type;  // "core/v1.PodSpec"
  std::string_view field, json;
};

/// What a table cannot say of a type. Called before what lies within the struct is looked at.
struct TypeHook {
  std::string_view type;
  void (*apply)(Filler& object);
};

// The tables, one source a family.
std::span<const TypeDefault> core_defaults();
std::span<const TypeDefault> pod_defaults();
std::span<const TypeDefault> group_defaults();
std::span<const TypeHook> core_hooks();
std::span<const TypeHook> pod_hooks();
std::span<const TypeHook> group_hooks();

/// The defaults of one kind, ready to be applied. Immutable, any thread. Made once a kind: 50 µs or so.
class Defaulter {
 public:
  explicit Defaulter(const schema::Type& kind);
  ~Defaulter();

  /// `object` is shaped for the kind. Idempotent.
  void apply(Value& object, json::Arena& arena) const;

 private:
  struct Node;
  /// Null when nothing of the type, or within it, has a default.
  Node* node_of(const schema::Type& type);
  bool leads_to_defaults(const schema::Type& type, std::vector<const schema::Type*>& open) const;
  static void run(const Node& node, Value& object, json::Arena& arena);

  std::unordered_map<const schema::Type*, std::unique_ptr<Node>> nodes_;
  Node* root_ = nullptr;
};

}  // namespace pedalion::registry::builtin::defaults
