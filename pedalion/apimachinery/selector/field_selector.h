#pragma once
// Field selectors: the grammar of ?fieldSelector=, and matching against the values a resource can be selected
// by.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/base/status.h"

namespace pedalion::selector {

/// Requirements that must all hold. Value type; the empty one matches everything.
class FieldSelector {
 public:
  struct Requirement {
    std::string field, value;
    bool equals = true;  // false: !=
  };

  /// `f=v`, `f==v`, `f!=v`; a comma is AND; `\\`, `\,` and `\=` escape. Fails with 400.
  static Result<FieldSelector> parse(std::string_view text);

  bool empty() const { return requirements_.empty(); }
  /// `lookup(field)` gives the object's value of a field, empty when it has none.
  template <class Lookup>
  bool matches(const Lookup& lookup) const {
    for (const auto& requirement : requirements_) {
      if ((lookup(std::string_view(requirement.field)) == requirement.value) != requirement.equals)
        return false;
    }
    return true;
  }
  /// The value that `field` must equal; null when there is no such requirement.
  const std::string* exact_match(std::string_view field) const;
  void add(Requirement requirement) { requirements_.push_back(std::move(requirement)); }
  std::vector<Requirement>& requirements() { return requirements_; }
  const std::vector<Requirement>& requirements() const { return requirements_; }

 private:
  std::vector<Requirement> requirements_;
};

}  // namespace pedalion::selector
