#pragma once
// Objects by namespace and name, with indexes. Knows no server.
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "pedalion/client/api/object.h"

namespace pedalion::client::informer {

/// Not thread-safe. Names are not copied: they are read in the objects themselves. Objects come in no order.
class Store {
 public:
  /// Appends the keys under which `object` is found.
  using KeysOf = std::function<void(const api::Object& object, std::vector<std::string>& keys)>;
  /// What a change did: added (no `before`), updated, removed (no `now`).
  struct Change {
    api::Object before, now;
  };

  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Takes in what is there already.
  void add_index(std::string name, KeysOf keys_of);
  bool has_index(std::string_view name) const;

  Change put(api::Object object);
  /// Nothing is changed where there is none.
  Change remove(std::string_view namespace_name, std::string_view name);
  /// Makes `objects` all there is, step by step: puts them in their order, then removes what is not among
  /// them. Those that lie here at the same version (and UID) are left alone. `visit` is called after each
  /// step.
  void replace(std::vector<api::Object> objects, const std::function<void(const Change&)>& visit);

  /// No object where there is none.
  api::Object get(std::string_view namespace_name, std::string_view name) const;
  std::size_t size() const { return size_; }
  std::vector<api::Object> list() const;
  std::vector<api::Object> list(std::string_view namespace_name) const;
  /// Empty, too, when there is no such index.
  std::vector<api::Object> by_index(std::string_view index, std::string_view key) const;

 private:
  /// An object in its place, which stays where it is while the object is replaced by another of its name.
  struct Entry {
    mutable api::Object object;
    mutable bool kept = false;  // while replacing: it is in what comes
  };
  struct ByName {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
    std::size_t operator()(const Entry& entry) const { return (*this)(entry.object.name()); }
  };
  struct SameName {
    using is_transparent = void;
    static std::string_view name_of(std::string_view name) { return name; }
    static std::string_view name_of(const Entry& entry) { return entry.object.name(); }
    bool operator()(const auto& a, const auto& b) const { return name_of(a) == name_of(b); }
  };
  struct ByText {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Objects = std::unordered_set<Entry, ByName, SameName>;
  struct Index {
    std::string name;
    KeysOf keys_of;
    std::unordered_map<std::string, std::unordered_set<const Entry*>, ByText, std::equal_to<>> entries;
  };

  const Entry* find(std::string_view namespace_name, std::string_view name) const;
  std::pair<const Entry*, Change> place(api::Object object);
  void index(Index& index, const Entry& entry);
  void unindex(const Entry& entry);
  Index* index_named(std::string_view name);
  const Index* index_named(std::string_view name) const {
    return const_cast<Store*>(this)->index_named(name);
  }

  std::unordered_map<std::string, Objects, ByText, std::equal_to<>> namespaces_;
  std::deque<Index> indexes_;
  std::vector<std::string> keys_;  // room for what an index answers
  std::size_t size_ = 0;
};

}  // namespace pedalion::client::informer
