#include <cstdlib>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/scheme/scheme.h"

namespace {

using namespace pedalion;

/// What a body is decoded to decodes to itself: then nothing was left unshaped, and nothing is a problem any
/// more.
void check(std::string_view body, codec::MediaType media, const meta::GroupVersionKind& kind) {
  static const scheme::Scheme scheme;
  const schema::Type& type = *scheme.type(kind);
  auto first = codec::decode_object(body, media, kind, type, &scheme);
  if (!first) return first.error().code == 400 ? void() : std::abort();
  std::string written = json::to_string(first->object.root);
  auto second = codec::decode_object(written, codec::MediaType::kJson, kind, type, &scheme);
  if (!second || !second->strict_problems.empty()) std::abort();
  if (json::to_string(second->object.root) != written) std::abort();
}

}  // namespace

/// Any bytes as a body of JSON, YAML or protobuf: a typical kind, and one whose type contains itself.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view body(reinterpret_cast<const char*>(data), size);
  for (auto media : {codec::MediaType::kJson, codec::MediaType::kYaml, codec::MediaType::kProtobuf}) {
    check(body, media, {"", "v1", "Pod"});
    check(body, media, {"apiextensions.k8s.io", "v1", "CustomResourceDefinition"});
  }
  return 0;
}
