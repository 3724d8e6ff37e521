#pragma once
// What an access review must say before anybody is asked.
#include <string>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/field_error.h"

namespace pedalion::registry::builtin::virtuals {

/// Whose access is reviewed: one's own, anybody's, or anybody's in the review's namespace.
enum class Whom : std::uint8_t { kSelf, kSubject, kLocalSubject };

/// `review` is shaped, and its managedFields are set: they are shown with the metadata that must be empty.
meta::FieldErrors validate_access(const json::Value& review, Whom whom, const std::string& ns);

}  // namespace pedalion::registry::builtin::virtuals
