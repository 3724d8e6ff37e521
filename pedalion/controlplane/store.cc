#include "pedalion/controlplane/store.h"

#include "pedalion/storage/embedded/embedded_store.h"
#include "pedalion/storage/etcd3/loader/loader.h"
#include "pedalion/storage/memory/memory_store.h"

namespace pedalion::controlplane {
namespace {

class InMemory final : public OpenedStore {
 public:
  explicit InMemory(std::unique_ptr<storage::LogStore> store) : store_(std::move(store)) {}
  storage::Store& store() override { return *store_; }
  Result<void> healthy() const override { return store_->healthy(); }
  std::size_t keys() const override { return store_->size(); }
  std::uint64_t disk_bytes() const override { return 0; }

 private:
  std::unique_ptr<storage::LogStore> store_;
};

class OnDisk final : public OpenedStore {
 public:
  explicit OnDisk(std::unique_ptr<storage::embedded::EmbeddedStore> store) : store_(std::move(store)) {}
  storage::Store& store() override { return *store_; }
  Result<void> healthy() const override { return store_->healthy(); }
  std::size_t keys() const override { return store_->size(); }
  std::uint64_t disk_bytes() const override { return store_->disk_bytes(); }

 private:
  std::unique_ptr<storage::embedded::EmbeddedStore> store_;
};

class InEtcd final : public OpenedStore {
 public:
  explicit InEtcd(std::unique_ptr<storage::etcd3::Etcd3Store> store) : store_(std::move(store)) {}
  storage::Store& store() override { return *store_; }
  Result<void> healthy() const override { return store_->healthy(); }
  std::size_t keys() const override { return store_->keys(); }
  std::uint64_t disk_bytes() const override { return store_->disk_bytes(); }

 private:
  std::unique_ptr<storage::etcd3::Etcd3Store> store_;
};

}  // namespace

Result<std::unique_ptr<OpenedStore>> open_store(const StorageChoice& choice) {
  storage::StoreOptions limits;
  limits.compaction_interval = choice.compaction_interval;
  if (choice.kind == StorageChoice::Kind::kMemory) {
    return std::make_unique<InMemory>(storage::memory::make_store(limits));
  }
  if (choice.kind == StorageChoice::Kind::kEtcd) {
    storage::etcd3::Etcd3Options options = choice.etcd;
    options.compaction_interval = choice.compaction_interval;
    TRY(auto store, storage::etcd3::loader::open(options));
    return std::make_unique<InEtcd>(std::move(store));
  }
  storage::embedded::EmbeddedOptions options;
  options.directory = choice.directory;
  options.limits = limits;
  TRY(auto store, storage::embedded::EmbeddedStore::open(std::move(options)));
  return std::make_unique<OnDisk>(std::move(store));
}

}  // namespace pedalion::controlplane
