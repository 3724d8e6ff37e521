#include "pedalion/registry/builtin/strategies/kind_rulebook.h"

namespace pedalion::registry::builtin::strategies {

const LazyDefaults::Made& LazyDefaults::made() const {
  std::call_once(once_, [this] { made_.emplace(kind_); });
  return *made_;
}

void LazyDefaults::apply(json::Document& object) const { made().defaulter.apply(object.root, object.arena); }
void LazyDefaults::null_empties(json::Document& object) const { made().empties.set_null(object.root); }

KindRulebook::KindRulebook(std::string_view group, const catalog::ResourceFacts& facts,
                           const schema::Type& type, Door door, std::shared_ptr<LazyDefaults> defaults)
    : traits_(Traits::of(group, facts)),
      facts_(facts),
      type_(type),
      door_(door),
      rules_(kinds::index::find(group, facts.resource)),
      stored_as_json_(group == "apiextensions.k8s.io" || group == "apiregistration.k8s.io"),
      defaults_(std::move(defaults)) {}

void KindRulebook::prepare_create(const rest::RequestContext& context, json::Document& object) const {
  Filler filler(object.root, type_, object.arena);
  reset_new(traits_, filler);
  if (rules_ != nullptr && rules_->prepare_create != nullptr) rules_->prepare_create(filler, context);
}

void KindRulebook::prepare_update(json::Document& object, const Value& old) const {
  Filler filler(object.root, type_, object.arena);
  keep_what_is_not_written(door_, traits_, filler, old);
  if (rules_ != nullptr && door_ == Door::kMain && rules_->prepare_update != nullptr) {
    rules_->prepare_update(filler, old);
  }
  if (rules_ != nullptr && (door_ == Door::kStatus || door_ == Door::kApproval) &&
      rules_->prepare_status_update != nullptr) {
    rules_->prepare_status_update(filler, old);
  }
  count_generation(door_, traits_, filler, old);
}

meta::FieldErrors KindRulebook::validate(const Value& object) const {
  meta::FieldErrors errors;
  if (rules_ != nullptr && rules_->validate != nullptr) rules_->validate(object, errors);
  return errors;
}

meta::FieldErrors KindRulebook::validate_update(const Value& object, const Value& old) const {
  meta::FieldErrors errors;
  if (rules_ == nullptr) return errors;
  if (door_ == Door::kStatus) {
    if (rules_->validate_status_update != nullptr) rules_->validate_status_update(object, old, errors);
    return errors;
  }
  if (door_ != Door::kMain) {
    if (rules_->validate_subresource_update == nullptr) return errors;
    rules_->validate_subresource_update(subresource_of(door_), object, old, errors);
    return errors;
  }
  if (rules_->validate != nullptr && !rules_->update_judged_alone) rules_->validate(object, errors);
  if (rules_->validate_update != nullptr) rules_->validate_update(object, old, errors);
  return errors;
}

std::vector<std::string> KindRulebook::warnings(const Value& object, const Value* old) const {
  std::vector<std::string> warnings;
  if (door_ != Door::kMain || rules_ == nullptr) return warnings;
  if (old != nullptr && rules_->warn_update != nullptr) {
    rules_->warn_update(object, *old, warnings);
  } else if (rules_->warn != nullptr) {
    rules_->warn(object, warnings);
  }
  return warnings;
}

void KindRulebook::canonicalize(json::Document& object) const {
  if (rules_ != nullptr && rules_->defaults_follow_preparation) set_defaults(object);
  if (!stored_as_json_) defaults_->null_empties(object);
}

}  // namespace pedalion::registry::builtin::strategies
