#include "pedalion/client/streaming/tar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>

namespace pedalion::client::streaming {
namespace {

// The fields of a header: offset and size.
struct Field {
  std::size_t at, size;
};
constexpr Field kName{0, 100}, kMode{100, 8}, kUid{108, 8}, kGid{116, 8}, kSize{124, 12}, kTime{136, 12},
    kChecksum{148, 8}, kType{156, 1}, kTarget{157, 100}, kMagic{257, 8}, kPrefix{345, 155};
constexpr std::uint64_t kMostOctal = (std::uint64_t{1} << 33) - 1;  // in a field of 12
constexpr std::size_t kExtensionBytes = 1 << 20;

Status malformed(std::string_view what) {
  return Status(502, "", fmt::format("malformed tar archive: {}", what));
}

void put(std::string& block, Field field, std::string_view text) {
  block.replace(field.at, std::min(text.size(), field.size), text.substr(0, field.size));
}
void put_octal(std::string& block, Field field, std::uint64_t value) {
  put(block, field, fmt::format("{:0{}o}", value, field.size - 1));
}

unsigned checksum_of(std::string_view block) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const bool own = i >= kChecksum.at && i < kChecksum.at + kChecksum.size;  // counts as blanks
    sum += own ? ' ' : static_cast<unsigned char>(block[i]);
  }
  return sum;
}

std::string header_block(char type, std::string_view name, const TarEntry& entry, std::uint64_t size) {
  std::string block(kTarBlock, '\0');
  put(block, kName, name);
  put_octal(block, kMode, entry.mode & 07777);
  put_octal(block, kUid, 0);
  put_octal(block, kGid, 0);
  put_octal(block, kSize, std::min(size, kMostOctal));
  put_octal(block, kTime, std::clamp<std::int64_t>(entry.modified, 0, kMostOctal));
  put(block, kType, {&type, 1});
  put(block, kTarget, entry.target);
  put(block, kMagic, std::string_view("ustar\00000", 8));
  put(block, kChecksum, fmt::format("{:06o}", checksum_of(block)));
  block[kChecksum.at + 6] = '\0';
  block[kChecksum.at + 7] = ' ';
  return block;
}

// "LENGTH KEY=VALUE\n", where the length counts itself.
std::string pax_record(std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (std::to_string(length).size() + rest != length) length = std::to_string(length).size() + rest;
  return fmt::format("{} {}={}\n", length, key, value);
}

std::string_view text_in(std::string_view block, Field field) {
  auto text = block.substr(field.at, field.size);
  return text.substr(0, text.find('\0'));
}

// Octal, or GNU's bytes with the highest bit set.
std::optional<std::uint64_t> number_in(std::string_view block, Field field) {
  auto text = block.substr(field.at, field.size);
  if ((static_cast<unsigned char>(text[0]) & 0x80) != 0) {
    std::uint64_t value = static_cast<unsigned char>(text[0]) & 0x7f;
    for (unsigned char c : text.substr(1)) {
      if (value >> 55 != 0) return std::nullopt;
      value = value << 8 | c;
    }
    return value;
  }
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  text = text.substr(0, text.find_first_of(std::string_view(" \0", 2)));
  if (text.empty()) return 0;
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 8);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

TarEntry::Kind kind_of(char type) {
  switch (type) {
    case '0':
    case '\0':
    case '7':
      return TarEntry::Kind::kFile;
    case '5':
      return TarEntry::Kind::kDirectory;
    case '2':
      return TarEntry::Kind::kSymlink;
    default:
      return TarEntry::Kind::kOther;
  }
}

}  // namespace

std::string tar_padding(std::uint64_t size) {
  return std::string(static_cast<std::size_t>((kTarBlock - size % kTarBlock) % kTarBlock), '\0');
}

std::string tar_end() { return std::string(2 * kTarBlock, '\0'); }

std::string tar_header(const TarEntry& entry) {
  const bool directory = entry.kind == TarEntry::Kind::kDirectory;
  const std::string name = directory && !entry.name.ends_with('/') ? entry.name + "/" : entry.name;
  std::string extension;
  if (name.size() > kName.size) extension += pax_record("path", name);
  if (entry.target.size() > kTarget.size) extension += pax_record("linkpath", entry.target);
  if (entry.size > kMostOctal) extension += pax_record("size", std::to_string(entry.size));
  std::string out;
  if (!extension.empty()) {
    out = header_block('x', "pax", TarEntry{}, extension.size()) + extension + tar_padding(extension.size());
  }
  const char type = directory ? '5' : entry.kind == TarEntry::Kind::kSymlink ? '2' : '0';
  return out + header_block(type, name, entry, type == '0' ? entry.size : 0);
}

