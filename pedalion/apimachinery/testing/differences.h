#pragma once
// Where two objects differ, short enough to be read.
#include <string>
#include <string_view>

namespace pedalion::apimachinery::testing {

/// A line for each of the first places in which two JSON texts differ, `.spec.replicas: 1 | 2` (`-`: not
/// there); empty when they say the same in the same order. Text that is no JSON is a difference itself.
std::string differences(std::string_view a, std::string_view b);

}  // namespace pedalion::apimachinery::testing
