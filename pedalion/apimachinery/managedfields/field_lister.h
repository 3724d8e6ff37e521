#pragma once
// Lists the fields of a value in the order of FieldsV1.
#include <optional>
#include <vector>

#include "pedalion/apimachinery/managedfields/field_set.h"
#include "pedalion/apimachinery/managedfields/list_items.h"

namespace pedalion::managedfields {

class FieldLister {
 public:
  enum class Marks : bool {
    kOwned,  // what an applier of the value owns: its leaves and list items
    kAll     // everything that is there: what an object that comes or goes adds or removes
  };
  FieldLister(Marks marks, json::Arena& arena) : marks_(marks), arena_(arena) {}

  /// Adds the fields of `value` to the open element of `out`.
  void add(const Place& place, const json::Value& value, FieldSetBuilder& out);
  /// Those of its members, which are listed even where the object is owned as a whole.
  void add_members(const Place& place, const json::Value& object, FieldSetBuilder& out);

  /// What is wrong with the first list item that has no key. Such items belong to nobody.
  const std::optional<Status>& error() const { return error_; }
  /// Of what is listed as owned: validate() would find nothing wrong with it. (It looks again where this walk
  /// has doubts, and has the words for them.)
  bool is_sound() const { return is_sound_; }

 private:
  void add_items(const Place& place, const json::Value& list, FieldSetBuilder& out);
  void doubt(bool doubtful) { is_sound_ = is_sound_ && !doubtful; }

  const Marks marks_;
  json::Arena& arena_;
  std::optional<Status> error_;
  bool is_sound_ = true;
  // A stack: each level sorts its own part.
  std::vector<const json::Member*> members_;
};

}  // namespace pedalion::managedfields
