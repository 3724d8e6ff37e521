#pragma once
// The wire form of Status: what servers answer and clients read.
#include <string>
#include <string_view>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/base/status.h"

namespace pedalion::meta {

/// {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",…}
json::Document status_document(const Status& status);
std::string status_json(const Status& status);
/// What a DELETE answers: status Success, with `details` naming what was deleted.
json::Document success_document(const StatusDetails& details, int code = 0);
std::string success_json(const StatusDetails& details, int code = 0);

/// A Status read back from a body; `code` is used when the body says none. Nothing when `object` is no
/// Status.
Status status_from_json(const json::Value& object, int code);

}  // namespace pedalion::meta
