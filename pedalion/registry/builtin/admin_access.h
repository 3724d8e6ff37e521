#pragma once
// Who may claim devices that others use: claims with admin access stand in namespaces that say so.
#include "pedalion/registry/generic/strategy.h"
#include "pedalion/registry/rest/storage.h"

namespace pedalion::registry::builtin {

/// Takes nothing: it looks at the namespace of a new claim, or of a new template of claims, and refuses it
/// with 422 where admin access is asked for without the namespace's leave.
class AdminAccess final : public generic::Allocator {
 public:
  /// `namespaces` is borrowed.
  AdminAccess(rest::Getter& namespaces, meta::GroupVersionKind kind)
      : namespaces_(namespaces), kind_(std::move(kind)) {}

  Task<Result<std::unique_ptr<generic::Allocation>>> allocate(json::Value& object, const json::Value* old,
                                                              json::Arena& arena, bool dry_run) override;
  Task<void> released(const json::Value&) override { co_return; }

 private:
  rest::Getter& namespaces_;
  const meta::GroupVersionKind kind_;
};

}  // namespace pedalion::registry::builtin
