#pragma once
// The fixed objects of a fresh server: namespaces, priority classes, roles and their bindings, flow control,
// API services. objects.txt as it lies in the binary, taken apart.
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/base/status.h"

namespace pedalion::controlplane::bootstrap {

struct FixedObject {
  meta::GroupVersionKind kind;
  std::string resource, manager;
  json::Document object;
};

/// In the file's order: namespaces first. A line that begins with `=` names apiVersion, resource, kind, field
/// manager and the metadata that all lines after it have; every other line is an object.
Result<std::vector<FixedObject>> fixed_objects();

/// The same of any text in that form. Fails with 500 and the line's number.
Result<std::vector<FixedObject>> read_objects(std::string_view text);

}  // namespace pedalion::controlplane::bootstrap
