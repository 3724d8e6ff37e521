#pragma once
// PodLogOptions of a query: read and judged before anybody looks for the pod.
#include <string>
#include <string_view>

#include "pedalion/apimachinery/meta/query.h"

namespace pedalion::registry::builtin::virtuals {

/// 400 for what cannot be read (Go's text), 422 for what makes no sense.
Result<void> check_log_options(const meta::Query& query, std::string_view pod);

/// The ports of portforward are numbers, each value a list of them.
Result<void> check_ports(const meta::Query& query);

}  // namespace pedalion::registry::builtin::virtuals
