#pragma once
// Field management: who owns which field (metadata.managedFields), kept up to date by every write;
// server-side apply.
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/managedfields/field_set.h"
#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/base/status.h"

namespace pedalion::managedfields {

/// Where objects have FieldsV1: who parses a stored one to write it again leaves them as text
/// (ParseOptions::raw).
inline constexpr std::string_view kFieldsPath[] = {"metadata", "managedFields", "fieldsV1"};

/// Who writes, and through which door.
struct Manager {
  std::string_view name;
  std::string_view api_version;  // of the request's path: "apps/v1"
  std::string_view subresource;  // "status"; empty for the object itself
};

/// An object in another version of its API.
struct Versioned {
  const schema::Type* type = nullptr;
  json::Value object;
};

/// Gives `object`, which is in the version its apiVersion says, in another; NotFound when that version is no
/// longer served (its managers are then dropped). Empty function: other versions of the group are
/// taken to have the same fields, those of other groups are not served.
using Convert = std::function<Result<Versioned>(const json::Value& object, std::string_view api_version,
                                                json::Arena& arena)>;

/// What is the same for every write of a resource through one door. Value type.
struct FieldManager {
  const schema::Type* type = nullptr;  // of the objects in Manager::api_version
  Manager manager;
  std::optional<std::int64_t> now_seconds;  // none: the entry tells no time
  const FieldSet* reset_fields = nullptr;  // what this door does not write, so nobody owns it by writing here
  Convert convert;
};

/// Sets metadata.managedFields of `object` after a create (`live` null), an update or a patch. `object` and
/// `live` are trees of the type, defaulted and as they are stored and answered; `object` may carry the
/// managedFields that the client sent. Never fails: what cannot be understood leaves the live object's
/// entries. What it sets borrows texts of `how` and of `live`: they live as long as `object`.
void track_update(const FieldManager& how, const json::Value* live, json::Value& object, json::Arena& arena);

enum class Force : bool { kNo, kYes };

/// Server-side apply: merges `applied` (the body, undefaulted) into `live` (an empty object of the kind when
/// it is to be created: apiVersion, kind, empty metadata) and gives the new object with its managedFields,
/// not yet defaulted. Conflicts are 409 with a cause for each field.
Result<json::Value> apply(const FieldManager& how, const json::Value& live, const json::Value& applied,
                          Force force, json::Arena& arena);

/// Equal but for the times in metadata.managedFields: then a write need not happen.
bool equal_but_for_times(const json::Value& a, const json::Value& b);

}  // namespace pedalion::managedfields
