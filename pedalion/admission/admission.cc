#include "pedalion/admission/admission.h"

namespace pedalion::admission {

Task<Result<void>> Chain::mutate(Attributes& attributes) const {
  for (const auto& plugin : plugins_) {
    if (plugin->handles(attributes.operation)) CO_TRY_OK(co_await plugin->mutate(attributes));
  }
  co_return Result<void>();
}

Task<Result<void>> Chain::validate(const Attributes& attributes) const {
  for (const auto& plugin : plugins_) {
    if (plugin->handles(attributes.operation)) CO_TRY_OK(co_await plugin->validate(attributes));
  }
  co_return Result<void>();
}

}  // namespace pedalion::admission
