#pragma once
// What the server itself does to an object's metadata.
#include <cstdint>
#include <string>
#include <string_view>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/base/status.h"
#include "pedalion/registry/rest/context.h"

namespace pedalion::registry::generic {

/// The object's metadata, made when absent.
json::Value& metadata_of(json::Document& object);

/// Puts metadata's members into the order of Go's ObjectMeta, without resourceVersion and what is empty.
void order_metadata(json::Document& object);

/// Fails with 400 when the object says another namespace.
Result<void> put_into_namespace(json::Document& object, std::string_view ns);

/// A new object's: namespace from `ns` (empty for cluster scope), and what only the server sets taken away.
/// Fails when the object says another namespace (400) or has a resource version (500).
Result<void> place_new_object(json::Document& object, std::string_view ns, bool namespaced);
/// A new object's uid and creationTimestamp.
void fill_system_metadata(json::Document& object);

/// An updated object's: what an update cannot change is that of `old`, unless the object says otherwise
/// (which validation refuses).
void carry_metadata(json::Document& object, const json::Value& old);

/// Whether mutating admission has seen the object yet.
enum class Admitted : std::uint8_t { kNo, kYes };
/// Of equal owner references one stays, and the client is warned.
void dedup_owners(json::Document& object, rest::RequestContext& context, Admitted admitted);

/// The object begins to end: deletionTimestamp `seconds` from now, the grace period, and the generation of
/// that change.
void mark_deleted(json::Document& object, std::int64_t seconds);

/// The members of metadata.finalizers.
bool has_finalizers(const json::Value& object);

}  // namespace pedalion::registry::generic
