#include "pedalion/apimachinery/schema/type.h"

#include <array>

#include "pedalion/base/words.h"

namespace pedalion::schema {
namespace {

struct Named {
  Shape shape;
  std::string_view name, open_api_name;
};

constexpr Named kNamed[] = {
    {Shape::kTime, "Time", "io.k8s.apimachinery.pkg.apis.meta.v1.Time"},
    {Shape::kMicroTime, "MicroTime", "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime"},
    {Shape::kDuration, "Duration", "io.k8s.apimachinery.pkg.apis.meta.v1.Duration"},
    {Shape::kFieldsV1, "FieldsV1", "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1"},
    {Shape::kQuantity, "Quantity", "io.k8s.apimachinery.pkg.api.resource.Quantity"},
    {Shape::kIntOrString, "IntOrString", "io.k8s.apimachinery.pkg.util.intstr.IntOrString"},
    {Shape::kRawExtension, "RawExtension", "io.k8s.apimachinery.pkg.runtime.RawExtension"},
};

constexpr std::size_t kShapes = static_cast<std::size_t>(Shape::kAlternatives) + 1;

constexpr std::array<Type, kShapes> kScalars = [] {
  std::array<Type, kShapes> types;
  for (std::size_t i = 0; i < kShapes; ++i) types[i].shape = static_cast<Shape>(i);
  for (const auto& named : kNamed) {
    Type& type = types[static_cast<std::size_t>(named.shape)];
    type.name = named.name;
    type.open_api_name = named.open_api_name;
  }
  return types;
}();

constexpr Type container(Shape shape) {
  Type type;
  type.shape = shape;
  type.element = &kScalars[static_cast<std::size_t>(Shape::kString)];
  return type;
}
constexpr Type kStringList = container(Shape::kList);
constexpr Type kStringMap = container(Shape::kMap);

}  // namespace

std::uint32_t field_name_hash(std::string_view name) {
  // The first and the last eight bytes and the length: two multiplications whatever the length.
  const bool is_long = name.size() > 8;
  const std::uint64_t head = is_long ? load_word<std::uint64_t>(name.data()) : word_of(name);
  const std::uint64_t tail = is_long ? load_word<std::uint64_t>(name.data() + name.size() - 8) : 0;
  std::uint64_t mixed =
      (head ^ name.size()) * 0x9E3779B97F4A7C15u ^ (tail + 0x632BE59BD9B4E019u) * 0xD6E8FEB86659FD93u;
  return static_cast<std::uint32_t>(mixed ^ mixed >> 32);
}

int Type::field_index(std::string_view json_name) const {
  if (field_hash.empty()) return -1;
  auto mask = static_cast<std::uint32_t>(field_hash.size() - 1);
  for (std::uint32_t slot = field_name_hash(json_name) & mask;; slot = (slot + 1) & mask) {
    std::uint16_t entry = field_hash[slot];
    if (entry == 0) return -1;
    if (fields[entry - 1].name == json_name) return entry - 1;
  }
}

const Field* Type::field(std::string_view json_name) const {
  int index = field_index(json_name);
  return index < 0 ? nullptr : &fields[static_cast<std::size_t>(index)];
}

const Type* scalar(Shape shape) { return &kScalars[static_cast<std::size_t>(shape)]; }
const Type* string_list() { return &kStringList; }
const Type* string_map() { return &kStringMap; }

}  // namespace pedalion::schema
