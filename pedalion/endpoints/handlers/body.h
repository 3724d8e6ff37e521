#pragma once
// The body of a write: read within its limit, decoded as the resource's kind, checked against the URL.
#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/endpoints/handlers/call.h"

namespace pedalion::endpoints {

/// Fails with 400 or 413.
Task<Result<Bytes>> read_body(const Call& call);

/// Decodes `body`; what strict decoding finds becomes warnings or, with kStrict, a 400. `media_type` as
/// negotiated.
Result<json::Document> decode_body(const Call& call, std::string_view body, codec::MediaType media_type,
                                   registry::rest::FieldValidation validation);

/// Turns what strict decoding found into warnings, or with kStrict into an error: its text, empty when there is
/// none.
std::string judge_strictly(registry::rest::RequestContext& context, const std::vector<std::string>& problems,
                           registry::rest::FieldValidation validation);

/// Whether an object's name and namespace are those of the URL. Fails with 400.
Result<void> check_name(const Call& call, const json::Value& object);

}  // namespace pedalion::endpoints
