#pragma once
// Answers of handlers: objects in the negotiated form, errors as Status, warnings as headers.
#include "pedalion/endpoints/handlers/call.h"
#include "pedalion/endpoints/handlers/forms.h"
#include "pedalion/endpoints/handlers/negotiation.h"

namespace pedalion::endpoints {

/// What the request accepts of what the call's resource has.
Result<Form> negotiate(const Call& call, Answers answers);

/// One object. Plain JSON and protobuf share its bytes; every other form is made here. An object that is no
/// object of the resource (a Status) is never transformed: use document_response().
http::Response object_response(const Call& call, const Form& form, int status,
                               const watchcache::ObjectPtr& object);

/// JSON text (without a trailing newline) in the form's media, untransformed.
http::Response document_response(const Call& call, const Form& form, int status, std::string json);

/// A Status. Warnings are no business of answers: the server makes headers of the context's.
http::Response error_response(const Call& call, const Status& status);

/// Text of which the whole is known, compressed when it is large and the request takes that.
http::Response text_response(const http::Request& request, int status, std::string_view content_type,
                             std::string text);

/// 406 for PartialObjectMetadataList of one object, or PartialObjectMetadata of a list; nothing when it fits.
std::optional<Status> partial_mismatch(const Form& form, bool list, const meta::GroupVersionKind& kind);

}  // namespace pedalion::endpoints
