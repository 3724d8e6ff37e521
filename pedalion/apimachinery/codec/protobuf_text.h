#pragma once
// JSON text straight from protobuf, without a tree between them: for what a server has stored.
#include <string>
#include <string_view>

#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/apimachinery/schema/type.h"

namespace pedalion::codec {

/// Appends the object that `raw` is, with its kind and version, as decode_message(), shape() and
/// json::write() would. False, and nothing appended, where the message is not as servers write it: fields out
/// of order or unknown, what is ill-formed, an own resource version. Those three then say what it is.
bool append_object_text(std::string_view raw, const schema::Type& type, const meta::GroupVersionKind& gvk,
                        std::string& out);

}  // namespace pedalion::codec
