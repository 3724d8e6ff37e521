#pragma once
// Objects after plugins of mutating admission have changed them.
#include "pedalion/admission/admission.h"
#include "pedalion/apimachinery/schema/type.h"

namespace pedalion::registry::generic {

/// Brings the object into the form of its type again, as far as plugins may have brought it out.
Result<void> restore_form(const admission::Attributes& attributes, const schema::Type& type);

}  // namespace pedalion::registry::generic
