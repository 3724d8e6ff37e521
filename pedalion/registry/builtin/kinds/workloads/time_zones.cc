#include "pedalion/registry/builtin/kinds/workloads/time_zones.h"

#include <filesystem>

namespace pedalion::registry::builtin::kinds::workloads {

bool is_known_time_zone(std::string_view name) {
  static const std::filesystem::path kZones = "/usr/share/zoneinfo";
  std::error_code ignored;
  if (name.empty() || name == "UTC" || name == "Local") return true;
  if (name.starts_with('/') || name.find("..") != name.npos) return false;
  if (!std::filesystem::exists(kZones, ignored)) return true;
  return std::filesystem::is_regular_file(kZones / name, ignored);
}

}  // namespace pedalion::registry::builtin::kinds::workloads
