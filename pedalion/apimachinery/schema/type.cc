#include "pedalion/apimachinery/schema/type.h"

namespace pedalion::schema {

std::uint32_t field_name_hash(std::string_view name) {
  std::uint32_t hash = 2166136261u;  // FNV-1a
  for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
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

}  // namespace pedalion::schema
