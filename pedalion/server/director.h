#pragma once
// Behind the filters: finds what serves a request, in the route table or in the table of paths, and calls it.
#include <set>
#include <string>

#include "pedalion/endpoints/route_table.h"
#include "pedalion/server/exchange/filter.h"
#include "pedalion/server/path_table.h"

namespace pedalion::server {

/// Thread-safe. What it is given outlives it.
class Director final : public FilterChain::Director {
 public:
  /// `groups`: whose unknown paths get a Status; all else that nothing answers is "404 page not found".
  Director(const endpoints::RouteTable& routes, const endpoints::Environment& environment,
           const PathTable& paths, std::set<std::string, std::less<>> groups)
      : routes_(routes), environment_(environment), paths_(paths), groups_(std::move(groups)) {}

  Task<http::Response> serve(Exchange& exchange) override;

 private:
  http::Response not_found(const Exchange& exchange) const;

  const endpoints::RouteTable& routes_;
  const endpoints::Environment& environment_;
  const PathTable& paths_;
  std::set<std::string, std::less<>> groups_;
};

}  // namespace pedalion::server
