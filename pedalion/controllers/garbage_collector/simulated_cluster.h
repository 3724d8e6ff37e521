#pragma once
// A cluster of objects with owners, and a collector at it, all in one thread and by chance: for tests.
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>

#include "pedalion/controllers/garbage_collector/verdict.h"

namespace pedalion::controllers::garbage_collector {

/// Objects of two kinds whose watches run apart from each other; users create, delete and let go of objects.
class SimulatedCluster {
 public:
  explicit SimulatedCluster(std::uint64_t seed) : random_(seed) {}

  void random_step() {
    switch (below(8)) {
      case 0:
      case 1:
        return create();
      case 2:
        return delete_one();
      case 3:
        return drop_reference();
      case 4:
      case 5:
        return deliver(below(2));
      default:
        return work_once();
    }
  }

  /// Users do nothing more; everything is delivered and worked at. False when that never ends.
  bool settle() {
    for (int round = 0; round < 20000; ++round) {
      if (streams_[0].empty() && streams_[1].empty() && queue_.empty()) return true;
      deliver(below(2));
      work_once();
    }
    return false;
  }

  /// What is wrong with the state of rest.
  std::string complaints() const {
    std::string text = unsafe_;
    for (const auto& [uid, object] : objects_) {
      if (object.deleted) text += uid + " does not end; ";
      bool kept = object.owners.empty();
      for (const auto& owner : object.owners) kept = kept || objects_.contains(owner.uid);
      if (!kept) text += uid + " has lost its owners; ";
      if (graph_.find(uid) == nullptr) text += uid + " is not in the graph; ";
    }
    if (graph_.size() != objects_.size()) text += "the graph has what is not there";
    return text;
  }

 private:
  struct Event {
    Metadata object;
    bool removed;
  };

  std::size_t below(std::size_t limit) { return random_() % limit; }
  static std::string kind_of(std::size_t kind) { return kind == 0 ? "ConfigMap" : "Secret"; }

  const Metadata* random_object() {
    if (objects_.empty()) return nullptr;
    auto at = objects_.begin();
    std::advance(at, below(objects_.size()));
    return &at->second;
  }

  void publish(const Metadata& object, bool removed) {
    streams_[object.kind == "Secret" ? 1 : 0].push_back({object, removed});
  }

  void create() {
    auto name = "n" + std::to_string(next_++);
    Metadata object{"v1", kind_of(below(2)), "a", name, "uid-" + name};
    for (auto owners = below(3); owners > 0; --owners) {
      const auto* owner = random_object();
      std::string uid = owner != nullptr && below(10) != 0 ? owner->uid : "uid-never";
      OwnerReference reference{"v1", "ConfigMap", "never", uid, false, below(2) == 0};
      if (uid != "uid-never") reference.kind = owner->kind, reference.name = owner->name;
      bool twice = false;
      for (const auto& other : object.owners) twice = twice || other.uid == uid;
      if (!twice) object.owners.push_back(reference);
    }
    objects_[object.uid] = object;
    publish(object, false);
  }

  void remove(const std::string& uid, client::api::Propagation how) {
    auto& object = objects_.at(uid);
    using client::api::Propagation;
    if (!object.deleted) {
      object.finalizers.clear();
      if (how == Propagation::kForeground) object.finalizers.emplace_back(kForegroundFinalizer);
      if (how == Propagation::kOrphan) object.finalizers.emplace_back(kOrphanFinalizer);
    }
    object.deleted = true;
    end_or_update(uid);
  }

  void end_or_update(const std::string& uid) {
    auto& object = objects_.at(uid);
    bool ends = object.deleted && object.finalizers.empty();
    publish(object, ends);
    if (ends) objects_.erase(uid);
  }

  void delete_one() {
    using client::api::Propagation;
    static constexpr Propagation kWays[] = {Propagation::kBackground, Propagation::kForeground,
                                            Propagation::kOrphan};
    if (const auto* object = random_object(); object != nullptr && !object->deleted)
      remove(object->uid, kWays[below(3)]);
  }

