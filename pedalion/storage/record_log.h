#pragma once
// The seam between the one engine (LogStore) and what keeps its records: memory or RocksDB.
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pedalion/base/bytes.h"
#include "pedalion/base/status.h"
#include "pedalion/storage/store.h"

namespace pedalion::storage {

/// One change, as the log keeps it under its revision.
struct Record {
  Revision revision = 0;
  Revision previous_revision = 0;  // of the key's record before this one; 0: this change created the key
  std::uint32_t expires = 0;       // in seconds since 1970; 0: never
  Event::Type type = Event::Type::kPut;
  std::string key;
  Bytes value;  // kDelete: empty
};

enum class Visit { kContinue, kStop };

/// The log as it was at one moment: compaction takes nothing away from it. Short-lived, used by one thread.
class LogView {
 public:
  virtual ~LogView() = default;

  /// Visits the records after `after` up to `upto`, in order.
  virtual Result<void> scan(Revision after, Revision upto,
                            const std::function<Visit(Record)>& visit) const = 0;

  /// Visits the records of these (ascending) revisions; those that are not there are passed over.
  virtual Result<void> read(std::span<const Revision> revisions,
                            const std::function<void(Record)>& visit) const = 0;
};

/// Records by revision, and which record is the last of each key. One thread appends; all others may read
/// meanwhile. Reads may fail with 500; an append that fails must leave no trace that later reads could see.
class RecordLog {
 public:
  enum class Wait { kNever, kForDisk };
  struct Head {
    Revision last = 1;       // of the newest record that ever was
    Revision compacted = 0;  // history up to here is forgotten (by readers; sweep() takes it off the disk)
  };
  using VisitKey = std::function<void(std::string_view key, Revision revision, std::uint32_t expires)>;

  virtual ~RecordLog() = default;

  virtual Head head() const = 0;

  /// Visits every key that exists, in key order.
  virtual Result<void> load(const VisitKey& visit) const = 0;

  /// Adds the records, whose revisions follow the last one. On return they are durable, all of them or none.
  virtual Result<void> append(std::span<const Record> records) = 0;

  virtual std::unique_ptr<LogView> view() const = 0;

  /// No value: with kNever it would have to wait for the disk; revision 0: compaction has taken the record.
  virtual Result<std::optional<Record>> find(Revision revision, Wait wait) const = 0;

  /// Durably notes that history up to `revision` is forgotten.
  virtual Result<void> set_compacted(Revision revision) = 0;

  /// Deletes records that set_compacted() made unreachable. May take long; runs beside everything else, once
  /// at a time. Ends early, to go on at the next call, when `stop` says so.
  virtual Result<void> sweep(const std::function<bool()>& stop) = 0;
};

}  // namespace pedalion::storage
