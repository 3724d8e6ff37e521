#include <rocksdb/utilities/checkpoint.h>

#include <filesystem>

#include "pedalion/storage/embedded/record_codec.h"
#include "pedalion/storage/embedded/rocks_log_internal.h"
#include "pedalion/storage/errors.h"

namespace pedalion::storage::embedded {
namespace {

constexpr int kSteps = 8;                  // forward steps that are cheaper than a seek
constexpr std::size_t kSweepSlice = 2048;  // records
constexpr std::size_t kKeptBatchBytes = 1 << 20;
constexpr std::uint64_t kFlushAtClose = 1 << 20;

Status damaged(Revision revision) {
  return storage_failed("the log's record " + std::to_string(revision) + " is damaged");
}

Result<Record> decode(std::string_view key, std::string_view value) {
  auto revision = decode_revision(key);
  if (!revision) return std::unexpected(damaged(0));
  auto record = decode_record(*revision, value);
  if (!record) return std::unexpected(damaged(*revision));
  return *std::move(record);
}

class RocksView final : public LogView {
 public:
  explicit RocksView(const Database& database) : database_(database), snapshot_(database.db->GetSnapshot()) {
    options_.snapshot = snapshot_;
    options_.fill_cache = false;
  }
  ~RocksView() override { database_.db->ReleaseSnapshot(snapshot_); }

  Result<void> scan(Revision after, Revision upto, const std::function<Visit(Record)>& visit) const override {
    std::string end = encode_revision(upto + 1);
    rocksdb::Slice end_slice = end;
    rocksdb::ReadOptions options = options_;
    options.iterate_upper_bound = &end_slice;
    std::unique_ptr<rocksdb::Iterator> at(database_.db->NewIterator(options, database_.log));
    for (at->Seek(encode_revision(after + 1)); at->Valid(); at->Next()) {
      TRY(Record record, decode(text_of(at->key()), text_of(at->value())));
      if (visit(std::move(record)) == Visit::kStop) return {};
    }
    if (!at->status().ok()) return std::unexpected(to_status(at->status(), "read the log"));
    return {};
  }

  Result<void> read(std::span<const Revision> revisions,
                    const std::function<void(Record)>& visit) const override {
    std::unique_ptr<rocksdb::Iterator> at(database_.db->NewIterator(options_, database_.log));
    for (Revision revision : revisions) {
      std::string wanted = encode_revision(revision);
      move_to(*at, wanted);
      if (!at->status().ok()) return std::unexpected(to_status(at->status(), "read the log"));
      if (!at->Valid() || text_of(at->key()) != wanted) continue;
      TRY(Record record, decode(wanted, text_of(at->value())));
      visit(std::move(record));
    }
    return {};
  }

 private:
  /// To the first record not before `wanted`. Most lists want records that lie close together.
  static void move_to(rocksdb::Iterator& at, const std::string& wanted) {
    for (int step = 0; at.Valid() && step < kSteps; ++step) {
      if (text_of(at.key()) >= wanted) return;
      at.Next();
    }
    if (!at.Valid() || text_of(at.key()) < wanted) at.Seek(wanted);
  }

  const Database& database_;
  const rocksdb::Snapshot* snapshot_;
  rocksdb::ReadOptions options_;
};

}  // namespace

Result<std::unique_ptr<RocksLog>> RocksLog::open(const std::string& directory, Recovery recovery) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return std::unexpected(storage_failed("cannot make " + directory + ": " + error.message()));
  std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  TRY(DirectoryLock lock, DirectoryLock::acquire(directory));
  TRY(auto database, Database::open(directory, Database::Access::kWrite, recovery));
  std::unique_ptr<RocksLog> log(new RocksLog(std::move(lock), std::move(database)));
  TRY_OK(log->read_head());
  return log;
}

RocksLog::~RocksLog() {
  // So that the next start has little to replay.
  std::uint64_t unflushed = 0;
  database_->db->GetAggregatedIntProperty("rocksdb.cur-size-all-mem-tables", &unflushed);
  if (unflushed > kFlushAtClose) {
    database_->db->Flush({}, {database_->log, database_->index, database_->default_family})
        .PermitUncheckedError();
  }
}

Result<void> RocksLog::read_head() {
  head_.compacted = decode_revision(database_->meta(kMetaCompacted)).value_or(0);
  compacted_ = head_.compacted;
  swept_ = decode_revision(database_->meta(kMetaSwept)).value_or(0);
  std::unique_ptr<rocksdb::Iterator> last(database_->db->NewIterator({}, database_->log));
  last->SeekToLast();
  if (!last->status().ok()) return std::unexpected(to_status(last->status(), "read the log"));
  Revision revision = last->Valid() ? decode_revision(text_of(last->key())).value_or(0) : 1;
  if (revision == 0) return std::unexpected(damaged(0));
  // Compaction may have taken the last record, a deletion, away.
  head_.last = std::max(revision, head_.compacted);
  return {};
}

