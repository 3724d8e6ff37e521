#include "pedalion/storage/etcd3/etcd3_store.h"

#include <algorithm>
#include <utility>

#include "pedalion/storage/errors.h"
#include "pedalion/storage/etcd3/connection.h"
#include "pedalion/storage/etcd3/feed.h"
#include "pedalion/storage/etcd3/housekeeper.h"
#include "pedalion/storage/etcd3/leases.h"

namespace pedalion::storage::etcd3 {
namespace {

/// The first key after all that begin with `prefix`; "\0" is etcd's word for the end of all keys.
std::string end_of(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (prefix.empty()) return std::string(1, '\0');
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

Revision revision_of(const pb::ResponseHeader& header) { return static_cast<Revision>(header.revision()); }

Entry to_entry(pb::KeyValue& wire) {
  return {.key = std::move(*wire.mutable_key()),
          .value = Bytes(std::move(*wire.mutable_value())),
          .revision = static_cast<Revision>(wire.mod_revision())};
}

/// One comparison of the key's revision, one change, and for updates and removals a look at what is there
/// instead: the only shape of transaction that kube-apiserver sends.
pb::TxnRequest if_at(const std::string& key, Revision expected, pb::RequestOp change, bool look_otherwise) {
  pb::TxnRequest request;
  pb::Compare& compare = *request.add_compare();
  compare.set_target(pb::Compare::MOD);
  compare.set_key(key);
  compare.set_mod_revision(static_cast<std::int64_t>(expected));
  *request.add_success() = std::move(change);
  if (look_otherwise) request.add_failure()->mutable_request_range()->set_key(key);
  return request;
}

Status refused(const std::string& key, Revision expected, const pb::TxnResponse& answer) {
  const auto& found = answer.responses(0).response_range();
  if (found.kvs_size() == 0) return key_not_found(key);
  return key_changed(key, expected, static_cast<Revision>(found.kvs(0).mod_revision()));
}

class Live final : public Etcd3Store {
 public:
  Live(Etcd3Options options, std::unique_ptr<Connection> connection, Revision present)
      : options_(std::move(options)),
        connection_(std::move(connection)),
        leases_(*connection_),
        feed_(*connection_, present),
        housekeeper_(*connection_, options_.compaction_interval) {}

  Task<Result<Entry>> get(std::string key) override {
    pb::RangeRequest request;
    request.set_key(key);
    CO_TRY(auto answer, co_await connection_->range(std::move(request)));
    if (answer.kvs_size() == 0) co_return std::unexpected(key_not_found(key));
    co_return to_entry(*answer.mutable_kvs(0));
  }

  Task<Result<ListResult>> list(std::string prefix, ListOptions options) override {
    pb::RangeRequest request;
    request.set_key(options.start.empty() ? prefix.empty() ? std::string(1, '\0') : prefix : options.start);
    request.set_range_end(end_of(std::move(prefix)));
    request.set_limit(static_cast<std::int64_t>(options.limit));
    request.set_revision(static_cast<std::int64_t>(options.at));
    CO_TRY(auto answer, co_await connection_->range(std::move(request)));
    ListResult result;
    result.entries.reserve(static_cast<std::size_t>(answer.kvs_size()));
    for (pb::KeyValue& wire : *answer.mutable_kvs()) result.entries.push_back(to_entry(wire));
    result.revision = revision_of(answer.header());
    result.more = answer.more();
    result.remaining = answer.more() ? static_cast<std::uint64_t>(answer.count() - answer.kvs_size()) : 0;
    co_return result;
  }

  Task<Result<Revision>> create(std::string key, Bytes value,
                                std::optional<std::chrono::seconds> ttl) override {
    CO_TRY(auto put, co_await put_of(key, value, ttl));
    CO_TRY(auto answer, co_await connection_->txn(if_at(key, 0, std::move(put), false)));
    if (!answer.succeeded()) co_return std::unexpected(key_exists(key, revision_of(answer.header())));
    co_return revision_of(answer.header());
  }

  Task<Result<Revision>> update(std::string key, Bytes value, Revision expected,
                                std::optional<std::chrono::seconds> ttl) override {
    CO_TRY_OK(co_await require_known(key, expected));
    CO_TRY(auto put, co_await put_of(key, value, ttl));
    CO_TRY(auto answer, co_await connection_->txn(if_at(key, expected, std::move(put), true)));
    if (!answer.succeeded()) co_return std::unexpected(refused(key, expected, answer));
    co_return revision_of(answer.header());
  }

  Task<Result<Revision>> remove(std::string key, Revision expected) override {
    CO_TRY_OK(co_await require_known(key, expected));
    pb::RequestOp change;
    change.mutable_request_delete_range()->set_key(key);
    CO_TRY(auto answer, co_await connection_->txn(if_at(key, expected, std::move(change), true)));
    if (!answer.succeeded()) co_return std::unexpected(refused(key, expected, answer));
    co_return revision_of(answer.header());
  }

  Result<std::unique_ptr<Watch>> watch(std::string prefix, Revision after, WatchSink& sink) override {
    if (feed_.watches() >= options_.watch_limit) return std::unexpected(too_busy("watches"));
    return feed_.watch(std::move(prefix), after, sink);
  }

  Task<Result<void>> compact(Revision revision) override {
    pb::CompactionRequest request;
    request.set_revision(static_cast<std::int64_t>(revision));
    auto done = co_await connection_->compact(std::move(request));
    // What was forgotten before needs no forgetting.
    if (!done && done.error().code != 410) co_return std::unexpected(std::move(done).error());
    co_return Result<void>();
  }

  Task<Result<Revision>> current_revision(std::string) override {
    pb::RangeRequest request;
    request.set_key("/registry/health");
    request.set_keys_only(true);
    CO_TRY(auto answer, co_await connection_->range(std::move(request)));
    co_return revision_of(answer.header());
  }

  Result<void> healthy() const override { return housekeeper_.healthy(); }
  std::uint64_t keys() const override { return housekeeper_.keys(); }
  std::uint64_t disk_bytes() const override { return housekeeper_.database_bytes(); }

 private:
  Task<Result<pb::RequestOp>> put_of(const std::string& key, const Bytes& value,
                                     std::optional<std::chrono::seconds> ttl) {
    if (key.size() > options_.key_limit) co_return std::unexpected(bad_key("it is too long"));
    pb::RequestOp change;
    pb::PutRequest& put = *change.mutable_request_put();
    put.set_key(key);
    put.set_value(value.data(), value.size());
    if (ttl) {
      CO_TRY(std::int64_t lease, co_await leases_.lease_for(*ttl));
      put.set_lease(lease);
    }
    co_return change;
  }

  /// Revision 0 means to etcd that the key is absent; to a Store it is a revision that no key has.
  Task<Result<void>> require_known(const std::string& key, Revision expected) {
    if (expected != 0) co_return Result<void>();
    CO_TRY(Entry present, co_await get(key));
    co_return std::unexpected(key_changed(key, expected, present.revision));
  }

  const Etcd3Options options_;
  const std::unique_ptr<Connection> connection_;
  Leases leases_;
  Feed feed_;
  Housekeeper housekeeper_;
};

}  // namespace

Result<std::unique_ptr<Etcd3Store>> Etcd3Store::open(Etcd3Options options) {
  TRY(auto connection, Connection::open(options));
  pb::RangeRequest request;
  request.set_key("/registry/health");
  TRY(auto answer, sync_wait(connection->range(std::move(request))));
  return std::make_unique<Live>(std::move(options), std::move(connection), revision_of(answer.header()));
}

}  // namespace pedalion::storage::etcd3
