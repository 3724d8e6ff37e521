#pragma once
// On which nodes devices are: by one of several fields, of a slice or of a device.
#include <string>
#include <string_view>

#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds::devices {

/// Judges the fields in the order of the calls, and counts those that choose.
class NodeChoice {
 public:
  explicit NodeChoice(const Field& owner) : owner_(owner) {}

  /// nodeName; `when_empty` is said of an empty one.
  void name(std::string_view when_empty);
  void selector(void (*check)(const Field& selector));
  /// A boolean that is true or absent.
  void switch_on(std::string_view member);
  void require_one(std::string_view when_none, std::string_view when_several) const;

 private:
  void count(std::string_view member);

  const Field& owner_;
  std::string chosen_;
  int count_ = 0;
};

}  // namespace pedalion::registry::builtin::kinds::devices
