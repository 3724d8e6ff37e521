#pragma once
// Label selectors: the grammar of ?labelSelector= and of LabelSelector objects, and matching.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/base/status.h"

namespace pedalion::selector {

/// Labels of one object, sorted by key.
using LabelSpan = std::span<const std::pair<std::string_view, std::string_view>>;

/// Requirements that must all hold. Value type; the empty one matches everything. Matching allocates nothing.
class LabelSelector {
 public:
  enum class Operator : std::uint8_t { kIn, kNotIn, kExists, kDoesNotExist, kGreaterThan, kLessThan };
  struct Requirement {
    std::string key;
    Operator op = Operator::kExists;
    std::vector<std::string> values;  // sorted
    bool equality = false;            // was written with = or !=
  };

  /// `k=v`, `k==v`, `k!=v`, `k in (a,b)`, `k notin (a,b)`, `k`, `!k`, `k>1`, `k<1`; a comma is AND. Fails
  /// with 400 `unable to parse requirement: …`.
  static Result<LabelSelector> parse(std::string_view text);
  /// A LabelSelector object {matchLabels, matchExpressions}. Null matches nothing in Kubernetes: callers
  /// check before.
  static Result<LabelSelector> from_object(const json::Value& object);

  bool empty() const { return requirements_.empty(); }
  bool matches(LabelSpan labels) const;
  /// The text form: sorted by key, `in` and `notin` with their values.
  std::string text() const;
  void add(Requirement requirement) { requirements_.push_back(std::move(requirement)); }
  const std::vector<Requirement>& requirements() const { return requirements_; }

 private:
  std::vector<Requirement> requirements_;
};

}  // namespace pedalion::selector
