#pragma once
// What a request asks for, read off its method and path: the RequestInfo of the wire contract (section B).
#include <string>
#include <string_view>

namespace pedalion::endpoints {

/// Value type. For paths outside of the API only path and verb (the method in lower case) are set.
struct RequestInfo {
  bool is_resource_request = false;
  std::string path;        // decoded, without the query
  std::string verb;        // get list watch create update patch delete deletecollection proxy …
  std::string api_prefix;  // "api" or "apis"
  std::string api_group, api_version;
  std::string ns, resource, subresource, name;
  bool name_from_selector = false;  // name is what ?fieldSelector=metadata.name=… pins down, not in the path
  bool deprecated_watch = false;    // the path begins with /watch/
  bool names_nothing = false;  // the path ends with /watch or /proxy, which stand before what they are for
  std::string subpath;         // what follows name/proxy, with its leading slash; empty: nothing
};

/// `target`: path and query as sent.
RequestInfo parse_request_info(std::string_view method, std::string_view target);

/// Watches, proxies, exec, attach, portforward, log: no deadline, not counted in flight.
bool is_long_running(const RequestInfo& info);

}  // namespace pedalion::endpoints
