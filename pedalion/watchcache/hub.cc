#include "pedalion/watchcache/hub.h"

#include <algorithm>

#include "pedalion/watchcache/core.h"
#include "pedalion/watchcache/watcher.h"

namespace pedalion::watchcache {
namespace {

/// The part of `key` up to the slash that ends its namespace; empty when it has none.
std::string_view namespace_prefix(std::string_view key, std::string_view resource_prefix) {
  std::size_t slash = key.find('/', resource_prefix.size());
  return slash == std::string_view::npos ? std::string_view() : key.substr(0, slash + 1);
}

}  // namespace

Hub::Hub(std::shared_ptr<Core> core, Loop& loop, Revision delivered)
    : core_(std::move(core)), loop_(loop), delivered_(delivered) {}

Hub::~Hub() = default;

void Hub::post(BatchPtr batch, Revision upto) {
  loop_.post([self = shared_from_this(), batch = std::move(batch), upto] { self->deliver(batch, upto); });
}

void Hub::post_end() {
  loop_.post([self = shared_from_this()] { self->end_all(); });
}

Hub::Scopes* Hub::scopes_of(const Watcher& watcher) {
  const Selection& selection = watcher.selection();
  if (selection.single) return &keys_;
  bool of_namespace = namespace_prefix(selection.prefix, core_->options().prefix) == selection.prefix;
  return of_namespace ? &namespaces_ : nullptr;
}

void Hub::add(Watcher& watcher) {
  Scopes* scopes = scopes_of(watcher);
  Scope& scope = scopes == nullptr ? everything_ : (*scopes)[watcher.selection().prefix];
  watcher.place = scope.size();
  scope.push_back(&watcher);
  ++count_;
}

void Hub::remove(Watcher& watcher) {
  if (watcher.touched < touched_.size() && touched_[watcher.touched] == &watcher)
    touched_[watcher.touched] = nullptr;
  Scopes* scopes = scopes_of(watcher);
  Scopes::iterator found;
  if (scopes != nullptr) found = scopes->find(watcher.selection().prefix);
  Scope& scope = scopes == nullptr ? everything_ : found->second;
  scope[watcher.place] = scope.back();
  scope[watcher.place]->place = watcher.place;
  scope.pop_back();
  if (scopes != nullptr && scope.empty()) scopes->erase(found);
  --count_;
  leave_if_empty();
}

void Hub::leave_if_empty() {
  if (count_ == 0) core_->disconnect(*this);
}

Revision Hub::delivered() const {
  // In this order: what has been reached by now is among the changes up to `last`.
  Revision reached = core_->revision(), last = core_->last_change();
  return last <= delivered_ ? std::max(reached, last) : delivered_;
}

void Hub::deliver(const BatchPtr& batch, Revision upto) {
  if (batch != nullptr && count_ > 0) {
    for (const Change& change : batch->changes) {
      const std::string& key = change.key();
      offer(everything_, batch, change);
      offer(namespaces_, namespace_prefix(key, core_->options().prefix), batch, change);
      offer(keys_, key, batch, change);
    }
  }
  delivered_ = upto;
  tell_touched();
}

void Hub::offer(const Scopes& scopes, std::string_view scope, const BatchPtr& batch, const Change& change) {
  if (scopes.empty()) return;
  if (auto found = scopes.find(scope); found != scopes.end()) offer(found->second, batch, change);
}

void Hub::offer(const Scope& watchers, const BatchPtr& batch, const Change& change) {
  for (Watcher* watcher : watchers) {
    if (!watcher->offer(batch, change)) continue;
    bool listed = watcher->touched < touched_.size() && touched_[watcher->touched] == watcher;
    if (listed) continue;
    watcher->touched = touched_.size();
    touched_.push_back(watcher);
  }
}

void Hub::end_all() {
  auto end = [this](const Scope& scope) {
    for (Watcher* watcher : scope) {
      watcher->touched = touched_.size();
      touched_.push_back(watcher);
    }
  };
  end(everything_);
  for (const auto& [prefix, scope] : namespaces_) end(scope);
  for (const auto& [key, scope] : keys_) end(scope);
  for (Watcher* watcher : Scope(touched_)) watcher->end();
  tell_touched();
}

void Hub::tell_touched() {
  // The calls may destroy any watcher, which then takes itself off the list, and the last owner of this.
  auto self = shared_from_this();
  for (std::size_t index = 0; index < touched_.size(); ++index) {
    if (Watcher* watcher = touched_[index]) watcher->tell();
  }
  touched_.clear();
  if (touched_.capacity() > 1024) touched_.shrink_to_fit();
}

}  // namespace pedalion::watchcache
