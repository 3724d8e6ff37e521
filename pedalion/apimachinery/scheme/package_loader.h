#pragma once
// Reads one package of the api/ files (their grammar: api/README.md) into schema types.
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pedalion/apimachinery/schema/type.h"

namespace pedalion::scheme {

/// The types of one package. Built in two steps, as packages refer to each other: the constructor makes every named
/// type, resolve() fills in the fields.
class LoadedPackage {
 public:
  /// `text` must outlive this; types hold views into it.
  LoadedPackage(std::string_view name, std::string_view text);

  /// Finds the types of other packages; null for unknown ones.
  using Lookup = std::function<const schema::Type*(std::string_view package, std::string_view type)>;
  void resolve(const Lookup& lookup);

  /// Null when there is none.
  const schema::Type* find(std::string_view type) const;
  /// Names of the types that have kind and apiVersion.
  std::vector<std::string_view> kinds() const { return kinds_; }

 private:
  struct Declared {
    schema::Type* type = nullptr;
    std::string_view shape;        // of aliases: what they stand for
    std::string_view field_lines;  // of structs
    bool top = false;
  };

  void declare(std::string_view line, std::string_view field_lines);
  void fill_struct(Declared& declared, const Lookup& lookup);
  void append_field(std::string_view line, std::vector<schema::Field>& fields, const Lookup& lookup);
  void append_inline(const schema::Type& embedded, std::uint32_t proto_number, std::vector<schema::Field>& fields);
  const schema::Type* type_of(std::string_view text, const Lookup& lookup);
  schema::Type* container(schema::Shape shape, const schema::Type* element, bool nullable);
  std::string_view keep(std::string text);
  void build_hash(schema::Type& type);

  std::string_view name_;
  std::string open_api_prefix_;
  std::unordered_map<std::string_view, Declared> declared_;
  std::vector<std::string_view> kinds_;
  std::deque<schema::Type> types_;
  std::deque<std::vector<schema::Field>> fields_;
  std::deque<std::vector<std::uint16_t>> hashes_;
  std::deque<std::vector<std::string_view>> words_;  // enum values, list map keys
  std::deque<std::string> texts_;
  std::unordered_map<std::string_view, const schema::Type*> by_text_;  // types spelt alike are one
  const Lookup* lookup_ = nullptr;
};

}  // namespace pedalion::scheme
