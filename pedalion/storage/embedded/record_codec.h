#pragma once
// How records and index entries look on disk. Changing it means another kFormat.
#include <optional>
#include <string>
#include <string_view>

#include "pedalion/storage/key_index.h"
#include "pedalion/storage/record_log.h"

namespace pedalion::storage::embedded {

//   log:    revision (8 bytes, big-endian) -> header value
//     header: bits (1 byte: 1 deletion, 2 packed) previous_revision (varint) expires (varint) key_size
//     (varint) key packed: size (varint) of the value, which follows as an LZ4 block. Packed here, once, a
//     value is small in each of
//             the copies that RocksDB makes of it: log, memtable, tables of each level.
//   index:  key -> revision (varint) expires (varint)
//   meta:   "format" -> kFormat, "compacted" and "swept" -> revision (8 bytes, big-endian)

inline constexpr std::string_view kFormat = "pedalion-log-2";
inline constexpr std::string_view kFormatBefore = "pedalion-log-1";  // the same, without packed values

std::string encode_revision(Revision revision);
std::optional<Revision> decode_revision(std::string_view text);

/// Makes the two parts of what is kept under a revision. Large values are packed if that saves an eighth of
/// them.
class RecordEncoder {
 public:
  struct Encoded {
    std::string_view header, value;
  };
  /// The parts last until the next call, and no longer than `record`.
  Encoded encode(const Record& record);

 private:
  bool pack(std::string_view value);

  std::string header_, packed_;
};

/// `text`: header and value. The Record gets copies. No value: `text` is damaged.
std::optional<Record> decode_record(Revision revision, std::string_view text);

/// What sweeping needs of a record.
struct RecordSketch {
  Event::Type type = Event::Type::kPut;
  Revision previous_revision = 0;
};
std::optional<RecordSketch> decode_sketch(std::string_view text);

void encode_index_entry(Revision revision, std::uint32_t expires, std::string& out);
std::optional<KeyIndex::Found> decode_index_entry(std::string_view text);

}  // namespace pedalion::storage::embedded
