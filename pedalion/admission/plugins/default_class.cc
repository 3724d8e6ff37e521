#include "pedalion/admission/plugins/default_class.h"

#include <algorithm>

#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::admission::plugins {

Task<Result<std::string>> default_class(Cluster& cluster, meta::GroupResource classes,
                                        std::span<const std::string_view> annotations) {
  CO_TRY(auto objects, co_await cluster.list_known(std::move(classes), ""));
  std::string chosen, newest;
  for (const auto& object : objects) {
    CO_TRY(json::Document parsed, json::parse(object->json.view()));
    bool is_default = std::ranges::any_of(annotations, [&](std::string_view annotation) {
      return std::as_const(parsed.root).string_at({"metadata", "annotations", annotation}) == "true";
    });
    // Objects come in the order of their names, and times are texts that compare as times do.
    auto created = std::as_const(parsed.root).string_at({"metadata", "creationTimestamp"});
    if (!is_default || (!chosen.empty() && created <= newest)) continue;
    chosen = object->name;
    newest = created;
  }
  co_return chosen;
}

}  // namespace pedalion::admission::plugins
