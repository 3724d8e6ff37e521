#pragma once
// A list in the negotiated form.
#include "pedalion/endpoints/handlers/call.h"
#include "pedalion/endpoints/handlers/negotiation.h"

namespace pedalion::endpoints {

http::Response list_response(const Call& call, const Form& form, registry::rest::ObjectList list);

}  // namespace pedalion::endpoints
