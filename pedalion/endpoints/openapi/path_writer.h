#pragma once
// Writes paths with their operations as OpenAPI v2 or v3.
#include "pedalion/endpoints/openapi/definitions.h"
#include "pedalion/endpoints/openapi/json_text.h"
#include "pedalion/endpoints/openapi/operations.h"

namespace pedalion::openapi {

/// As a member of "paths".
void write_path(const Path& path, Version version, JsonText& out);
/// The members of OpenAPI v2's "parameters".
void write_shared_parameters(JsonText& out);

}  // namespace pedalion::openapi
