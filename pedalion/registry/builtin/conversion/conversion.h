#pragma once
// One kind in two versions: how a tree of the one becomes a tree of the other.
#include <span>
#include <string>
#include <string_view>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/base/status.h"
#include "pedalion/watchcache/object.h"

namespace pedalion::registry::builtin::conversion {

using json::Value;

/// A field label of the view and the stored version's name for it.
struct LabelPair {
  std::string_view view, stored;
};

/// From the version that is stored to one that is only served (the view), and back. Functions change the tree
/// in place; kind, apiVersion, order and zero values are seen to by the caller.
struct Conversion {
  meta::GroupVersionKind stored, view;
  const schema::Type *stored_type = nullptr, *view_type = nullptr;
  void (*to_view)(Value& object, json::Arena& arena) = nullptr;
  /// `present`: the stored object that is replaced, for what the view cannot say; null when there is none.
  void (*to_stored)(Value& object, const Value* present, json::Arena& arena) = nullptr;
  std::span<const LabelPair> labels;
  // What the view's version asks of a write, in the stored form: where it asks for more than the stored
  // version. Null: nothing.
  void (*validate)(const Value& object, meta::FieldErrors& errors) = nullptr;
  void (*validate_update)(const Value& object, const Value& old, meta::FieldErrors& errors) = nullptr;
};

/// What is known of events.k8s.io events and autoscaling/v1 autoscalers; types and kinds are not filled in.
/// Null functions when the group-version needs no conversion.
Conversion conversion_of(std::string_view group, std::string_view version, std::string_view resource);

/// The shared form of an object in the view's version. Fails with 500 when it cannot be read.
Result<watchcache::ObjectPtr> view_of(const Conversion& conversion, const watchcache::Object& object);
Result<void> make_view(const Conversion& conversion, json::Document& object);
Result<void> make_stored(const Conversion& conversion, json::Document& object, const Value* present);

}  // namespace pedalion::registry::builtin::conversion
