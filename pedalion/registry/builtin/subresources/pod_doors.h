#pragma once
// Subresources of pods that are only POSTed: binding to a node, and eviction as disruption budgets allow it.
#include "pedalion/registry/rest/storage.h"

namespace pedalion::registry::builtin::subresources {

/// pods/binding, and bindings themselves (whose name is in the body). Answers a Status.
class BindingCreater final : public rest::Creater {
 public:
  /// `pods` writes pods without judging what an update may change. Borrowed.
  explicit BindingCreater(rest::Updater& pods) : pods_(pods) {}
  Task<Result<rest::ObjectPtr>> create(rest::RequestContext& context, std::string name, json::Document object,
                                       rest::WriteOptions options) override;

 private:
  rest::Updater& pods_;
};

/// What an eviction needs. Borrowed.
struct Evicted {
  rest::Getter* pods = nullptr;
  rest::Deleter* deleter = nullptr;
  rest::Lister* budgets = nullptr;
  rest::Updater* budget_status = nullptr;
};

/// pods/eviction. Answers a Status, or 429 when a budget forbids it.
class EvictionCreater final : public rest::Creater {
 public:
  explicit EvictionCreater(Evicted evicted) : evicted_(evicted) {}
  Task<Result<rest::ObjectPtr>> create(rest::RequestContext& context, std::string name, json::Document object,
                                       rest::WriteOptions options) override;

 private:
  Task<Result<void>> ask_budgets(rest::RequestContext& context, const json::Value& pod, bool dry_run);
  Task<Result<void>> charge(rest::RequestContext& context, const std::string& budget, const std::string& pod,
                            bool dry_run);

  Evicted evicted_;
};

/// {"kind":"Status",…,"status":"Success","code":201}
Result<rest::ObjectPtr> created_status();

}  // namespace pedalion::registry::builtin::subresources
