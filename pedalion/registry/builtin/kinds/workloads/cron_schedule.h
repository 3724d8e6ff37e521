#pragma once
// Cron schedules: five fields or a descriptor, with the words of the parser that kube-apiserver uses.
#include <optional>
#include <string>
#include <string_view>

namespace pedalion::registry::builtin::kinds::workloads {

/// What is wrong with a schedule; nothing when it is one.
std::optional<std::string> cron_problem(std::string_view schedule);

}  // namespace pedalion::registry::builtin::kinds::workloads
