#pragma once
// What device resources are named by: drivers, pools, devices, attributes, requests of a claim.
#include <map>
#include <set>
#include <string_view>

#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds::devices {

/// A DNS subdomain in any case; at most 63.
void check_driver_name(const Field& name);
/// Parts between slashes, each a DNS subdomain; at most 253.
void check_pool_name(const Field& name);
/// Of an attribute or a capacity: `[domain/]id`. `field` is where it is reported.
void check_qualified_name(std::string_view name, const Field& field);
/// The same with a domain.
void check_fully_qualified_name(const Field& name);
void check_uid(const Field& uid);

/// The requests of a claim and their alternatives.
class RequestNames {
 public:
  explicit RequestNames(const Field& claim);
  /// `request` or `request/alternative`.
  void check_reference(const Field& reference) const;

 private:
  bool has(std::string_view reference) const;
  std::map<std::string_view, std::set<std::string_view>> names_;
};

}  // namespace pedalion::registry::builtin::kinds::devices
