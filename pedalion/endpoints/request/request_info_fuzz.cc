#include <cstdlib>

#include "pedalion/apimachinery/meta/query.h"
#include "pedalion/endpoints/request/request_info.h"

/// Any target is understood somehow; what is a resource request has a resource.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (auto method : {"GET", "POST", "DELETE", "OPTIONS"}) {
    auto info = pedalion::endpoints::parse_request_info(method, text);
    if (info.is_resource_request && info.api_version.empty() && info.api_prefix.empty()) std::abort();
    pedalion::endpoints::is_long_running(info);
  }
  pedalion::meta::Query query(text);
  query.boolean("watch");
  return 0;
}
