#pragma once
// The api/ files, one after the other, as they lie in the binary.
#include <string_view>

namespace pedalion::scheme {

std::string_view api_bundle();

}  // namespace pedalion::scheme
