#pragma once
// The reading of an api/ file in two passes: every named type first, then what is in it, as types mention
// each other.
#include <string>
#include <unordered_map>

#include "pedalion/apimachinery/schema/package.h"

namespace pedalion::schema {

/// Used once. Internal to this folder.
class PackageReader {
 public:
  PackageReader(Package& package, const Package::Resolver& resolver)
      : package_(package), resolver_(resolver) {}
  Result<void> read(std::string_view text);

 private:
  /// A declaration: its first line, taken apart, and the lines of its fields.
  struct Declared {
    std::string_view word, name, rest, field_lines;
    int line_number = 0;
    Type* type = nullptr;  // null when the name stands for another package's type
  };

  Result<void> declare(Declared declared);
  Result<void> declare_alias(Declared& declared);
  void declare_string(Declared& declared);
  void declare_struct(Declared& declared);
  void build_index();
  Result<void> fill(const Declared& declared);
  Result<void> add_field(std::string_view line, Type& type);
  Result<void> add_flag(std::string_view word, Field& field);
  void add_embedded(const Type& embedded, std::uint32_t proto_number);
  void add_facts(std::string_view tags, Field& field);
  Result<const Type*> type_of(std::string_view text);
  std::unexpected<Status> wrong(std::string_view what) const;

  Package& package_;
  const Package::Resolver& resolver_;
  std::string_view name_, open_api_;
  int line_number_ = 0;
  std::vector<Declared> declared_;
  std::unordered_map<std::string_view, const Type*> by_text_;  // types spelt alike are one
  std::vector<Field> fields_;                                  // of the struct at hand …
  std::vector<Embedded> embedded_;
  std::string_view feature_gate_;  // … and of the field at hand
};

}  // namespace pedalion::schema
