#pragma once
// Ownership after a change: what other managers lose, who is in conflict, what an applier gives up.
#include <map>
#include <string>
#include <vector>

#include "pedalion/apimachinery/managedfields/entries.h"
#include "pedalion/apimachinery/managedfields/typed.h"

namespace pedalion::managedfields {

/// Another manager's fields that an applier would change.
struct Conflict {
  Entry entry;  // its fields are only those in conflict
};

/// Works on one write: an object before and after, in the versions that its managers speak.
class Updater {
 public:
  Updater(const FieldManager& how, json::Arena& arena) : how_(how), arena_(arena) {}

  /// Drops entries of versions that are gone and takes ownership below what has become atomic back to it.
  Result<void> reconcile(Entries& entries, const json::Value& live);

  /// Compares in the request's version, without what this door does not write.
  Result<Comparison> changes(const json::Value& before, const json::Value& after);

  /// The fields of `entry` that a change touches with a new value.
  Result<std::vector<Conflict>> conflicts(const Entries& entries, const Entry& self, const Comparison& own,
                                          const json::Value& before, const json::Value& after);

  /// Takes all that changed from everybody but `self`; drops entries that own nothing any more.
  Result<void> take_from_others(Entries& entries, const Entry& self, const Comparison& own,
                                const json::Value& before, const json::Value& after);

  /// `merged` without what `last` owned and nobody (the new set of `self` included) owns now.
  Result<json::Value> prune(const json::Value& merged, const Entries& entries, const Entry& last);

  /// Without reset fields.
  FieldSet filtered(FieldSet fields) const;

 private:
  /// `object` in a version; nothing when the version is gone.
  Result<std::optional<Versioned>> in_version(const json::Value& object, std::string_view api_version);
  Result<const Comparison*> comparison_in(std::string_view api_version, const Comparison& own,
                                          const json::Value& before, const json::Value& after);
  /// The usual case: all that an applier owned before, it owns still; then nothing has to be looked for.
  bool gives_nothing_up(const Entries& entries, const Entry& last) const;
  Result<json::Value> add_back_owned(const json::Value& merged, json::Value pruned, const Entries& entries,
                                     std::string_view first);

  const FieldManager& how_;
  json::Arena& arena_;
  std::map<std::string_view, std::optional<Comparison>>
      comparisons_;  // of other versions; nothing: the version is gone
};

}  // namespace pedalion::managedfields
