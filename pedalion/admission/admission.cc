#include "pedalion/admission/admission.h"

#include <algorithm>

#include "pedalion/admission/plugin_order.h"
#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::admission {

Status forbidden(const Attributes& attributes, std::string_view text) {
  std::string_view name = attributes.name;
  if (name.empty() && attributes.object != nullptr) {
    name = attributes.object->root.string_at({"metadata", "name"});
    if (name.empty()) name = attributes.object->root.string_at({"metadata", "generateName"});
  }
  return meta::forbidden(attributes.group_resource(), name.empty() ? "Unknown" : name, text);
}

void Chain::add(std::unique_ptr<Plugin> plugin) {
  auto place = [](const auto& each) { return place_of(each->name()); };
  auto after = std::ranges::upper_bound(plugins_, place(plugin), {}, place);
  plugins_.insert(after, std::move(plugin));
}

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
