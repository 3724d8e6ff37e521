#pragma once
// A quota with its use, and the charge of one write to the quotas of a namespace.
#include <span>
#include <string>
#include <vector>

#include "pedalion/admission/admission.h"
#include "pedalion/apimachinery/quota/evaluator.h"

namespace pedalion::admission::resourcequota {

/// A ResourceQuota as it was read, and what is used of it by now.
struct Ledger {
  json::Document quota;
  std::string name;
  quota::ResourceList hard, used, used_as_read;  // of its status
  std::vector<quota::ScopeRequirement> scopes;   // of `quota`

  static Result<Ledger> read(std::string_view json);
  bool has_changed() const { return used != used_as_read; }
  /// The quota with its use, of the resource version that was read.
  json::Document write() const;
};

/// Can this write change what quotas count?
bool changes_usage(const Attributes& attributes, const quota::Evaluator& evaluator);

/// What is used of each quota once the write is made; 403 when a quota does not allow it. All limits that
/// count the object must be known with their use.
Result<std::vector<quota::ResourceList>> charge(std::span<const Ledger> ledgers, const Attributes& attributes,
                                                const quota::Evaluator& evaluator,
                                                const quota::Surroundings& surroundings);

}  // namespace pedalion::admission::resourcequota
