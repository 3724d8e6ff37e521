#pragma once
// For tests of plugins: a cluster of objects given as JSON, and one write with what became of it.
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "pedalion/admission/admission.h"
#include "pedalion/admission/cluster.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/watchcache/json_object_decoder.h"

namespace pedalion::admission::testing {

class TestCluster final : public Cluster, public Authorizer {
 public:
  /// Replaces the one of its name.
  void put(std::string_view group, std::string_view resource, std::string_view text) {
    json::Document object = json::parse(text).value();
    std::lock_guard lock(mutex_);
    store({std::string(group), std::string(resource)}, object.root);
  }
  void take_away(std::string_view group, std::string_view resource, std::string_view path) {
    std::lock_guard lock(mutex_);
    objects_.erase(prefix({std::string(group), std::string(resource)}) + std::string(path));
  }
  /// What happens from now on is not known here yet.
  void fall_behind() { known_ = objects_; }
  /// `user verb resource/subresource name`.
  void allow(std::string access) { allowed_.insert(std::move(access)); }
  void allow_everything() { allows_everything_ = true; }
  /// How many statuses have been written.
  int status_writes() const { return status_writes_; }

  Task<Result<watchcache::ObjectPtr>> find(meta::GroupResource resource, std::string ns,
                                           std::string name) override {
    std::lock_guard lock(mutex_);
    auto found = objects_.find(prefix(resource) + (ns.empty() ? "" : ns + "/") + name);
    co_return found == objects_.end() ? nullptr : found->second;
  }

  Task<Result<watchcache::ObjectPtr>> find_known(meta::GroupResource resource, std::string ns,
                                                 std::string name) override {
    if (known_) {
      auto found = known_->find(prefix(resource) + (ns.empty() ? "" : ns + "/") + name);
      if (found != known_->end()) co_return found->second;
    }
    co_return co_await find(std::move(resource), std::move(ns), std::move(name));
  }

  Task<Result<std::vector<watchcache::ObjectPtr>>> list(meta::GroupResource resource,
                                                        std::string ns) override {
    std::string begin = prefix(resource) + (ns.empty() ? "" : ns + "/");
    std::vector<watchcache::ObjectPtr> found;
    std::lock_guard lock(mutex_);
    for (const auto& [key, object] : objects_) {
      if (key.starts_with(begin)) found.push_back(object);
    }
    co_return found;
  }

  Task<Result<std::vector<watchcache::ObjectPtr>>> list_known(meta::GroupResource resource,
                                                              std::string ns) override {
    return list(std::move(resource), std::move(ns));
  }

  Task<Result<bool>> knows_any(meta::GroupResource resource, std::string ns) override {
    CO_TRY(auto found, co_await list(std::move(resource), std::move(ns)));
    co_return !found.empty();
  }

  Task<Result<void>> update_status(meta::GroupResource resource, json::Document object) override {
    std::lock_guard lock(mutex_);
    auto found = objects_.find(key_of(resource, object.root));
    std::string name(object.root.string_at({"metadata", "name"}));
    if (found == objects_.end()) co_return std::unexpected(meta::not_found(resource, name));
    if (std::to_string(found->second->revision) != object.root.string_at({"metadata", "resourceVersion"}))
      co_return std::unexpected(meta::modified(resource, name));
    ++status_writes_;
    store(resource, object.root);
    co_return Result<void>();
  }

  bool allows(const Access& access) override {
    return allows_everything_ ||
           allowed_.contains(access.user->name + " " + access.verb + " " + access.resource.resource +
                             (access.subresource.empty() ? "" : "/" + access.subresource) + " " +
                             access.name);
  }

 private:
  static std::string prefix(const meta::GroupResource& resource) { return resource.text() + ":"; }
  static std::string key_of(const meta::GroupResource& resource, const json::Value& object) {
    std::string ns(object.string_at({"metadata", "namespace"}));
    return prefix(resource) + (ns.empty() ? "" : ns + "/") +
           std::string(object.string_at({"metadata", "name"}));
  }
  void store(const meta::GroupResource& resource, const json::Value& object) {
    std::string key = key_of(resource, object);
    objects_[key] = decoder_.decode(key, Bytes(json::to_string(object)), ++revision_).value();
  }

  const watchcache::JsonObjectDecoder decoder_;
  mutable std::mutex mutex_;  // guards all below
  std::map<std::string, watchcache::ObjectPtr> objects_;
  std::optional<std::map<std::string, watchcache::ObjectPtr>> known_;  // when it is not the present
  storage::Revision revision_ = 0;
  int status_writes_ = 0;
  std::set<std::string, std::less<>> allowed_;
  bool allows_everything_ = false;
};

/// One write of an object.
struct Write {
  Operation operation = Operation::kCreate;
  std::string group, resource = "pods", kind = "Pod", subresource, ns = "ns", name = "p";
  std::string object, old_object;
  bool dry_run = false;
  std::string user = "somebody";
};

/// What became of it: the object as the plugin left it, or the refusal's message.
struct Outcome {
  std::string object, refusal;
  int code = 200;
  std::vector<std::string> warnings;
};

inline Outcome pass(Plugin& plugin, const Write& write) {
  meta::GroupVersionResource resource{write.group, "v1", write.resource};
  meta::GroupVersionKind kind{write.group, "v1", write.kind};
  json::Document object, old;
  if (!write.object.empty()) object = json::parse(write.object).value();
  if (!write.old_object.empty()) old = json::parse(write.old_object).value();
  registry::rest::UserInfo user{.name = write.user};
  registry::rest::RequestContext context;
  context.user = &user;
  context.ns = write.ns;
  Attributes attributes{.operation = write.operation,
                        .resource = resource,
                        .kind = kind,
                        .subresource = write.subresource,
                        .ns = write.ns,
                        .name = write.name,
                        .object = write.object.empty() ? nullptr : &object,
                        .old_object = write.old_object.empty() ? nullptr : &old.root,
                        .dry_run = write.dry_run,
                        .context = context};
  Outcome outcome;
  if (!plugin.handles(write.operation)) return {.object = write.object};
  auto passed = sync_wait(plugin.mutate(attributes));
  if (passed) passed = sync_wait(plugin.validate(attributes));
  if (attributes.object != nullptr) outcome.object = json::to_string(object.root);
  outcome.warnings = context.warnings;
  if (!passed) {
    outcome.refusal = passed.error().message;
    outcome.code = passed.error().code;
  }
  return outcome;
}

}  // namespace pedalion::admission::testing