Result<void> TarReader::receive(std::string_view input) {
  while (!input.empty() && !ended_) {
    if (!in_content_) {
      const auto count = std::min(kTarBlock - block_.size(), input.size());
      block_.append(input.substr(0, count));
      input.remove_prefix(count);
      if (block_.size() < kTarBlock) return {};
      TRY_OK(take_header());
      block_.clear();
    } else if (remaining_ > 0) {
      auto piece =
          input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size())));
      if (content_ == Content::kData) TRY_OK(sink_.data(piece));
      if (content_ == Content::kPax || content_ == Content::kLongName) extension_.append(piece);
      input.remove_prefix(piece.size());
      remaining_ -= piece.size();
    } else {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(padding_, input.size()));
      input.remove_prefix(count);
      padding_ -= count;
    }
    if (in_content_ && remaining_ == 0 && padding_ == 0) TRY_OK(take_end());
  }
  return {};
}

Result<void> TarReader::take_header() {
  if (block_.find_first_not_of('\0') == std::string::npos) {
    ended_ = true;
    return {};
  }
  auto sum = number_in(block_, kChecksum), size = number_in(block_, kSize);
  if (!sum || *sum != checksum_of(block_)) return std::unexpected(malformed("a header's checksum is wrong"));
  if (!size) return std::unexpected(malformed("a size that is no number"));
  const char type = block_[kType.at];
  in_content_ = true;
  extension_.clear();
  content_ = type == 'x' ? Content::kPax : type == 'L' ? Content::kLongName : Content::kSkipped;
  if (content_ != Content::kSkipped || type == 'g' || type == 'K') {
    if (*size > kExtensionBytes) return std::unexpected(malformed("an extended header that is too long"));
  } else {
    TarEntry entry;
    entry.kind = kind_of(type);
    entry.name = text_in(block_, kName);
    const auto prefix = block_.compare(kMagic.at, 6, std::string_view("ustar\0", 6)) == 0
                            ? text_in(block_, kPrefix)
                            : std::string_view();
    if (!prefix.empty()) entry.name = fmt::format("{}/{}", prefix, entry.name);
    if (!next_name_.empty()) entry.name = std::exchange(next_name_, {});
    if (next_size_ >= 0) *size = static_cast<std::uint64_t>(std::exchange(next_size_, -1));
    if (entry.kind == TarEntry::Kind::kFile && entry.name.ends_with('/'))
      entry.kind = TarEntry::Kind::kDirectory;
    entry.target = text_in(block_, kTarget);
    entry.mode = static_cast<unsigned>(number_in(block_, kMode).value_or(0644) & 07777);
    if (entry.kind == TarEntry::Kind::kFile) {
      entry.size = *size;
      content_ = Content::kData;
    }
    TRY_OK(sink_.begin(entry));
  }
  remaining_ = *size;
  padding_ = (kTarBlock - *size % kTarBlock) % kTarBlock;
  return {};
}

Result<void> TarReader::take_end() {
  in_content_ = false;
  if (content_ == Content::kData) return sink_.end();
  if (content_ == Content::kPax) return take_pax();
  if (content_ == Content::kLongName) next_name_ = extension_.substr(0, extension_.find('\0'));
  return {};
}

Result<void> TarReader::take_pax() {
  std::string_view rest = extension_;
  while (!rest.empty()) {
    std::size_t length = 0;
    auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), length);
    const auto digits = static_cast<std::size_t>(end - rest.data());
    if (error != std::errc() || length > rest.size() || length < digits + 3 || rest[digits] != ' ' ||
        rest[length - 1] != '\n') {
      return std::unexpected(malformed("an extended header's record"));
    }
    auto record = rest.substr(digits + 1, length - digits - 2);
    rest.remove_prefix(length);
    const auto equals = record.find('=');
    if (equals == std::string_view::npos) return std::unexpected(malformed("an extended header's record"));
    const auto key = record.substr(0, equals), value = record.substr(equals + 1);
    if (key == "path") next_name_ = value;
    if (key != "size") continue;
    auto [last, problem] = std::from_chars(value.data(), value.data() + value.size(), next_size_);
    if (problem != std::errc() || last != value.data() + value.size() || next_size_ < 0)
      return std::unexpected(malformed("a size that is no number"));
  }
  return {};
}

}  // namespace pedalion::client::streaming
