#pragma once
// What is special about a kind when it is written, beyond what its tables say: small functions over the
// object's tree.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/registry/builtin/defaults/filler.h"
#include "pedalion/registry/rest/context.h"

namespace pedalion::registry::builtin::kinds {

using defaults::Filler;
using json::Value;

/// Null functions: nothing special. All are pure, and called with shaped and defaulted objects.
struct KindRules {
  std::string_view group, resource;
  /// Brings a new object into its first state. Its status has been reset already, where it has one.
  void (*prepare_create)(Filler& object, const rest::RequestContext& context) = nullptr;
  /// Keeps what an update may not change. The status has been kept already, where it has one.
  void (*prepare_update)(Filler& object, const Value& old) = nullptr;
  void (*validate)(const Value& object, meta::FieldErrors& errors) = nullptr;
  void (*validate_update)(const Value& object, const Value& old, meta::FieldErrors& errors) = nullptr;
  /// What the client should be warned of, at create and update.
  void (*warn)(const Value& object, std::vector<std::string>& warnings) = nullptr;
};

/// Null when nothing is special.
const KindRules* find(std::string_view group, std::string_view resource);

// The tables, one source a family.
std::span<const KindRules> core_rules();
std::span<const KindRules> pod_rules();
std::span<const KindRules> workload_rules();
std::span<const KindRules> other_rules();

/// Pods and what makes them: their resources decide how they are treated when a node runs short.
std::string_view quality_of_service(const Value& pod);
/// Errors of a pod's or a template's spec.
void validate_pod_spec(const Value& spec, const meta::FieldPath& path, meta::FieldErrors& errors);
/// The array at a path, empty when there is none.
std::span<const Value> items_at(const Value& object, std::initializer_list<std::string_view> path);
/// The value at a path differs between the two (absent equals absent).
bool differs(const Value& a, const Value& b, std::initializer_list<std::string_view> path);
/// Adds "field is immutable" when it does.
void require_same(const Value& object, const Value& old, std::initializer_list<std::string_view> path,
                  meta::FieldErrors& errors);

}  // namespace pedalion::registry::builtin::kinds
