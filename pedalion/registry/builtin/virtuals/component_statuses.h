#pragma once
// componentstatuses: the one component that this server can judge is its store.
#include "pedalion/registry/rest/storage.h"
#include "pedalion/storage/store.h"

namespace pedalion::registry::builtin::virtuals {

/// Asks the store for its revision, at each request. Named etcd-0, as clients know it.
class ComponentStatuses final : public rest::Getter, public rest::Lister {
 public:
  explicit ComponentStatuses(storage::Store& store) : store_(store) {}
  Task<Result<rest::ObjectPtr>> get(rest::RequestContext& context, std::string name,
                                    rest::GetOptions options) override;
  Task<Result<rest::ObjectList>> list(rest::RequestContext& context, rest::ListOptions options) override;

 private:
  Task<Result<rest::ObjectPtr>> examine();

  storage::Store& store_;
};

}  // namespace pedalion::registry::builtin::virtuals
