#include <cstdlib>

#include "pedalion/endpoints/handlers/fake_resource.h"

/// The first line is a query, the rest a body of DeleteOptions: never more than 400s and 422s.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace pedalion::endpoints;
  static testing::Caller caller;
  std::string text(reinterpret_cast<const char*>(data), size);
  auto line = text.find('\n');
  std::string query = text.substr(0, line), body = line == std::string::npos ? "" : text.substr(line + 1);
  const std::string path = "/api/v1/namespaces/n/configmaps/a?" + query;
  for (const char* type : {"application/json", "application/yaml", "application/vnd.kubernetes.protobuf"}) {
    auto response = caller.send(handle_delete_collection, "DELETE", path, {{"content-type", type}}, body);
    if (response.status >= 500) std::abort();
  }
  for (pedalion::endpoints::VerbHandler handler : {handle_get, handle_list, handle_update}) {
    if (caller.send(handler, "GET", path).status >= 500) std::abort();
  }
  return 0;
}
