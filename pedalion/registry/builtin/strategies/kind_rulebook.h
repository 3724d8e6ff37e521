#pragma once
// All that is known of writing one resource through one door, as pure steps over its tree: the tables of
// ../defaults and ../kinds, and what the door keeps.
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/registry/builtin/defaults/defaulter.h"
#include "pedalion/registry/builtin/defaults/empties.h"
#include "pedalion/registry/builtin/kinds/index/index.h"
#include "pedalion/registry/builtin/strategies/doors.h"
#include "pedalion/registry/rest/context.h"

namespace pedalion::registry::builtin::strategies {

/// What a kind's types say of filling in and leaving out, made at first use: a resource that nobody writes
/// has none.
class LazyDefaults {
 public:
  explicit LazyDefaults(const schema::Type& kind) : kind_(kind) {}
  void apply(json::Document& object) const;
  void null_empties(json::Document& object) const;

 private:
  struct Made {
    explicit Made(const schema::Type& kind) : defaulter(kind), empties(kind) {}
    defaults::Defaulter defaulter;
    defaults::Empties empties;
  };
  const Made& made() const;

  const schema::Type& kind_;
  mutable std::once_flag once_;
  mutable std::optional<Made> made_;
};

/// Thread-safe. `type` and `facts` are borrowed.
class KindRulebook {
 public:
  KindRulebook(std::string_view group, const catalog::ResourceFacts& facts, const schema::Type& type,
               Door door, std::shared_ptr<LazyDefaults> defaults);

  void set_defaults(json::Document& object) const { defaults_->apply(object); }
  void prepare_create(const rest::RequestContext& context, json::Document& object) const;
  void prepare_update(json::Document& object, const Value& old) const;
  meta::FieldErrors validate(const Value& object) const;
  meta::FieldErrors validate_update(const Value& object, const Value& old) const;
  std::vector<std::string> warnings(const Value& object, const Value* old) const;
  /// As the object will come back from the store.
  void canonicalize(json::Document& object) const;

  const managedfields::FieldSet& reset_fields() const { return strategies::reset_fields(door_, traits_); }
  Door door() const { return door_; }
  const catalog::ResourceFacts& facts() const { return facts_; }
  const schema::Type& type() const { return type_; }

 private:
  const Traits traits_;
  const catalog::ResourceFacts& facts_;
  const schema::Type& type_;
  const Door door_;
  const kinds::KindRules* const rules_;
  const bool stored_as_json_;
  const std::shared_ptr<LazyDefaults> defaults_;
};

}  // namespace pedalion::registry::builtin::strategies
