#include "pedalion/apimachinery/scheme/api_bundle.h"

// PEDALION_API_BUNDLE is the path of the concatenated files, made by CMake.
__asm__(
    ".section .rodata\n"
    ".global pedalion_api_bundle_begin\n"
    "pedalion_api_bundle_begin:\n"
    ".incbin \"" PEDALION_API_BUNDLE
    "\"\n"
    ".global pedalion_api_bundle_end\n"
    "pedalion_api_bundle_end:\n"
    ".previous\n");

extern "C" const char pedalion_api_bundle_begin[], pedalion_api_bundle_end[];

namespace pedalion::scheme {

std::string_view api_bundle() {
  return {pedalion_api_bundle_begin,
          static_cast<std::size_t>(pedalion_api_bundle_end - pedalion_api_bundle_begin)};
}

}  // namespace pedalion::scheme
