#include "pedalion/storage/embedded/check.h"

#include <fmt/format.h>

#include <unordered_map>

#include "pedalion/storage/embedded/database_internal.h"
#include "pedalion/storage/embedded/directory_lock.h"
#include "pedalion/storage/embedded/record_codec.h"

namespace pedalion::storage::embedded {
namespace {

constexpr std::size_t kProblemsKept = 20;

class Checker {
 public:
  explicit Checker(const Database& database) : database_(database) {}

  Result<CheckReport> run() {
    report_.compacted = decode_revision(database_.meta(kMetaCompacted)).value_or(0);
    swept_ = decode_revision(database_.meta(kMetaSwept)).value_or(0);
    report_.last = std::max<Revision>(report_.compacted, 1);
    if (auto status = database_.db->VerifyChecksum(); !status.ok()) problem(status.ToString());
    if (swept_ > report_.compacted) problem("more is swept than was compacted");
    TRY_OK(read_log());
    TRY_OK(read_index());
    for (const auto& [key, entry] : keys_) {
      problem(fmt::format("the index lacks {}, which the log has at revision {}", key, entry.revision));
    }
    report_.disk_bytes = database_.disk_bytes();
    return std::move(report_);
  }

 private:
  void problem(std::string text) {
    ++report_.problem_count;
    if (report_.problems.size() < kProblemsKept) report_.problems.push_back(std::move(text));
  }

  Result<void> read_log() {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    std::unique_ptr<rocksdb::Iterator> at(database_.db->NewIterator(options, database_.log));
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
      auto revision = decode_revision(text_of(at->key()));
      auto record = revision ? decode_record(*revision, text_of(at->value())) : std::nullopt;
      if (!record) {
        problem(fmt::format("record {} cannot be decoded", revision.value_or(0)));
        continue;
      }
      check_record(*record);
    }
    if (!at->status().ok()) problem("the log cannot be read to its end: " + at->status().ToString());
    return {};
  }

  void check_record(const Record& record) {
    ++report_.records;
    report_.value_bytes += record.value.size();
    if (record.revision > report_.compacted && record.revision != previous_ + 1 &&
        previous_ >= report_.compacted) {
      problem(fmt::format("revisions {} to {} are missing", previous_ + 1, record.revision - 1));
    }
    if (previous_ < report_.compacted && record.revision > report_.compacted + 1) {
      problem(fmt::format("revisions {} to {} are missing", std::max<Revision>(report_.compacted, 1) + 1,
                          record.revision - 1));
    }
    previous_ = std::max(record.revision, report_.compacted);
    report_.last = std::max(report_.last, record.revision);
    auto known = keys_.find(record.key);
    Revision before = known == keys_.end() ? 0 : known->second.revision;
    // What was swept may be missing, but only what came before the sweep.
    if (record.previous_revision != before &&
        (record.revision > swept_ || before > record.previous_revision)) {
      problem(fmt::format("record {} of {} follows {}, but the log has {} before it", record.revision,
                          record.key, record.previous_revision, before));
    }
    if (record.type == Event::Type::kDelete) {
      if (known != keys_.end()) keys_.erase(known);
    } else {
      keys_[record.key] = {record.revision, record.expires};
    }
  }

  Result<void> read_index() {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    std::unique_ptr<rocksdb::Iterator> at(database_.db->NewIterator(options, database_.index));
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
      ++report_.keys;
      std::string key = at->key().ToString();
      auto entry = decode_index_entry(text_of(at->value()));
      auto logged = keys_.find(key);
      if (!entry) {
        problem("the index entry of " + key + " cannot be decoded");
      } else if (logged == keys_.end()) {
        problem(fmt::format("the index has {} at revision {}, the log has not", key, entry->revision));
      } else if (entry->revision != logged->second.revision || entry->expires != logged->second.expires) {
        problem(fmt::format("the index has {} at revision {}, the log at {}", key, entry->revision,
                            logged->second.revision));
      }
      if (logged != keys_.end()) keys_.erase(logged);
    }
    if (!at->status().ok()) problem("the index cannot be read to its end: " + at->status().ToString());
    return {};
  }

  const Database& database_;
  CheckReport report_;
  Revision swept_ = 0;
  Revision previous_ = 1;  // the revision before the record that is looked at, as far as history is whole
  std::unordered_map<std::string, KeyIndex::Found> keys_;  // as the log says
};

}  // namespace

Result<CheckReport> check(const std::string& directory, Recovery recovery) {
  TRY(DirectoryLock lock, DirectoryLock::acquire(directory));
  if (recovery == Recovery::kDropDamagedTail) {
    // Opening for writing is what drops it.
    TRY(auto repaired, Database::open(directory, Database::Access::kWrite, recovery));
  }
  TRY(auto database, Database::open(directory, Database::Access::kReadOnly, recovery));
  return Checker(*database).run();
}

}  // namespace pedalion::storage::embedded
