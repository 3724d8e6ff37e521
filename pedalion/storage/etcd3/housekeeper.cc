#include "pedalion/storage/etcd3/housekeeper.h"

#include "pedalion/base/log.h"
#include "pedalion/storage/errors.h"

namespace pedalion::storage::etcd3 {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kProbeInterval(2), kMeasureInterval(30);
constexpr std::string_view kCompactKey =
    "compact_rev_key";  // kube-apiserver's; without the prefix of the rest

pb::RangeRequest read_of(std::string_view key) {
  pb::RangeRequest request;
  request.set_key(std::string(key));
  return request;
}

}  // namespace

Housekeeper::Housekeeper(Connection& connection, std::chrono::milliseconds compaction_interval)
    : connection_(connection), compaction_interval_(compaction_interval), thread_([this] { run(); }) {}

Housekeeper::~Housekeeper() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

Result<void> Housekeeper::healthy() const {
  std::lock_guard lock(mutex_);
  if (failure_) return std::unexpected(*failure_);
  return {};
}

void Housekeeper::run() {
  auto next_measure = Clock::now(), next_compaction = Clock::now() + compaction_interval_;
  while (true) {
    probe();
    if (Clock::now() >= next_measure) {
      measure();
      next_measure = Clock::now() + kMeasureInterval;
    }
    if (compaction_interval_.count() > 0 && Clock::now() >= next_compaction) {
      if (auto done = compact_round(); !done)
        log::warning("etcd was not compacted", {{"cause", done.error().message}});
      next_compaction = Clock::now() + compaction_interval_;
    }
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, kProbeInterval, [this] { return stopping_; })) return;
  }
}

void Housekeeper::probe() {
  auto answer = sync_wait(connection_.range(read_of("/registry/health")));
  std::lock_guard lock(mutex_);
  if (answer) {
    failure_.reset();
  } else {
    failure_ = std::move(answer).error();
  }
}

void Housekeeper::measure() {
  if (auto status = sync_wait(connection_.status()))
    database_bytes_ = static_cast<std::uint64_t>(status->dbsize());
  pb::RangeRequest all = read_of(std::string_view("\0", 1));
  all.set_range_end(std::string(1, '\0'));
  all.set_count_only(true);
  if (auto counted = sync_wait(connection_.range(std::move(all))))
    keys_ = static_cast<std::uint64_t>(counted->count());
}

Result<void> Housekeeper::compact_round() {
  pb::TxnRequest claim;
  pb::Compare& compare = *claim.add_compare();
  compare.set_target(pb::Compare::VERSION);
  compare.set_key(std::string(kCompactKey));
  compare.set_version(key_version_);
  pb::PutRequest& put = *claim.add_success()->mutable_request_put();
  put.set_key(std::string(kCompactKey));
  put.set_value(std::to_string(present_last_round_));
  *claim.add_failure()->mutable_request_range() = read_of(kCompactKey);
  TRY(auto answer, sync_wait(connection_.txn(std::move(claim))));
  std::int64_t wanted = std::exchange(present_last_round_, answer.header().revision());
  if (!answer.succeeded()) {  // another server has this round
    const auto& found = answer.responses(0).response_range();
    key_version_ = found.kvs_size() > 0 ? found.kvs(0).version() : 0;
    return {};
  }
  ++key_version_;
  if (wanted == 0) return {};  // this server's first round: it does not know yet what is old
  pb::CompactionRequest compaction;
  compaction.set_revision(wanted);
  auto compacted = sync_wait(connection_.compact(std::move(compaction)));
  if (!compacted && compacted.error().code != 410) return std::unexpected(std::move(compacted).error());
  return {};
}

}  // namespace pedalion::storage::etcd3
