#pragma once
// One kind in two versions: how a tree of the one becomes a tree of the other.
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/managedfields/field_manager.h"
#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/apimachinery/scheme/scheme.h"
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
  using Function = void (*)(const scheme::Scheme& scheme, Value& object, json::Arena& arena);

  meta::GroupVersionKind stored, view;
  const schema::Type *stored_type = nullptr, *view_type = nullptr;
  const scheme::Scheme* scheme = nullptr;
  Function to_view = nullptr, to_stored = nullptr;
  std::span<const LabelPair> labels;
  // What the view's version asks of a write, in the stored form: where it asks for more than the stored
  // version. Null: nothing.
  void (*validate)(const Value& object, meta::FieldErrors& errors) = nullptr;
  void (*validate_update)(const Value& object, const Value& old, meta::FieldErrors& errors) = nullptr;
};

/// How the kind is served in the group-version, when that is not how it is stored.
std::optional<Conversion> conversion_of(const scheme::Scheme& scheme, const meta::GroupVersionKind& view);
/// The same from the stored side: how else the kind is served. None has more than one view.
std::optional<Conversion> conversion_from(const scheme::Scheme& scheme, const meta::GroupVersionKind& stored);
/// The two versions for field ownership, to objects of any of them; all others are not served. Empty where
/// they are of two groups: there kube-apiserver knows no managers of the other.
managedfields::Convert converter(const Conversion& conversion);

/// An object of the stored version as the view shows it; a new tree.
Result<Value> view_of(const Conversion& conversion, const Value& stored, json::Arena& arena);
/// The shared form of an object in the view's version. Fails with 500 when it cannot be read.
Result<watchcache::ObjectPtr> view_of(const Conversion& conversion, const watchcache::Object& object);
Result<void> make_view(const Conversion& conversion, json::Document& object);
Result<void> make_stored(const Conversion& conversion, json::Document& object);

}  // namespace pedalion::registry::builtin::conversion
