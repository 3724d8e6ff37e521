#pragma once
// What the schema says about a value where it stands: does it merge, by what, and how are its parts called.
#include <optional>
#include <span>
#include <string_view>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/managedfields/path_element.h"
#include "pedalion/apimachinery/schema/type.h"

namespace pedalion::managedfields {

/// How a value is owned: as one thing (scalars and what is atomic), by its members, or by its list items.
enum class Form : std::uint8_t { kScalar, kAtomic, kMap, kSet, kListMap };

/// A type with what the field it stands in says about it. Value type. Without a type anything goes: maps are
/// granular, lists atomic.
struct Place {
  const schema::Type* type = nullptr;
  schema::ListType list_type = schema::ListType::kNone;
  schema::MapType map_type = schema::MapType::kNone;
  std::span<const std::string_view> keys = {};

  static Place of(const schema::Type& type) { return {.type = &type}; }
  static Place of(const schema::Field& field);

  /// Takes anything and looks into it: free-form JSON. (A RawExtension takes anything, too, but as one
  /// thing.)
  bool untyped() const;
  /// The form that `value` has here; null values of untyped places count as atomic.
  Form form(const json::Value& value) const;
  /// Whether a value may stand here, whatever its parts are. Null may stand everywhere.
  bool accepts(const json::Value& value) const;
  /// The declared field; null in maps and where anything goes.
  const schema::Field* field(std::string_view name) const;
  /// Where a member stands; nothing when the schema knows no such member.
  std::optional<Place> member(std::string_view name) const;
  /// Where the items of a list stand.
  Place item() const;
};

}  // namespace pedalion::managedfields
