#pragma once
// OpenAPI documents as protobuf: the messages openapi.v2.Document and openapi.v3.Document that Kubernetes'
// clients read.
#include <string>
#include <string_view>

#include "pedalion/base/status.h"

namespace pedalion::openapi {

/// From the JSON text of a document that Generator made.
Result<std::string> v2_protobuf(std::string_view json);
Result<std::string> v3_protobuf(std::string_view json);

}  // namespace pedalion::openapi
