#pragma once
// Lists in the values of flags.
#include <string>
#include <string_view>
#include <vector>

namespace pedalion::controlplane {

/// The parts between separators; as many as separators and one more, some maybe empty.
inline std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    auto at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

}  // namespace pedalion::controlplane
