#pragma once
// Reads one file of api/ (its grammar: api/README.md) into schema types.
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/schema/type_set.h"
#include "pedalion/base/status.h"

namespace pedalion::schema {

/// The types of one package, such as core/v1. Immutable once read, so any thread may look things up.
class Package {
 public:
  struct Named {
    std::string_view name;
    const Type* type = nullptr;
  };
  /// Finds the types of other packages; null for unknown ones.
  using Resolver = std::function<const Type*(std::string_view package, std::string_view name)>;

  /// `text` must outlive the package: types hold views into it. Fails with 500 and the number of the wrong
  /// line.
  static Result<std::unique_ptr<Package>> read(std::string_view text, const Resolver& resolver);

  /// Null when there is none.
  const Type* find(std::string_view name) const;
  /// Every named type, in the file's order.
  std::span<const Named> types() const { return named_; }
  /// Those that have kind and apiVersion.
  std::span<const Named> kinds() const { return kinds_; }
  std::size_t allocated_bytes() const { return set_.allocated_bytes(); }

 private:
  friend class PackageReader;
  Package() = default;

  TypeSet set_;
  std::vector<Named> named_, kinds_;
  std::vector<std::uint16_t> index_;  // open addressing over named_, as Type::field_hash
};

/// The value of `package`, `group` or `openapi` in a file's head; empty when it has none.
std::string_view head_value(std::string_view text, std::string_view word);

}  // namespace pedalion::schema
