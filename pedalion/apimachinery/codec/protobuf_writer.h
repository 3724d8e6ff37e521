#pragma once
// JSON text to protobuf messages: Kubernetes' envelope and messages, written by the same types as JSON is.
#include <string>
#include <string_view>

#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/base/status.h"

namespace pedalion::codec {

/// Whether there is a message for `type`: the built-in kinds have one, custom resources and Table do not.
bool has_protobuf(const schema::Type& type);

/// Appends the message of `type` that says what `text` does, byte for byte as Go's generated code writes it:
/// fields by number, those that are no pointers whether they are set or not, maps by key. `text`: an object
/// that was shaped (shape.h). Makes no tree; costs about a nanosecond a byte. Fails with 500 for text that
/// was not shaped.
Result<void> append_message(std::string_view text, const schema::Type& type, std::string& out);

/// What stands before and behind the raw field (number 2, the message) in runtime.Unknown to make an object
/// of it: `k8s\0` and its type.
std::string envelope_opening(std::string_view api_version, std::string_view kind);
inline constexpr std::string_view kEnvelopeClosing{"\x1a\x00\x22\x00", 4};

/// A whole object in its envelope.
Result<std::string> protobuf_object(std::string_view text, const meta::GroupVersionKind& gvk,
                                    const schema::Type& type);

}  // namespace pedalion::codec
