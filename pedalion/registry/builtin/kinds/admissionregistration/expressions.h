#pragma once
// The expressions of webhooks and policies, and what stands around them.
#include <string_view>

#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds::admissionregistration {

/// Without white space at either end.
std::string_view trimmed(std::string_view text);
/// There is more than white space in it.
bool has_content(const Field& expression);

/// Named conditions under which a webhook or a policy is asked at all.
void check_match_conditions(const Field& conditions);
/// Named values that a policy's expressions share.
void check_variables(const Field& variables);

}  // namespace pedalion::registry::builtin::kinds::admissionregistration
