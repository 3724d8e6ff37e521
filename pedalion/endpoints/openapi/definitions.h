#pragma once
// The schemas of a document: a set of types grown to all that they mention, written in the words of OpenAPI
// v2 or v3.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/apimachinery/scheme/scheme.h"
#include "pedalion/endpoints/openapi/json_text.h"

namespace pedalion::openapi {

enum class Version : bool { kV2, kV3 };

constexpr std::string_view reference_prefix(Version version) {
  return version == Version::kV2 ? "#/definitions/" : "#/components/schemas/";
}

/// One document's schemas.
class Definitions {
 public:
  Definitions(const scheme::Scheme& scheme, Version version) : scheme_(scheme), version_(version) {}

  /// Adds the type and all that it mentions.
  void add(const schema::Type* type);
  /// Adds a kind that is known to the document by these names.
  void add_kind(const schema::Type* type, const meta::GroupVersionKind& kind);
  /// Adds one that is written as it is: what no Type describes.
  void add_text(std::string_view name, std::string_view json) { texts_[name] = json; }

  /// Writes the members of the object that holds them all, by name.
  void write(JsonText& out) const;
  bool empty() const { return types_.empty() && texts_.empty(); }

 private:
  void write_definition(const schema::Type& type, JsonText& out) const;
  void write_struct(const schema::Type& type, JsonText& out) const;
  void write_property(const schema::Field& field, JsonText& out) const;
  void write_reference(const schema::Field& field, JsonText& out) const;
  void write_extensions(const schema::Field& field, JsonText& out) const;
  /// The members of an inline schema, without its braces.
  void write_shape(const schema::Type& type, JsonText& out) const;
  void write_value(const schema::Type& type, JsonText& out) const;
  void write_union(const schema::Type& type, JsonText& out) const;
  void write_kinds(const schema::Type& type, JsonText& out) const;

  const scheme::Scheme& scheme_;
  Version version_;
  std::map<std::string_view, const schema::Type*> types_;  // by OpenAPI name
  std::map<std::string_view, std::string_view> texts_;
  std::map<const schema::Type*, std::vector<meta::GroupVersionKind>> kinds_;
};

}  // namespace pedalion::openapi
