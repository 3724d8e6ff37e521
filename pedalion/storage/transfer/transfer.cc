#include "pedalion/storage/transfer/transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "pedalion/storage/errors.h"

namespace pedalion::storage::transfer {
namespace {

constexpr std::size_t kPage = 1000;
constexpr std::string_view kMagic = "pedalion-export 1 ";
constexpr std::uint64_t kLongestKey = 1 << 16, kLongestValue = 1 << 30;  // beyond these a file is damaged

Result<std::vector<Entry>> read_all(Store& store, const std::string& prefix, Revision& revision) {
  std::vector<Entry> all;
  ListOptions page{.start = {}, .limit = kPage, .at = 0};
  while (true) {
    TRY(ListResult result, sync_wait(store.list(prefix, page)));
    if (page.at == 0) page.at = revision = result.revision;
    if (result.more) page.start = result.entries.back().key + '\0';
    std::ranges::move(result.entries, std::back_inserter(all));
    if (!result.more) return all;
  }
}

std::unexpected<Status> damaged(std::string_view why) {
  return std::unexpected(storage_failed(fmt::format("the export is damaged: {}", why)));
}

struct RecordHead {
  std::uint64_t revision = 0, key_bytes = 0, value_bytes = 0;
};

std::optional<RecordHead> parse_head(std::string_view line) {
  RecordHead head;
  const char* at = line.data();
  const char* end = at + line.size();
  for (std::uint64_t* number : {&head.revision, &head.key_bytes, &head.value_bytes}) {
    auto [next, error] = std::from_chars(at, end, *number);
    if (error != std::errc() || (next != end && *next != ' ')) return std::nullopt;
    at = next == end ? end : next + 1;
  }
  if (at != end || head.key_bytes > kLongestKey || head.value_bytes > kLongestValue) return std::nullopt;
  return head;
}

bool read_bytes(std::istream& in, std::uint64_t count, std::string& bytes) {
  bytes.resize(count);
  in.read(bytes.data(), static_cast<std::streamsize>(count));
  return static_cast<std::uint64_t>(in.gcount()) == count;
}

}  // namespace

Result<Summary> export_store(Store& store, const std::string& prefix, std::ostream& out) {
  Summary summary;
  TRY(std::vector<Entry> entries, read_all(store, prefix, summary.revision));
  std::ranges::sort(entries, {}, &Entry::revision);
  out << kMagic << summary.revision << '\n';
  for (const Entry& entry : entries) {
    out << entry.revision << ' ' << entry.key.size() << ' ' << entry.value.size() << '\n'
        << entry.key << entry.value.view() << '\n';
    summary.bytes += entry.value.size();
  }
  summary.keys = entries.size();
  out << "end " << summary.keys << '\n';
  out.flush();
  if (!out) return std::unexpected(storage_failed("the export cannot be written"));
  return summary;
}

Result<Summary> import_store(Store& store, std::istream& in, const std::string& brief_prefix,
                             std::chrono::seconds brief_ttl) {
  Summary summary;
  std::string line, key, value;
  if (!std::getline(in, line) || !line.starts_with(kMagic)) return damaged("it does not begin as one");
  while (std::getline(in, line)) {
    if (line.starts_with("end ")) {
      if (line.substr(4) != std::to_string(summary.keys)) return damaged("keys are missing");
      return summary;
    }
    auto head = parse_head(line);
    if (!head || !read_bytes(in, head->key_bytes, key) || !read_bytes(in, head->value_bytes, value) ||
        in.get() != '\n') {
      return damaged(fmt::format("after {} keys", summary.keys));
    }
    std::optional<std::chrono::seconds> ttl;
    if (!brief_prefix.empty() && key.starts_with(brief_prefix)) ttl = brief_ttl;
    summary.bytes += value.size();
    TRY(summary.revision, sync_wait(store.create(key, Bytes(std::move(value)), ttl)));
    ++summary.keys;
  }
  return damaged("its end is missing");
}

}  // namespace pedalion::storage::transfer
