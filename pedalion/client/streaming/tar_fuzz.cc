// Whatever a container sends as an archive, and however it is cut: the same entries and bytes, or a failure.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "pedalion/client/streaming/tar.h"

namespace pedalion::client::streaming {
namespace {

class Record final : public TarSink {
 public:
  Result<void> begin(const TarEntry& entry) override {
    if (open) std::abort();
    open = entry.kind == TarEntry::Kind::kFile;
    seen += "[" + entry.name + ":" + std::to_string(entry.size) + "]";
    left = entry.size;
    return {};
  }
  Result<void> data(std::string_view piece) override {
    if (!open || piece.size() > left) std::abort();
    left -= piece.size();
    seen += piece;
    return {};
  }
  Result<void> end() override {
    if (!open || left != 0) std::abort();
    open = false;
    return {};
  }
  std::string seen;
  std::uint64_t left = 0;
  bool open = false;
};

std::string read(std::string_view input, std::size_t step) {
  Record record;
  TarReader reader(record);
  while (!input.empty()) {
    if (!reader.receive(input.substr(0, step))) return record.seen + "!";
    input.remove_prefix(std::min(step, input.size()));
  }
  return record.seen + (reader.ended() ? "." : "");
}

}  // namespace
}  // namespace pedalion::client::streaming

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using pedalion::client::streaming::read;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (read(input, size + 1) != read(input, 100)) std::abort();
  return 0;
}
