#pragma once
// A set of fields of an object (FieldsV1) as a packed trie: one sorted array, linear set operations.
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/managedfields/path_element.h"
#include "pedalion/base/status.h"

namespace pedalion::managedfields {

/// Borrows the text of its elements: what it was made from (a document's arena, literals) must outlive it.
/// Movable, copyable; a node takes 16 bytes.
class FieldSet {
 public:
  struct Node {
    const char* text = nullptr;
    std::uint32_t length = 0;
    std::uint32_t size : 31 = 1;   // nodes of its subtree, itself included
    std::uint32_t member : 1 = 0;  // itself in the set; else only something below it
    Element element() const { return {text, length}; }
  };

  FieldSet() = default;
  /// From paths of elements that outlive it, in any order: of_paths({{"f:status"}, {"f:metadata",
  /// "f:finalizers"}}).
  static FieldSet of_paths(std::initializer_list<std::initializer_list<Element>> paths);
  /// Reads the FieldsV1 form, a tree or text; what has to be spelt anew is put into `arena`. Fails as
  /// Kubernetes does.
  static Result<FieldSet> parse(const json::Value& fields, json::Arena& arena);

  bool empty() const { return nodes_.empty(); }
  /// Elements in order, each followed by those below it.
  std::span<const Node> nodes() const { return nodes_; }

  /// The FieldsV1 form, as text (Value::raw) in `arena`.
  json::Value to_json(json::Arena& arena) const;

  /// Takes away what is in `other`.
  void subtract(const FieldSet& other);

  /// Is exactly this path in the set?
  bool has(std::initializer_list<Element> path) const;
  /// `.spec.containers[name="c"].image` of every path in the set; at each level first what is in the set
  /// itself, then what is below (the order in which conflicts are reported).
  std::vector<std::string> path_texts() const;
  bool operator==(const FieldSet& other) const;

 private:
  friend class FieldSetBuilder;
  std::vector<Node> nodes_;
};

/// Is all of b in a?
bool covers(const FieldSet& a, const FieldSet& b);
FieldSet set_union(const FieldSet& a, const FieldSet& b);
FieldSet intersection(const FieldSet& a, const FieldSet& b);
/// What is in a and not in b.
FieldSet difference(const FieldSet& a, const FieldSet& b);
/// The same, and nothing below what is in b.
FieldSet recursive_difference(FieldSet a, const FieldSet& b);

/// Builds a set in order: open, add or leave children, close. Elements must come sorted at each level, each
/// once.
class FieldSetBuilder {
 public:
  FieldSetBuilder();
  ~FieldSetBuilder();
  FieldSetBuilder(const FieldSetBuilder&) = delete;
  FieldSetBuilder& operator=(const FieldSetBuilder&) = delete;
  void open(Element element) {
    open_.push_back(static_cast<std::uint32_t>(nodes_.size()));
    nodes_.push_back({.text = element.data(), .length = static_cast<std::uint32_t>(element.size())});
  }
  /// The open element is in the set.
  void mark() { nodes_[open_.back()].member = 1; }
  /// Closes the open element; it vanishes when neither it nor anything below it is in the set.
  void close();
  void leaf(Element element) {
    open(element);
    mark();
    close();
  }
  /// Appends nodes of another set, a whole subtree or several.
  void copy(std::span<const FieldSet::Node> nodes);
  /// As large as it has to be.
  FieldSet finish();
  /// In the room that `set` has.
  void finish_in(FieldSet& set);

 private:
  // The thread's, as they were left by another builder: they have room already.
  std::vector<FieldSet::Node> nodes_;
  std::vector<std::uint32_t> open_;
};

}  // namespace pedalion::managedfields
