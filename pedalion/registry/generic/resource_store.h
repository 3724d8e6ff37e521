#pragma once
// A stored resource: every capability of registry/rest over the store and its cache, as named steps around a
// Strategy.
#include <atomic>
#include <memory>
#include <string>

#include "pedalion/admission/admission.h"
#include "pedalion/registry/generic/strategy.h"
#include "pedalion/registry/rest/storage.h"
#include "pedalion/storage/store.h"
#include "pedalion/watchcache/cache.h"

namespace pedalion::registry::generic {

/// A way to write: the strategy and the subresource's name (empty: the object itself).
struct Door {
  const Strategy* strategy = nullptr;
  std::string subresource;
  bool asks_admission = true;  // false: whoever writes through it has asked already
};

/// Thread-safe. What it is given outlives it. The cache loads at first use.
class ResourceStore final : public rest::Getter,
                            public rest::Lister,
                            public rest::Watcher,
                            public rest::Creater,
                            public rest::Updater,
                            public rest::Deleter,
                            public rest::CollectionDeleter {
 public:
  ResourceStore(storage::Store& store, const admission::Chain& admission, ResourceConfig config,
                const Strategy& strategy);
  ~ResourceStore() override;

  const ResourceConfig& config() const { return config_; }
  watchcache::Cache& cache() { return *cache_; }
  /// The object as far as the cache has come, which was loaded before; null when there is none.
  rest::ObjectPtr peek(std::string_view ns, std::string_view name) const {
    return cache_->peek(key_of(ns, name));
  }
  /// For reads that ask no store: they see all that was written through this, but what others write a moment
  /// late.
  watchcache::Freshness own_writes() const {
    return {.kind = watchcache::Freshness::Kind::kNotOlderThan, .revision = written_.load()};
  }
  /// Before anything is written; null: none.
  void set_allocator(Allocator* allocator) { allocator_ = allocator; }

  Task<Result<rest::ObjectPtr>> get(rest::RequestContext& context, std::string name,
                                    rest::GetOptions options) override;
  Task<Result<rest::ObjectList>> list(rest::RequestContext& context, rest::ListOptions options) override;
  Task<Result<std::unique_ptr<watchcache::Subscription>>> watch(rest::RequestContext& context,
                                                                rest::ListOptions options) override;
  Task<Result<rest::ObjectPtr>> create(rest::RequestContext& context, std::string name, json::Document object,
                                       rest::WriteOptions options) override;
  Task<Result<rest::UpdateResult>> update(rest::RequestContext& context, std::string name,
                                          rest::MakeObject make, rest::WriteOptions options,
                                          rest::CreateIfMissing missing,
                                          rest::FieldTracking tracking) override;
  Task<Result<rest::DeleteResult>> remove(rest::RequestContext& context, std::string name,
                                          rest::DeleteOptions options) override;
  Task<Result<rest::ObjectList>> remove_collection(rest::RequestContext& context, rest::DeleteOptions options,
                                                   rest::ListOptions list) override;

  /// update() through a subresource, which creates nothing.
  Task<Result<rest::UpdateResult>> update_through(const Door& door, rest::RequestContext& context,
                                                  std::string name, rest::MakeObject make,
                                                  rest::WriteOptions options, rest::CreateIfMissing missing,
                                                  rest::FieldTracking tracking);

 private:
  friend class Creation;
  friend class Update;
  friend class Deletion;

  std::string key_of(std::string_view ns, std::string_view name) const;
  /// Fails with 400 for names that cannot be part of a path.
  Result<std::string> checked_key(const rest::RequestContext& context, std::string_view name) const;
  Result<watchcache::Selection> selection_of(const rest::RequestContext& context,
                                             rest::ListOptions& options) const;
  Task<Result<rest::ObjectPtr>> current(std::string key);
  Task<Result<rest::DeleteResult>> end(rest::RequestContext& context, std::string name,
                                       rest::DeleteOptions options);
  /// A write through this, a removal included, has got this revision.
  void note_write(storage::Revision revision);
  /// What is stored, as bytes.
  Bytes encode(const Strategy& strategy, json::Document& object) const;
  rest::ObjectPtr shared_form(const std::string& key, Bytes bytes, storage::Revision revision) const;

  /// What a write has just stored: the cache's own form when it has got there.
  rest::ObjectPtr stored_form(const std::string& key, Bytes bytes, storage::Revision revision) const;

  storage::Store& store_;
  const admission::Chain& admission_;
  const ResourceConfig config_;
  const Door main_;
  const watchcache::JsonObjectDecoder decoder_;
  Allocator* allocator_ = nullptr;
  const std::unique_ptr<watchcache::Cache> cache_;
  std::atomic<storage::Revision> written_{0};  // the last one
};

/// Reading and writing through a subresource.
class SubresourceStore final : public rest::Getter, public rest::Updater {
 public:
  SubresourceStore(ResourceStore& resource, Door door) : resource_(resource), door_(std::move(door)) {}
  Task<Result<rest::ObjectPtr>> get(rest::RequestContext& context, std::string name,
                                    rest::GetOptions options) override {
    return resource_.get(context, std::move(name), std::move(options));
  }
  Task<Result<rest::UpdateResult>> update(rest::RequestContext& context, std::string name,
                                          rest::MakeObject make, rest::WriteOptions options,
                                          rest::CreateIfMissing, rest::FieldTracking tracking) override {
    return resource_.update_through(door_, context, std::move(name), std::move(make), std::move(options),
                                    rest::CreateIfMissing::kNever, tracking);
  }

 private:
  ResourceStore& resource_;
  const Door door_;
};

}  // namespace pedalion::registry::generic
