#pragma once
// The answer to who may not do what was asked for.
#include "pedalion/server/authz/authorizer.h"
#include "pedalion/server/exchange/exchange.h"

namespace pedalion::server::filters {

/// 403 in kube-apiserver's words; `reason` is the authorizer's.
http::Response refusal(const authz::Attributes& attributes, const std::string& reason,
                       const Exchange& exchange);

}  // namespace pedalion::server::filters
