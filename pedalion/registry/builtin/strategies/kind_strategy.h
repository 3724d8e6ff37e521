#pragma once
// The rulebook as registry/generic takes it.
#include "pedalion/registry/builtin/strategies/kind_rulebook.h"
#include "pedalion/registry/generic/strategy.h"

namespace pedalion::registry::builtin::strategies {

class KindStrategy final : public generic::Strategy {
 public:
  explicit KindStrategy(KindRulebook rulebook) : rulebook_(std::move(rulebook)) {}

  void set_defaults(json::Document& object) const override { rulebook_.set_defaults(object); }
  void prepare_create(const rest::RequestContext& context, json::Document& object) const override {
    rulebook_.prepare_create(context, object);
  }
  void prepare_update(json::Document& object, const Value& old) const override {
    rulebook_.prepare_update(object, old);
  }
  meta::FieldErrors validate(const Value& object) const override { return rulebook_.validate(object); }
  meta::FieldErrors validate_update(const Value& object, const Value& old) const override {
    return rulebook_.validate_update(object, old);
  }
  std::vector<std::string> warnings(const Value& object, const Value* old) const override {
    return rulebook_.warnings(object, old);
  }
  void canonicalize(json::Document& object) const override { rulebook_.canonicalize(object); }
  const managedfields::FieldSet& reset_fields() const override { return rulebook_.reset_fields(); }

 private:
  const KindRulebook rulebook_;
};

/// How the resource ends: pods are given time, namespaces wait for their content.
generic::DeletionRules deletion_rules(std::string_view group, const catalog::ResourceFacts& facts);

}  // namespace pedalion::registry::builtin::strategies
