#include "pedalion/storage/embedded/record_codec.h"

#include <lz4.h>

#include <limits>

namespace pedalion::storage::embedded {
namespace {

constexpr unsigned char kDeletion = 1, kPacked = 2, kKnownBits = kDeletion | kPacked;
constexpr std::size_t kSmallestPacked = 512;    // less is not worth the time
constexpr std::size_t kLargestValue = 1 << 30;  // that a damaged size may ask room for
constexpr std::size_t kMostExpansion = 255;     // of an LZ4 block, whose lengths are sums of bytes

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

bool take_sketch(std::string_view& text, RecordSketch& sketch, bool& packed) {
  if (text.empty()) return false;
  const auto bits = static_cast<unsigned char>(text.front());
  if (bits > kKnownBits) return false;
  sketch.type = (bits & kDeletion) != 0 ? Event::Type::kDelete : Event::Type::kPut;
  packed = (bits & kPacked) != 0;
  text.remove_prefix(1);
  return take_varint(text, sketch.previous_revision);
}

/// `text`: size and block.
std::optional<Bytes> unpacked(std::string_view text) {
  std::uint64_t size = 0;
  if (!take_varint(text, size) || size == 0 || size > kLargestValue || size > text.size() * kMostExpansion)
    return std::nullopt;
  std::string value(size, '\0');
  const int made = LZ4_decompress_safe(text.data(), value.data(), static_cast<int>(text.size()),
                                       static_cast<int>(value.size()));
  if (made < 0 || static_cast<std::size_t>(made) != size) return std::nullopt;
  return Bytes(std::move(value));
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

RecordEncoder::Encoded RecordEncoder::encode(const Record& record) {
  const std::string_view value = record.value.view();
  const bool packed = pack(value);
  header_.clear();
  header_.push_back(
      static_cast<char>((record.type == Event::Type::kDelete ? kDeletion : 0) | (packed ? kPacked : 0)));
  put_varint(record.previous_revision, header_);
  put_varint(record.expires, header_);
  put_varint(record.key.size(), header_);
  header_ += record.key;
  if (packed) put_varint(value.size(), header_);
  return {header_, packed ? std::string_view(packed_) : value};
}

bool RecordEncoder::pack(std::string_view value) {
  if (value.size() < kSmallestPacked || value.size() > kLargestValue) return false;
  packed_.resize(value.size() - value.size() / 8);
  const int size = LZ4_compress_default(value.data(), packed_.data(), static_cast<int>(value.size()),
                                        static_cast<int>(packed_.size()));
  if (size <= 0) return false;
  packed_.resize(static_cast<std::size_t>(size));
  return true;
}

std::optional<RecordSketch> decode_sketch(std::string_view text) {
  RecordSketch sketch;
  bool packed = false;
  if (!take_sketch(text, sketch, packed)) return std::nullopt;
  return sketch;
}

std::optional<Record> decode_record(Revision revision, std::string_view text) {
  Record record{.revision = revision};
  RecordSketch sketch;
  bool packed = false;
  std::uint64_t key_size = 0;
  if (!take_sketch(text, sketch, packed) || !take_expiry(text, record.expires) ||
      !take_varint(text, key_size) || key_size > text.size()) {
    return std::nullopt;
  }
  record.type = sketch.type;
  record.previous_revision = sketch.previous_revision;
  record.key = text.substr(0, key_size);
  text.remove_prefix(key_size);
  if (packed) {
    auto value = unpacked(text);
    if (!value) return std::nullopt;
    record.value = *std::move(value);
  } else if (!text.empty()) {
    record.value = Bytes(std::string(text));
  }
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
