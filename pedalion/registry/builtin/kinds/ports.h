#pragma once
// Ports as fields: numbers, names, protocols.
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds {

/// The name of a port, as IANA has them: lower case, at most 15, with a letter.
std::vector<std::string> port_name_problems(std::string_view name);
/// "must be between 1 and 65535, inclusive"; absent counts as 0.
void check_port_number(const Field& field);
/// An IntOrString.
void check_port_number_or_name(const Field& field);
/// SCTP, TCP or UDP, and there.
void check_protocol(const Field& field);

}  // namespace pedalion::registry::builtin::kinds
