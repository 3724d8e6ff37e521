#pragma once
// Objects and documents in protobuf: envelopes and frames around the messages that codec/protobuf_writer.h
// makes.
#include <string>
#include <string_view>

#include "pedalion/base/bytes.h"
#include "pedalion/base/status.h"

namespace pedalion::endpoints {

/// What an object's JSON text begins with.
struct TypeMeta {
  std::string_view kind, api_version;
};
TypeMeta type_meta_of(std::string_view json);

/// A whole answer in protobuf of one of the server's own kinds (Status, PartialObjectMetadata, what discovery
/// answers), which tell their type themselves.
Result<std::string> protobuf_of(std::string_view json);

/// What stands before an object's raw field in an answer, and behind it.
std::string protobuf_head(TypeMeta type);
Bytes protobuf_tail();

/// What stands before an event's object (in an envelope, `size` bytes) in a watch: the frame's length, its
/// type and the field that holds the object.
std::string protobuf_frame_head(std::string_view event_type, std::size_t size);

}  // namespace pedalion::endpoints
