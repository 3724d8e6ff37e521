#pragma once
// Admission for what is only POSTed and not stored as it is: bindings, evictions, tokens, reviews.
#include "pedalion/admission/admission.h"
#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/registry/rest/storage.h"

namespace pedalion::registry::generic {

/// What is posted, and where. `type` is borrowed.
struct Posted {
  meta::GroupVersionResource resource;
  meta::GroupVersionKind kind;
  std::string subresource;
  const schema::Type* type = nullptr;
};

/// Asks the chain, then creates. Thread-safe; what it is given outlives it.
class AdmittedCreater final : public rest::Creater {
 public:
  AdmittedCreater(const admission::Chain& chain, Posted posted, rest::Creater& inner)
      : chain_(chain), posted_(std::move(posted)), inner_(inner) {}
  Task<Result<rest::ObjectPtr>> create(rest::RequestContext& context, std::string name, json::Document object,
                                       rest::WriteOptions options) override;

 private:
  const admission::Chain& chain_;
  const Posted posted_;
  rest::Creater& inner_;
};

}  // namespace pedalion::registry::generic
