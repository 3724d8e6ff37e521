// Any bytes: decoding reads nothing beyond them, and what it makes can be decoded again to the same facts.
#include <cstdlib>

#include "pedalion/watchcache/json_object_decoder.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pedalion;
  static const watchcache::JsonObjectDecoder decoder({{"spec.a", "spec.a", "spec.b.c", "none"},
                                                      {"b", "metadata.labels.l", "", ""},
                                                      {"c", "c", "", "0"},
                                                      {"d", "metadata.name", "metadata", ""}});
  // A copy of the exact size lets the address sanitizer see reads beyond the end.
  std::string text(reinterpret_cast<const char*>(data), size);
  text.shrink_to_fit();
  auto object = decoder.decode("k", Bytes(text), 42);
  if (!object) return 0;
  std::string_view json = (*object)->json.view();
  require(json.find("\"42\"") != std::string_view::npos);
  require(json.substr((*object)->metadata_offset).starts_with("\"metadata\""));
  auto again = decoder.decode("k", (*object)->json, 42);
  require(again.has_value());
  require((*again)->json.view() == json);
  require((*again)->name == (*object)->name && (*again)->ns == (*object)->ns &&
          (*again)->uid == (*object)->uid);
  require((*again)->labels == (*object)->labels && (*again)->fields == (*object)->fields);
  require((*again)->owner_uids == (*object)->owner_uids);
  auto shared = decoder.decode("k", Bytes(text), 0);
  require(shared.has_value() && (*shared)->name == (*object)->name);
  auto later = decoder.at_revision(**object, 1234567);
  require(later->json.size() == json.size() + 5 && later->fields == (*object)->fields);
  return 0;
}
