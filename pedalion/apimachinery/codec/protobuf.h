#pragma once
// Protobuf bodies to trees: Kubernetes' envelope and messages, read by the same types as JSON is.
#include <string_view>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/base/status.h"

namespace pedalion::codec {

/// What stands around every message: `k8s\0`, then runtime.Unknown {1: {1: apiVersion, 2: kind}, 2: raw, …}.
/// Views into the body.
struct ProtobufEnvelope {
  std::string_view api_version, kind, raw;
};

/// Fails with 400.
Result<ProtobufEnvelope> open_envelope(std::string_view body);

/// The message `raw` of `type` as a tree, not shaped yet: members as they came. Unknown field numbers are
/// passed over, as protobuf does. Strings are copied into `arena`. Fails with 400.
Result<json::Value> decode_message(std::string_view raw, const schema::Type& type, json::Arena& arena);

}  // namespace pedalion::codec
