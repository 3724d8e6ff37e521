#include "pedalion/watchcache/tree.h"

#include <algorithm>
#include <cassert>
#include <span>

namespace pedalion::watchcache {
namespace {

// A change copies a node of each level, and copying an entry touches the object or node it refers to, which
// often lies in no cache: small nodes make writes quick.
constexpr std::size_t kMaxEntries = 32;
constexpr std::size_t kFilledEntries = 24;  // of nodes made in bulk
constexpr std::size_t kMinEntries = 8;      // smaller neighbours are joined

}  // namespace

/// A leaf has objects, an inner node has children; never both, never neither.
struct Tree::Node {
  struct Child {
    std::string_view first;  // the least key below it, which lives as long as the child
    NodePtr node;
  };
  std::vector<Child> children;
  std::vector<ObjectPtr> objects;
  std::size_t size = 0;  // objects below

  bool leaf() const { return children.empty(); }
  std::size_t entries() const { return leaf() ? objects.size() : children.size(); }
  std::string_view first() const {
    return leaf() ? std::string_view(objects.front()->key) : children.front().first;
  }

  static NodePtr of(std::vector<ObjectPtr> objects) {
    auto node = std::make_shared<Node>();
    node->size = objects.size();
    node->objects = std::move(objects);
    return node;
  }
  static NodePtr of(std::vector<Child> children) {
    auto node = std::make_shared<Node>();
    for (const Child& child : children) node->size += child.node->size;
    node->children = std::move(children);
    return node;
  }

