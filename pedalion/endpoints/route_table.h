#pragma once
// The route table: every path of the API, the verb it means, the resource it concerns and the function that
// serves it. Data: `pedalion routes` prints it, requests are matched against it.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/endpoints/handlers/call.h"

namespace pedalion::endpoints {

struct Route {
  std::string method;  // GET, POST, …
  std::string path;    // "/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale"
  std::string verb;    // what authorization calls it
  const registry::rest::Resource* resource = nullptr;
  VerbHandler handler = nullptr;
  std::string_view handler_name;  // "handle_get"
};

/// Fixed once built; thread-safe. Matching allocates nothing.
class RouteTable {
 public:
  RouteTable();
  ~RouteTable();
  RouteTable(RouteTable&&) noexcept;
  RouteTable& operator=(RouteTable&&) noexcept;

  void add(Route route);
  /// In order of installation.
  const std::vector<Route>& routes() const;

  struct Match {
    const Route* route = nullptr;  // null: none
    bool path_known = false;       // the path exists, with other methods (405)
  };
  /// `info` of the request; a watch of a list path is matched by its verb.
  Match match(std::string_view method, const RequestInfo& info) const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

/// Adds the routes of every resource of `groups`, which outlive the table: a loop over their declared
/// capabilities.
void install(RouteTable& table, const std::vector<registry::rest::ApiGroupInfo>& groups);

/// As `pedalion routes` prints it: a line a route, or JSON.
std::string routes_text(const RouteTable& table);
std::string routes_json(const RouteTable& table);

}  // namespace pedalion::endpoints
