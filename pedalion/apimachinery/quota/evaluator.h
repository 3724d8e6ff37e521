#pragma once
// How the objects of a resource are counted: what quotas name, what an object uses of it, which scopes it is
// in.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/apimachinery/quota/resource_list.h"
#include "pedalion/apimachinery/quota/scopes.h"
#include "pedalion/base/status.h"

namespace pedalion::quota {

/// What the usage of some objects depends on besides themselves. Borrowed.
struct Surroundings {
  meta::Instant now;
  /// Device classes that are asked for as an extended resource, to its name.
  std::map<std::string, std::string, std::less<>> extended_names;
  /// The pod that controls the claim, if it is there: what it asks for as extended resources is counted with
  /// it.
  const json::Value* owner = nullptr;
};

struct Rules;  // of the resources that more than the number is counted of; a table

/// Of one resource. Value type. Objects are in the version they are stored in.
class Evaluator {
 public:
  explicit Evaluator(const meta::GroupResource& resource);

  /// Does it measure what quotas call this?
  bool counts(std::string_view name) const;
  ResourceNames counted(const ResourceList& hard) const;
  bool in_scope(const ScopeRequirement& scope, const json::Value& object) const;
  /// Does a quota with these limits and scopes count the object?
  bool matches(const ResourceList& hard, const std::vector<ScopeRequirement>& scopes,
               const json::Value& object) const;
  Result<ResourceList> usage(const json::Value& object, const Surroundings& surroundings) const;
  /// Quotas on these names want the object to say them: what it fails to say (`must specify cpu for: a`), or
  /// nothing.
  Result<std::string> missing(const ResourceNames& names, const json::Value& object) const;

 private:
  std::string count_;       // count/deployments.apps
  std::string_view alias_;  // how quotas called it before there was count/, or empty
  const Rules* rules_;      // null where only the number counts
};

/// `count/pods`, `count/deployments.apps`.
std::string count_name(const meta::GroupResource& resource);
/// Events and what is never stored.
bool is_never_counted(const meta::GroupResource& resource);
/// The name of the pod for whose extended resources this ResourceClaim was made, or nothing.
std::string_view extended_resource_owner(const json::Value& claim);

}  // namespace pedalion::quota
