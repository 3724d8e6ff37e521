#pragma once
// Subresources of pods that are only POSTed: binding to a node, and eviction as disruption budgets allow it.
#include "pedalion/apimachinery/schema/type.h"
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
  rest::Updater* pod_status = nullptr;
  const schema::Type* pod_type = nullptr;
  rest::Lister* budgets = nullptr;
  rest::Updater* budget_status = nullptr;
  const schema::Type* budget_type = nullptr;
};

/// pods/eviction. Answers a Status, or 429 when a budget forbids it.
class EvictionCreater final : public rest::Creater {
 public:
  explicit EvictionCreater(Evicted evicted) : evicted_(evicted) {}
  Task<Result<rest::ObjectPtr>> create(rest::RequestContext& context, std::string name, json::Document object,
                                       rest::WriteOptions options) override;

 private:
  /// Whether a budget was charged, or had nothing to say; kUnready: it lets the pod go as long as it is not
  /// ready.
  enum class Leave : std::uint8_t { kFree, kUnready };
  struct Asked {
    Leave leave = Leave::kFree;
    std::string budget;
  };
  Task<Result<Asked>> ask_budgets(rest::RequestContext& context, const json::Value& pod, bool dry_run);
  /// Tells in the pod's status why it goes, then deletes it.
  Task<Result<void>> remove(rest::RequestContext& context, const std::string& name,
                            rest::DeleteOptions options);
  Task<Result<void>> charge(rest::RequestContext& context, const std::string& budget, const std::string& pod,
                            bool dry_run);

  Evicted evicted_;
};

/// {"kind":"Status",…,"status":"Success","code":201}
Result<rest::ObjectPtr> created_status();

}  // namespace pedalion::registry::builtin::subresources
