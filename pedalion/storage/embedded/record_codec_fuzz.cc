// Decoding never crashes, and what decodes is encoded to something that decodes to the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "pedalion/storage/embedded/record_codec.h"

namespace {
using namespace pedalion::storage;

bool same(const Record& a, const Record& b) {
  return a.type == b.type && a.previous_revision == b.previous_revision && a.expires == b.expires &&
         a.key == b.key && a.value.view() == b.value.view();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  embedded::decode_revision(text);
  embedded::decode_sketch(text);
  if (auto record = embedded::decode_record(1, text)) {
    embedded::RecordEncoder encoder;
    auto encoded = encoder.encode(*record);
    auto again = embedded::decode_record(1, std::string(encoded.header) + std::string(encoded.value));
    if (!again || !same(*record, *again)) std::abort();
  }
  if (auto entry = embedded::decode_index_entry(text)) {
    std::string encoded;
    embedded::encode_index_entry(entry->revision, entry->expires, encoded);
    if (!embedded::decode_index_entry(encoded)) std::abort();
  }
  return 0;
}
