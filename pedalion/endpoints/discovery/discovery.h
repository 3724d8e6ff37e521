#pragma once
// Answers what the server serves: /api, /apis, /apis/<group>, /api/v1 and /apis/<group>/<version>.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/base/bytes.h"
#include "pedalion/endpoints/handlers/negotiation.h"
#include "pedalion/http/message.h"
#include "pedalion/registry/rest/resource.h"

namespace pedalion::endpoints {

/// Fixed once made; thread-safe. Keeps nothing of the groups. A plain JSON answer shares its document's
/// bytes; YAML, protobuf and pretty ones are made each time. A HEAD is answered as a GET where one is
/// allowed: the connection leaves the body out.
class Discovery {
 public:
  /// `server_address` ("host:port") is what /api tells clients. Every group has a version. Throws
  /// std::logic_error when a subresource is declared without its resource.
  Discovery(const std::vector<registry::rest::ApiGroupInfo>& groups, std::string_view server_address);

  /// One slash may follow each path. Plain 404 for paths that are none; Status 405 and 406 otherwise.
  http::Response answer(const http::Request& request) const;

 private:
  enum class Methods : bool { kGetOnly, kAny };
  struct Document {
    Bytes json;  // with a trailing newline
    Methods methods = Methods::kGetOnly;
  };
  struct Aggregated {
    Bytes json;       // with a trailing newline
    std::string tag;  // quoted
  };
  static Aggregated aggregated(const std::string& tail);
  static http::Response answer_aggregated(const http::Request& request, const Form& form,
                                          const Aggregated& document);

  std::map<std::string, Document, std::less<>> documents_;  // by path
  std::map<std::string, Aggregated, std::less<>> aggregated_;
};

}  // namespace pedalion::endpoints
