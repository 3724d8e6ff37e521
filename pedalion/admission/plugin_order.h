#pragma once
// Which admission plugins kube-apiserver knows, in which order they act, and which of them are wanted.
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/base/status.h"

namespace pedalion::admission {

struct PluginFacts {
  std::string_view name;
  bool on_by_default = false;
  bool is_there = false;  // in this server
};

/// All, in the order in which they act.
std::span<const PluginFacts> plugin_order();
/// Null for a name that kube-apiserver does not know.
const PluginFacts* find_plugin(std::string_view name);
/// Where it acts; unknown ones after all others.
std::size_t place_of(std::string_view name);

/// What --enable-admission-plugins and --disable-admission-plugins say.
struct PluginChoice {
  std::vector<std::string> enabled, disabled;

  /// Fails (400, text for the terminal) on names that are not known or in both lists.
  Result<void> check() const;
  bool has(std::string_view name) const;
};

}  // namespace pedalion::admission