  void drop_reference() {
    const auto* object = random_object();
    if (object == nullptr || object->owners.empty()) return;
    auto& owners = objects_.at(object->uid).owners;
    owners.erase(owners.begin());
    publish(*object, false);
  }

  void deliver(std::size_t stream) {
    if (streams_[stream].empty()) return;
    auto event = std::move(streams_[stream].front());
    streams_[stream].pop_front();
    Work work;
    if (event.removed) {
      graph_.removed(event.object.uid, work);
    } else {
      graph_.observe(event.object, work);
    }
    take(work);
  }

  void take(const Work& work) {
    queue_.insert(work.attempt_to_delete.begin(), work.attempt_to_delete.end());
    queue_.insert(work.retry.begin(), work.retry.end());
    for (const auto& uid : work.orphan_dependents) queue_.insert("orphan " + uid);
  }

  void work_once() {
    if (queue_.empty()) return;
    auto at = queue_.begin();
    std::advance(at, below(queue_.size()));
    auto item = *at;
    queue_.erase(at);
    if (item.starts_with("orphan ")) return orphan(item.substr(7));
    attempt(item);
  }

  void orphan(const std::string& uid) {
    const auto* node = graph_.find(uid);
    if (node == nullptr || !objects_.contains(uid)) return;
    if (node->dependents != nullptr) {
      for (const Node* dependent : *node->dependents) {
        auto found = objects_.find(*dependent->uid);
        if (found == objects_.end()) continue;
        std::erase_if(found->second.owners, [&](const auto& owner) { return owner.uid == uid; });
        publish(found->second, false);
      }
    }
    drop_finalizer(uid, kOrphanFinalizer);
  }

  void drop_finalizer(const std::string& uid, std::string_view finalizer) {
    if (std::erase(objects_.at(uid).finalizers, finalizer) != 0) end_or_update(uid);
  }

  void attempt(const std::string& uid) {
    const auto* node = graph_.find(uid);
    if (node == nullptr || (node->deleted && !node->deleting_dependents)) return;
    auto found = objects_.find(uid);
    if (found == objects_.end() || found->second.name != node->name) {
      Work work;
      graph_.absent(node->identity(), work);
      return take(work);
    }
    if (node->deleting_dependents) return await_dependents(*node);
    act(*node, found->second);
  }

  void await_dependents(const Node& node) {
    auto blocking = node.blocking_dependents();
    if (blocking.empty()) return drop_finalizer(*node.uid, kForegroundFinalizer);
    for (const Node* dependent : blocking) {
      if (!dependent->deleting_dependents) queue_.insert(*dependent->uid);
    }
  }

  void act(const Node& node, Metadata latest) {
    std::vector<OwnerState> states;
    for (const auto& reference : latest.owners) {
      auto owner = objects_.find(reference.uid);
      states.push_back(owner == objects_.end()                ? OwnerState::kDangling
                       : owner->second.waits_for_dependents() ? OwnerState::kWaiting
                                                              : OwnerState::kSolid);
    }
    auto verdict = judge(node, latest, states);
    auto& object = objects_.at(latest.uid);
    switch (verdict.action) {
      case Verdict::Action::kNothing:
        if (!node.seen) queue_.insert(latest.uid);
        return;
      case Verdict::Action::kDropReferences:
        std::erase_if(object.owners, [&](const auto& owner) {
          return std::ranges::find(verdict.owners, owner.uid) != verdict.owners.end();
        });
        return publish(object, false);
      case Verdict::Action::kUnblockAndDelete:
        for (auto& owner : object.owners) owner.blocks_deletion = false;
        publish(object, false);
        [[fallthrough]];
      case Verdict::Action::kDelete:
        for (auto state : states) {
          if (state == OwnerState::kSolid) unsafe_ += latest.uid + " was kept by an owner; ";
        }
        return remove(latest.uid, verdict.propagation);
    }
  }

  std::mt19937_64 random_;
  std::size_t next_ = 0;
  std::map<std::string, Metadata> objects_;  // by uid
  std::deque<Event> streams_[2];
  Graph graph_;
  std::set<std::string> queue_;
  std::string unsafe_;
};

}  // namespace pedalion::controllers::garbage_collector