Result<void> RocksLog::load(const VisitKey& visit) const {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  std::unique_ptr<rocksdb::Iterator> at(database_->db->NewIterator(options, database_->index));
  for (at->SeekToFirst(); at->Valid(); at->Next()) {
    auto entry = decode_index_entry(text_of(at->value()));
    if (!entry) return std::unexpected(storage_failed("the index is damaged at " + at->key().ToString()));
    visit(text_of(at->key()), entry->revision, entry->expires);
  }
  if (!at->status().ok()) return std::unexpected(to_status(at->status(), "read the index"));
  return {};
}

Result<void> RocksLog::append(std::span<const Record> records) {
  for (const Record& record : records) {
    std::string revision = encode_revision(record.revision);
    const auto encoded = encoder_.encode(record);
    rocksdb::Slice key = revision, value[] = {slice(encoded.header), slice(encoded.value)};
    batch_.Put(database_->log, rocksdb::SliceParts(&key, 1), rocksdb::SliceParts(value, 2));
    if (record.type == Event::Type::kPut) {
      encode_index_entry(record.revision, record.expires, entry_);
      batch_.Put(database_->index, record.key, entry_);
    } else {
      batch_.Delete(database_->index, record.key);
    }
  }
  rocksdb::WriteOptions durable;
  durable.sync = true;
  auto status = database_->db->Write(durable, &batch_);
  if (batch_.GetDataSize() > kKeptBatchBytes) {
    batch_ = rocksdb::WriteBatch();
  } else {
    batch_.Clear();
  }
  if (!status.ok()) return std::unexpected(to_status(status, "write"));
  return {};
}

std::unique_ptr<LogView> RocksLog::view() const { return std::make_unique<RocksView>(*database_); }

Result<std::optional<Record>> RocksLog::find(Revision revision, Wait wait) const {
  rocksdb::ReadOptions options;
  if (wait == Wait::kNever) options.read_tier = rocksdb::kBlockCacheTier;
  rocksdb::PinnableSlice value;
  std::string key = encode_revision(revision);
  auto status = database_->db->Get(options, database_->log, key, &value);
  if (status.IsIncomplete()) return std::nullopt;
  if (status.IsNotFound()) return Record{};
  if (!status.ok()) return std::unexpected(to_status(status, "read the log"));
  return decode(key, text_of(value));
}

Result<void> RocksLog::set_compacted(Revision revision) {
  rocksdb::WriteOptions durable;
  durable.sync = true;
  auto status = database_->db->Put(durable, database_->default_family, slice(kMetaCompacted),
                                   encode_revision(revision));
  if (!status.ok()) return std::unexpected(to_status(status, "note the compaction"));
  compacted_ = revision;
  return {};
}

Result<void> RocksLog::sweep(const std::function<bool()>& stop) {
  Revision upto = compacted_;
  while (swept_ < upto && !stop()) {
    TRY(swept_, sweep_slice(swept_, upto));
  }
  return {};
}

Result<Revision> RocksLog::sweep_slice(Revision after, Revision upto) {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  std::unique_ptr<rocksdb::Iterator> at(database_->db->NewIterator(options, database_->log));
  rocksdb::WriteBatch batch;
  std::size_t seen = 0;
  Revision swept = upto;
  for (at->Seek(encode_revision(after + 1)); at->Valid(); at->Next()) {
    auto revision = decode_revision(text_of(at->key()));
    auto sketch = decode_sketch(text_of(at->value()));
    if (!revision || !sketch) return std::unexpected(damaged(revision.value_or(0)));
    if (*revision > upto) break;
    // A change makes the one before it unreachable; a deletion leaves nothing to be reached.
    if (sketch->previous_revision != 0)
      batch.Delete(database_->log, encode_revision(sketch->previous_revision));
    if (sketch->type == Event::Type::kDelete) batch.Delete(database_->log, at->key());
    if (++seen == kSweepSlice) {
      swept = *revision;
      break;
    }
  }
  if (!at->status().ok()) return std::unexpected(to_status(at->status(), "read the log"));
  // In one batch, and not flushed: if it is lost, the sweep is only done again.
  batch.Put(database_->default_family, slice(kMetaSwept), encode_revision(swept));
  auto status = database_->db->Write({}, &batch);
  if (!status.ok()) return std::unexpected(to_status(status, "sweep the log"));
  return swept;
}

Result<void> RocksLog::backup(const std::string& target) const {
  std::error_code error;
  if (std::filesystem::exists(target, error))
    return std::unexpected(storage_failed(target + " exists already"));
  std::filesystem::create_directories(target, error);
  if (error) return std::unexpected(storage_failed("cannot make " + target + ": " + error.message()));
  rocksdb::Checkpoint* made = nullptr;
  auto status = rocksdb::Checkpoint::Create(database_->db.get(), &made);
  std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  if (status.ok()) status = checkpoint->CreateCheckpoint(target + "/db");
  if (!status.ok()) return std::unexpected(to_status(status, "back up to " + target));
  return {};
}

}  // namespace pedalion::storage::embedded
