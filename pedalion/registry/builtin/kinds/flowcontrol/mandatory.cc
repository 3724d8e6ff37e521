#include "pedalion/registry/builtin/kinds/flowcontrol/mandatory.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::registry::builtin::kinds::flowcontrol {

namespace {

using Texts = std::initializer_list<std::pair<std::string_view, std::string_view>>;

const Texts kSchemas = {
    {"exempt", R"({"priorityLevelConfiguration":{"name":"exempt"},"matchingPrecedence":1,"rules":[{
        "subjects":[{"kind":"Group","group":{"name":"system:masters"}}],
        "resourceRules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"],"clusterScope":true,
          "namespaces":["*"]}],
        "nonResourceRules":[{"verbs":["*"],"nonResourceURLs":["*"]}]}]})"},
    {"catch-all", R"({"priorityLevelConfiguration":{"name":"catch-all"},"matchingPrecedence":10000,
        "distinguisherMethod":{"type":"ByUser"},"rules":[{
        "subjects":[{"kind":"Group","group":{"name":"system:unauthenticated"}},
          {"kind":"Group","group":{"name":"system:authenticated"}}],
        "resourceRules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"],"clusterScope":true,
          "namespaces":["*"]}],
        "nonResourceRules":[{"verbs":["*"],"nonResourceURLs":["*"]}]}]})"},
};

const Texts kLevels = {
    {"exempt", R"({"type":"Exempt","exempt":{"nominalConcurrencyShares":0,"lendablePercent":0}})"},
    {"catch-all", R"({"type":"Limited","limited":{"nominalConcurrencyShares":5,
        "limitResponse":{"type":"Reject"},"lendablePercent":0}})"},
};

class Specs {
 public:
  explicit Specs(const Texts& texts) {
    for (const auto& [name, text] : texts) specs_.emplace_back(name, json::parse(text).value());
  }
  const Value* find(std::string_view name) const {
    auto found = std::ranges::find(specs_, name, &Entry::first);
    return found == specs_.end() ? nullptr : &found->second.root;
  }

 private:
  using Entry = std::pair<std::string_view, json::Document>;
  std::vector<Entry> specs_;
};

}  // namespace

const Value* mandatory_flow_schema_spec(std::string_view name) {
  static const Specs specs(kSchemas);
  return specs.find(name);
}

const Value* mandatory_priority_level_spec(std::string_view name) {
  static const Specs specs(kLevels);
  return specs.find(name);
}

}  // namespace pedalion::registry::builtin::kinds::flowcontrol
