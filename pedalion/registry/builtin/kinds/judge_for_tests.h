#pragma once
// For the tests of the families: what the rules of a kind say of an object's text.
#include <span>
#include <string>
#include <string_view>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds {

/// The rules of one resource, applied to JSON as it stands (not shaped, not defaulted). Errors are given as
/// "field: text", one a line.
class Judge {
 public:
  Judge(std::span<const KindRules> table, std::string_view resource, std::string_view group = "") {
    for (const KindRules& row : table) {
      if (row.resource == resource && row.group == group) rules_ = &row;
    }
  }

  std::string create(std::string_view object) const {
    FieldErrors errors;
    json::Document document = json::parse(object).value();
    if (rules_->validate != nullptr) rules_->validate(document.root, errors);
    return lines(errors);
  }
  std::string update(std::string_view object, std::string_view old) const {
    return of_two(object, old, [this](const Value& a, const Value& b, FieldErrors& errors) {
      if (rules_->validate != nullptr && !rules_->update_judged_alone) rules_->validate(a, errors);
      if (rules_->validate_update != nullptr) rules_->validate_update(a, b, errors);
    });
  }
  std::string status(std::string_view object, std::string_view old) const {
    return of_two(object, old, rules_->validate_status_update);
  }
  std::string subresource(std::string_view name, std::string_view object, std::string_view old) const {
    return of_two(object, old, [&](const Value& a, const Value& b, FieldErrors& errors) {
      rules_->validate_subresource_update(name, a, b, errors);
    });
  }
  std::string warnings(std::string_view object) const {
    std::vector<std::string> said;
    json::Document document = json::parse(object).value();
    if (rules_->warn != nullptr) rules_->warn(document.root, said);
    std::string all;
    for (const std::string& line : said) all += (all.empty() ? "" : "\n") + line;
    return all;
  }

 private:
  template <class Check>
  static std::string of_two(std::string_view object, std::string_view old, Check check) {
    FieldErrors errors;
    json::Document document = json::parse(object).value(), before = json::parse(old).value();
    check(document.root, before.root, errors);
    return lines(errors);
  }
  static std::string lines(const FieldErrors& errors) {
    std::string all;
    for (const FieldError& error : errors) {
      all += (all.empty() ? "" : "\n") + error.field + ": " + error.body();
    }
    return all;
  }

  const KindRules* rules_ = nullptr;
};

}  // namespace pedalion::registry::builtin::kinds
