#pragma once
// An ordered set of objects by key, of which every version stays as it is: changing makes a new version that
// shares what did not change.
#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "pedalion/watchcache/object.h"

namespace pedalion::watchcache {

/// A value: copying it is taking a snapshot, for one reference count. A B+ tree; a change of one key copies a
/// node of each level (four of them hold 300,000 objects). Thread-safe as far as immutable things are.
class Tree {
 public:
  /// What becomes of a key: its new object, or null to remove it.
  struct Edit {
    std::string_view key;  // lives as long as the call
    ObjectPtr object;
  };

  Tree() = default;
  /// `objects` are sorted by key.
  static Tree build(std::vector<ObjectPtr> objects);
  /// `edits` are sorted by key, one a key.
  Tree with(const std::vector<Edit>& edits) const;

  std::size_t size() const;
  /// Null when there is none.
  const ObjectPtr& find(std::string_view key) const;
  /// How many keys are less than `key`.
  std::size_t rank(std::string_view key) const;

  class Cursor;
  /// At the first key that is not less than `key`. The cursor borrows the tree.
  Cursor seek(std::string_view key) const;

  struct Node;
  using NodePtr = std::shared_ptr<const Node>;

 private:
  explicit Tree(NodePtr root) : root_(std::move(root)) {}
  NodePtr root_;  // null: empty
};

/// Walks a tree in key order.
class Tree::Cursor {
 public:
  bool valid() const { return depth_ > 0; }
  const ObjectPtr& object() const;
  void advance();

 private:
  friend class Tree;
  static constexpr std::size_t kMaxDepth = 12;
  struct Place {
    const Node* node;
    std::size_t index;
  };
  std::array<Place, kMaxDepth> path_;
  std::size_t depth_ = 0;
};

/// The least key that is greater than all that begin with `prefix`; empty when there is none.
std::string after_prefix(std::string_view prefix);

}  // namespace pedalion::watchcache
