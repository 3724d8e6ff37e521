#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/codec/protobuf.h"
#include "pedalion/apimachinery/codec/protobuf_writer.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/schema/type_set.h"

/// Any bytes are a message or an error; what was read can be shaped or is refused; what was shaped can be
/// written. Any text is written or refused.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace pedalion;
  static schema::TypeSet types;
  static const schema::Type* type = [] {
    auto* made = types.make<schema::Type>();
    auto* inner = types.make<schema::Type>();
    std::vector<schema::Field> fields;
    std::uint32_t number = 0;
    using schema::Shape;
    for (auto shape : {Shape::kString, Shape::kBytes, Shape::kBool, Shape::kInt32, Shape::kInt64,
                       Shape::kDouble, Shape::kTime, Shape::kMicroTime, Shape::kDuration, Shape::kQuantity,
                       Shape::kIntOrString, Shape::kJson}) {
      static const char* kNames[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
      fields.push_back({.name = kNames[number], .type = schema::scalar(shape), .proto_number = number + 1});
      ++number;
    }
    types.finish(*inner, types.keep(fields));
    fields.push_back({.name = "m", .type = types.container(Shape::kList, inner, false), .proto_number = 20});
    fields.push_back({.name = "n", .type = types.container(Shape::kMap, inner, false), .proto_number = 21});
    fields.push_back({.name = "o", .type = made, .proto_number = 22, .pointer = true});
    types.finish(*made, types.keep(fields));
    return made;
  }();
  json::Document document;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  std::string bytes;
  (void)codec::append_message(input, *type, bytes);
  auto value = codec::decode_message(input, *type, document.arena);
  if (!value) return 0;
  document.root = *value;
  if (codec::reshape(document, *type) && !codec::append_message(json::to_string(document.root), *type, bytes))
    std::abort();
  return 0;
}
