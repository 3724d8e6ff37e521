#pragma once
// How records and index entries look on disk. Changing it means another kFormat.
#include <optional>
#include <string>
#include <string_view>

#include "pedalion/storage/key_index.h"
#include "pedalion/storage/record_log.h"

namespace pedalion::storage::embedded {

//   log:    revision (8 bytes, big-endian) -> header value
//     header: type (1 byte) previous_revision (varint) expires (varint) key_size (varint) key
//   index:  key -> revision (varint) expires (varint)
//   meta:   "format" -> kFormat, "compacted" and "swept" -> revision (8 bytes, big-endian)

inline constexpr std::string_view kFormat = "pedalion-log-1";

std::string encode_revision(Revision revision);
std::optional<Revision> decode_revision(std::string_view text);

/// All but the value, which follows it. Replaces what `out` holds.
void encode_header(const Record& record, std::string& out);
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
