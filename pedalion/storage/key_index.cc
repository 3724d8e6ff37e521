#include "pedalion/storage/key_index.h"

#include <absl/container/btree_set.h>

#include <cstring>
#include <new>
#include <unordered_map>
#include <utility>

namespace pedalion::storage {

/// One allocation a key: the text follows the numbers.
class KeyIndex::Node {
 public:
  static Node* make(std::string_view key) {
    void* memory = ::operator new(sizeof(Node) + key.size());
    Node* node = new (memory) Node;
    node->size_ = static_cast<std::uint32_t>(key.size());
    std::memcpy(node + 1, key.data(), key.size());
    return node;
  }
  static void free(Node* node) { ::operator delete(node); }

  std::string_view key() const { return {reinterpret_cast<const char*>(this + 1), size_}; }

  Revision revision = 0;  // 0: only staged so far
  std::uint32_t expires = 0;

 private:
  std::uint32_t size_ = 0;
};

namespace {

using Node = KeyIndex::Node;

struct ByKey {
  using is_transparent = void;
  bool operator()(const Node* a, const Node* b) const { return a->key() < b->key(); }
  bool operator()(const Node* a, std::string_view b) const { return a->key() < b; }
  bool operator()(std::string_view a, const Node* b) const { return a < b->key(); }
};

/// A change that is not durable yet.
struct Staged {
  Node* node = nullptr;
  Revision revision = 0;  // 0: deleted
  std::uint32_t expires = 0;
};

}  // namespace

struct KeyIndex::Tables {
  absl::btree_set<Node*, ByKey> nodes;
  absl::btree_set<std::pair<std::uint32_t, Node*>> expiries;
  std::unordered_map<std::string_view, Staged> staged;  // views into the nodes

  ~Tables() {
    for (auto& [key, change] : staged) {
      if (change.node->revision == 0) Node::free(change.node);
    }
    for (Node* node : nodes) Node::free(node);
  }

  Node* find(std::string_view key) const {
    auto found = nodes.find(key);
    return found == nodes.end() ? nullptr : *found;
  }

  Staged& stage(std::string_view key) {
    if (auto found = staged.find(key); found != staged.end()) return found->second;
    Node* node = find(key);
    if (node == nullptr) node = Node::make(key);
    return staged.emplace(node->key(), Staged{.node = node}).first->second;
  }

  void set_expiry(Node* node, std::uint32_t expires) {
    if (node->expires == expires) return;
    if (node->expires != 0) expiries.erase({node->expires, node});
    if (expires != 0) expiries.insert({expires, node});
    node->expires = expires;
  }

  void apply(const Staged& change) {
    Node* node = change.node;
    bool exists = node->revision != 0;
    set_expiry(node, change.revision == 0 ? 0 : change.expires);
    if (change.revision == 0) {
      if (exists) nodes.erase(node);
      Node::free(node);
      return;
    }
    node->revision = change.revision;
    if (!exists) nodes.insert(node);
  }
};

KeyIndex::KeyIndex() : tables_(std::make_unique<Tables>()) {}
KeyIndex::~KeyIndex() = default;

KeyIndex::Found KeyIndex::find(std::string_view key) const {
  const Node* node = tables_->find(key);
  return node == nullptr ? Found{} : Found{node->revision, node->expires};
}

std::size_t KeyIndex::size() const { return tables_->nodes.size(); }

void KeyIndex::walk(std::string_view start,
                    const std::function<bool(std::string_view, Revision)>& visit) const {
  for (auto at = tables_->nodes.lower_bound(start); at != tables_->nodes.end(); ++at) {
    if (!visit((*at)->key(), (*at)->revision)) return;
  }
}

void KeyIndex::load(std::string_view key, Found entry) {
  Node* node = Node::make(key);
  node->revision = entry.revision;
  tables_->nodes.insert(tables_->nodes.end(), node);
  tables_->set_expiry(node, entry.expires);
}

Revision KeyIndex::staged(std::string_view key) const {
  if (!tables_->staged.empty()) {
    if (auto found = tables_->staged.find(key); found != tables_->staged.end()) return found->second.revision;
  }
  const Node* node = tables_->find(key);
  return node == nullptr ? 0 : node->revision;
}

void KeyIndex::stage_put(std::string_view key, Revision revision, std::uint32_t expires) {
  Staged& change = tables_->stage(key);
  change.revision = revision;
  change.expires = expires;
}

void KeyIndex::stage_delete(std::string_view key) {
  Staged& change = tables_->stage(key);
  change.revision = 0;
  change.expires = 0;
}

void KeyIndex::apply() {
  for (auto& [key, change] : tables_->staged) tables_->apply(change);
  tables_->staged.clear();
}

void KeyIndex::drop() {
  for (auto& [key, change] : tables_->staged) {
    if (change.node->revision == 0) Node::free(change.node);
  }
  tables_->staged.clear();
}

void KeyIndex::due(std::uint32_t now, std::size_t limit,
                   const std::function<void(std::string_view, Revision)>& visit) const {
  for (const auto& [expires, node] : tables_->expiries) {
    if (expires > now || limit == 0) return;
    if (tables_->staged.contains(node->key())) continue;
    visit(node->key(), node->revision);
    --limit;
  }
}

std::uint32_t KeyIndex::next_expiry() const {
  return tables_->expiries.empty() ? 0 : tables_->expiries.begin()->first;
}

}  // namespace pedalion::storage
