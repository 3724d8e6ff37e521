#pragma once
// What is special about a resource when it is written or deleted: the pure steps between which ResourceStore
// does the rest.
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/managedfields/field_manager.h"
#include "pedalion/apimachinery/managedfields/field_set.h"
#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/base/status.h"
#include "pedalion/base/task.h"
#include "pedalion/registry/rest/context.h"
#include "pedalion/watchcache/json_object_decoder.h"

namespace pedalion::registry::generic {

/// One way to write a resource (itself, its status, …). Thread-safe. Objects are shaped trees of the
/// resource's type.
class Strategy {
 public:
  virtual ~Strategy() = default;
  virtual void set_defaults(json::Document& object) const = 0;
  /// The metadata is filled in already.
  virtual void prepare_create(const rest::RequestContext& context, json::Document& object) const = 0;
  /// Takes from `old` what this way does not write, and sets metadata.generation.
  virtual void prepare_update(json::Document& object, const json::Value& old) const = 0;
  /// What is wrong besides metadata.
  virtual meta::FieldErrors validate(const json::Value& object) const = 0;
  virtual meta::FieldErrors validate_update(const json::Value& object, const json::Value& old) const = 0;
  /// `old`: the object that is replaced; null for a new one.
  virtual std::vector<std::string> warnings(const json::Value& object, const json::Value* old) const = 0;
  /// As the object will come back from the store.
  virtual void canonicalize(json::Document& object) const = 0;
  /// What nobody comes to own by writing this way.
  virtual const managedfields::FieldSet& reset_fields() const = 0;
};

/// Something that a write took (an address, a port), until it is known whether the object was stored.
class Allocation {
 public:
  virtual ~Allocation() = default;
  virtual Task<void> stored() = 0;
  virtual Task<void> failed() = 0;
};

class Allocator {
 public:
  virtual ~Allocator() = default;
  /// Fills in what `object` lacks; `old` is null when it is created. Null: nothing was taken. Fails with 422.
  virtual Task<Result<std::unique_ptr<Allocation>>> allocate(json::Value& object, const json::Value* old,
                                                             json::Arena& arena, bool dry_run) = 0;
  /// The object is gone.
  virtual Task<void> released(const json::Value& object) = 0;
};

/// How a resource ends. Null functions: at once, when no finalizer holds it.
struct DeletionRules {
  /// Why the object of this name may not be deleted; empty when it may. With its collection, it always may.
  std::string_view (*refusal)(std::string_view name) = nullptr;
  /// Seconds that the object is given when `asked` for so many (or for none); 0: none.
  std::int64_t (*grace_period)(const json::Value& object, std::optional<std::int64_t> asked) = nullptr;
  /// The object begins to end.
  void (*mark)(json::Value& object, json::Arena& arena) = nullptr;
  /// Something besides metadata.finalizers holds it.
  bool (*is_held)(const json::Value& object) = nullptr;
  bool garbage_collected = true;  // propagation policies leave finalizers
  bool orphans_by_default = false;
  bool returns_object = false;    // DELETE answers the object
  std::string_view warning;       // to a client that does not say what becomes of dependents
  bool words_of_storage = false;  // a precondition that fails is told as the storage tells it
};

/// The facts of a resource. Types are borrowed.
struct ResourceConfig {
  meta::GroupVersionResource gvr;  // as it is stored
  meta::GroupVersionKind kind;
  const schema::Type* type = nullptr;
  std::string key_prefix;  // "/registry/pods/", with the slash
  bool namespaced = false;
  meta::NameRule name_rule = meta::dns_subdomain_problems;
  int whole_judgements =
      0;  // how often a kind judges an update's metadata as a new object's, besides the rest
  bool core_finalizers = true;                      // finalizers are qualified or standard names
  std::vector<watchcache::SelectableField> fields;  // besides metadata.name and metadata.namespace
  /// How a field that cannot be selected by is refused: `"x" is not a known field selector: only …`, or (when
  /// false) `field label not supported: x`.
  bool names_known_fields = true;
  /// A kind's own words for that, `$` standing for the label; empty: one of the above.
  std::string_view unknown_field_text;
  bool create_on_update = false;
  bool needs_resource_version = false;  // updates without one are refused
  bool tracks_managers = true;          // metadata.managedFields is kept …
  managedfields::Convert convert;       // … of managers that know the object in another version
  std::optional<std::chrono::seconds> ttl;
  DeletionRules deletion;

  meta::GroupResource group_resource() const { return {gvr.group, gvr.resource}; }
};

}  // namespace pedalion::registry::generic
