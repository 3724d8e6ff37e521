#include "pedalion/storage/embedded/record_codec.h"

#include <limits>

namespace pedalion::storage::embedded {
namespace {

void put_varint(std::uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

bool take_varint(std::string_view& text, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !text.empty(); shift += 7) {
    auto byte = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool take_expiry(std::string_view& text, std::uint32_t& expires) {
  std::uint64_t value = 0;
  if (!take_varint(text, value) || value > std::numeric_limits<std::uint32_t>::max()) return false;
  expires = static_cast<std::uint32_t>(value);
  return true;
}

bool take_sketch(std::string_view& text, RecordSketch& sketch) {
  if (text.empty() || static_cast<unsigned char>(text.front()) > 1) return false;
  sketch.type = text.front() == 0 ? Event::Type::kPut : Event::Type::kDelete;
  text.remove_prefix(1);
  return take_varint(text, sketch.previous_revision);
}

}  // namespace

std::string encode_revision(Revision revision) {
  std::string out(8, '\0');
  for (int byte = 7; byte >= 0; --byte, revision >>= 8) out[byte] = static_cast<char>(revision);
  return out;
}

std::optional<Revision> decode_revision(std::string_view text) {
  if (text.size() != 8) return std::nullopt;
  Revision revision = 0;
  for (char byte : text) revision = revision << 8 | static_cast<unsigned char>(byte);
  return revision;
}

void encode_header(const Record& record, std::string& out) {
  out.clear();
  out.push_back(record.type == Event::Type::kPut ? '\0' : '\1');
  put_varint(record.previous_revision, out);
  put_varint(record.expires, out);
  put_varint(record.key.size(), out);
  out += record.key;
}

std::optional<RecordSketch> decode_sketch(std::string_view text) {
  RecordSketch sketch;
  if (!take_sketch(text, sketch)) return std::nullopt;
  return sketch;
}

std::optional<Record> decode_record(Revision revision, std::string_view text) {
  Record record{.revision = revision};
  RecordSketch sketch;
  std::uint64_t key_size = 0;
  if (!take_sketch(text, sketch) || !take_expiry(text, record.expires) || !take_varint(text, key_size) ||
      key_size > text.size()) {
    return std::nullopt;
  }
  record.type = sketch.type;
  record.previous_revision = sketch.previous_revision;
  record.key = text.substr(0, key_size);
  text.remove_prefix(key_size);
  if (!text.empty()) record.value = Bytes(std::string(text));
  return record;
}

void encode_index_entry(Revision revision, std::uint32_t expires, std::string& out) {
  out.clear();
  put_varint(revision, out);
  put_varint(expires, out);
}

std::optional<KeyIndex::Found> decode_index_entry(std::string_view text) {
  KeyIndex::Found entry;
  if (!take_varint(text, entry.revision) || !take_expiry(text, entry.expires) || !text.empty())
    return std::nullopt;
  return entry;
}

}  // namespace pedalion::storage::embedded