  std::size_t object_from(std::string_view key) const {
    auto found = std::ranges::lower_bound(
        objects, key, {}, [](const ObjectPtr& object) -> std::string_view { return object->key; });
    return static_cast<std::size_t>(found - objects.begin());
  }
  /// The child that would hold `key`.
  std::size_t child_for(std::string_view key) const {
    auto after = std::ranges::upper_bound(children, key, {}, &Child::first);
    return after == children.begin() ? 0 : static_cast<std::size_t>(after - children.begin()) - 1;
  }
};

namespace {

using Node = Tree::Node;
using NodePtr = Tree::NodePtr;
using Child = Node::Child;
using Edits = std::span<const Tree::Edit>;

/// Cuts `entries` into nodes of about equal size; none for no entries.
template <class Entry>
void emit(std::vector<Entry> entries, std::size_t most, std::vector<Child>& out) {
  if (entries.empty()) return;
  if (entries.size() <= most) {
    entries.shrink_to_fit();
    NodePtr node = Node::of(std::move(entries));
    out.push_back({node->first(), node});
    return;
  }
  std::size_t nodes = (entries.size() + kFilledEntries - 1) / kFilledEntries;
  for (std::size_t index = 0; index < nodes; ++index) {
    auto begin = entries.begin() + static_cast<std::ptrdiff_t>(entries.size() * index / nodes);
    auto end = entries.begin() + static_cast<std::ptrdiff_t>(entries.size() * (index + 1) / nodes);
    NodePtr node = Node::of(std::vector<Entry>(std::make_move_iterator(begin), std::make_move_iterator(end)));
    out.push_back({node->first(), node});
  }
}

std::vector<ObjectPtr> merged(const std::vector<ObjectPtr>& objects, Edits edits) {
  std::vector<ObjectPtr> result;
  result.reserve(objects.size() + edits.size());
  auto at = objects.begin();
  for (const Tree::Edit& edit : edits) {
    while (at != objects.end() && (*at)->key < edit.key) result.push_back(*at++);
    if (at != objects.end() && (*at)->key == edit.key) ++at;
    if (edit.object) result.push_back(edit.object);
  }
  result.insert(result.end(), at, objects.end());
  return result;
}

/// Joins each small node with its neighbour, so that removals do not leave a tree of crumbs.
void join_small(std::vector<Child>& children) {
  std::vector<Child> joined;
  for (Child& child : children) {
    const Node* last = joined.empty() ? nullptr : joined.back().node.get();
    bool small = last != nullptr && std::min(last->entries(), child.node->entries()) < kMinEntries;
    if (!small || last->entries() + child.node->entries() > kFilledEntries) {
      joined.push_back(std::move(child));
      continue;
    }
    NodePtr both;
    if (last->leaf()) {
      auto objects = last->objects;
      objects.insert(objects.end(), child.node->objects.begin(), child.node->objects.end());
      both = Node::of(std::move(objects));
    } else {
      auto grandchildren = last->children;
      grandchildren.insert(grandchildren.end(), child.node->children.begin(), child.node->children.end());
      both = Node::of(std::move(grandchildren));
    }
    joined.back() = {both->first(), both};
  }
  children = std::move(joined);
}

/// Appends to `out` the nodes that take the place of `node`.
void edit_node(const Node& node, Edits edits, std::vector<Child>& out) {
  if (node.leaf()) return emit(merged(node.objects, edits), kMaxEntries, out);
  std::vector<Child> children;
  children.reserve(node.children.size() + 2);
  bool shrunk = false;
  for (std::size_t index = 0; index < node.children.size(); ++index) {
    const Child& child = node.children[index];
    auto end = edits.end();
    if (index + 1 < node.children.size()) {
      end = std::ranges::lower_bound(edits, node.children[index + 1].first, {}, &Tree::Edit::key);
    }
    Edits mine(edits.begin(), end);
    edits = Edits(end, edits.end());
    if (mine.empty()) {
      children.push_back(child);
      continue;
    }
    std::size_t before = children.size();
    edit_node(*child.node, mine, children);
    shrunk |= children.size() == before || children.back().node->entries() < kMinEntries;
  }
  if (shrunk) join_small(children);
  emit(std::move(children), kMaxEntries, out);
}

/// Adds levels until there is one node, and takes away those that lead to one node only.
NodePtr root_of(std::vector<Child> nodes) {
  if (nodes.empty()) return nullptr;
  while (nodes.size() > 1) {
    std::vector<Child> above;
    emit(std::move(nodes), kMaxEntries, above);
    nodes = std::move(above);
  }
  NodePtr root = std::move(nodes.front().node);
  while (root->children.size() == 1) root = NodePtr(root->children.front().node);
  return root;
}

const ObjectPtr kNone;

}  // namespace

Tree Tree::build(std::vector<ObjectPtr> objects) {
  std::vector<Child> leaves;
  emit(std::move(objects), kFilledEntries, leaves);
  return Tree(root_of(std::move(leaves)));
}

Tree Tree::with(const std::vector<Edit>& edits) const {
  if (edits.empty()) return *this;
  std::vector<Child> nodes;
  if (root_) {
    edit_node(*root_, edits, nodes);
  } else {
    emit(merged({}, edits), kFilledEntries, nodes);
  }
  return Tree(root_of(std::move(nodes)));
}

std::size_t Tree::size() const { return root_ ? root_->size : 0; }

const ObjectPtr& Tree::find(std::string_view key) const {
  const Node* node = root_.get();
  if (node == nullptr) return kNone;
  while (!node->leaf()) node = node->children[node->child_for(key)].node.get();
  std::size_t index = node->object_from(key);
  return index < node->objects.size() && node->objects[index]->key == key ? node->objects[index] : kNone;
}

std::size_t Tree::rank(std::string_view key) const {
  std::size_t rank = 0;
  const Node* node = root_.get();
  if (node == nullptr) return 0;
  while (!node->leaf()) {
    std::size_t index = node->child_for(key);
    for (std::size_t before = 0; before < index; ++before) rank += node->children[before].node->size;
    node = node->children[index].node.get();
  }
  return rank + node->object_from(key);
}

Tree::Cursor Tree::seek(std::string_view key) const {
  Cursor cursor;
  const Node* node = root_.get();
  if (node == nullptr) return cursor;
  for (; !node->leaf();
       node =
           cursor.path_[cursor.depth_ - 1].node->children[cursor.path_[cursor.depth_ - 1].index].node.get()) {
    cursor.path_[cursor.depth_++] = {node, node->child_for(key)};
  }
  cursor.path_[cursor.depth_++] = {node, node->object_from(key)};
  if (cursor.path_[cursor.depth_ - 1].index == node->objects.size()) {
    --cursor.path_[cursor.depth_ - 1].index;
    cursor.advance();
  }
  return cursor;
}

const ObjectPtr& Tree::Cursor::object() const {
  const Place& place = path_[depth_ - 1];
  return place.node->objects[place.index];
}

void Tree::Cursor::advance() {
  std::size_t leaf_depth = depth_;
  while (depth_ > 0 && ++path_[depth_ - 1].index == path_[depth_ - 1].node->entries()) --depth_;
  if (depth_ == 0) return;
  while (depth_ < leaf_depth) {
    const Place& place = path_[depth_ - 1];
    path_[depth_++] = {place.node->children[place.index].node.get(), 0};
  }
}

std::string after_prefix(std::string_view prefix) {
  std::string after(prefix);
  while (!after.empty() && static_cast<unsigned char>(after.back()) == 0xff) after.pop_back();
  if (!after.empty()) after.back() = static_cast<char>(static_cast<unsigned char>(after.back()) + 1);
  return after;
}

}  // namespace pedalion::watchcache
