#pragma once
// What is special about a kind when it is written, beyond what its tables say: small functions over the
// object's tree.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/registry/builtin/defaults/filler.h"
#include "pedalion/registry/builtin/kinds/field.h"
#include "pedalion/registry/rest/context.h"

namespace pedalion::registry::builtin::kinds {

using defaults::Filler;
using Warnings = std::vector<std::string>;

/// Null functions: nothing special. All are pure, and called with shaped and defaulted objects.
struct KindRules {
  std::string_view group, resource;
  /// Brings a new object into its first state. Its status has been reset already, where it has one.
  void (*prepare_create)(Filler& object, const rest::RequestContext& context) = nullptr;
  /// Defaults depend on what prepare_create sets. Nobody owns those: they are filled in when the object is
  /// read back.
  bool defaults_follow_preparation = false;
  /// Keeps what an update may not change. The status has been kept already, where it has one.
  void (*prepare_update)(Filler& object, const Value& old) = nullptr;
  /// The same of writes through the status and approval doors, once all but the status is the old object's.
  void (*prepare_status_update)(Filler& object, const Value& old) = nullptr;
  void (*validate)(const Value& object, meta::FieldErrors& errors) = nullptr;
  void (*validate_update)(const Value& object, const Value& old, meta::FieldErrors& errors) = nullptr;
  /// validate_update is all that judges an update: it calls validate's parts itself, in its own order.
  bool update_judged_alone = false;
  /// The same of writes through the status door.
  void (*validate_status_update)(const Value& object, const Value& old, meta::FieldErrors& errors) = nullptr;
  /// The same of writes through its other doors, by the subresource's name: "finalize", "approval", "resize",
  /// …
  void (*validate_subresource_update)(std::string_view subresource, const Value& object, const Value& old,
                                      meta::FieldErrors& errors) = nullptr;
  /// What the client should be warned of, at create and update.
  void (*warn)(const Value& object, std::vector<std::string>& warnings) = nullptr;
  /// Instead of warn, at update.
  void (*warn_update)(const Value& object, const Value& old, std::vector<std::string>& warnings) = nullptr;
};

/// The array at a path, empty when there is none.
std::span<const Value> items_at(const Value& object, std::initializer_list<std::string_view> path);
/// The value at a path differs between the two (absent equals absent).
bool differs(const Value& a, const Value& b, std::initializer_list<std::string_view> path);
/// Adds "field is immutable" when it does.
void require_same(const Value& object, const Value& old, std::initializer_list<std::string_view> path,
                  meta::FieldErrors& errors);

}  // namespace pedalion::registry::builtin::kinds
