#pragma once
// Random objects made from a schema type: all that the type can hold, and nothing that protobuf cannot tell
// apart (an empty list is an absent one there).
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/schema/type.h"

namespace pedalion::apimachinery::testing {

/// Makes trees in one arena. Lists that merge by key have items with keys, none twice; keys come from few, so
/// that two objects of one generator have items in common. How full an object is, is random too.
class RandomObject {
 public:
  RandomObject(unsigned seed, json::Arena& arena) : random_(seed), arena_(arena) { random_.discard(8); }

  /// One member in `every` is null from now on, which is a zero value to Go; 0: none.
  void write_nulls(std::size_t every) { null_every_ = every; }
  /// No object has this member: leave_out("PodSpec", "serviceAccount"). Borrows.
  void leave_out(std::string_view type, std::string_view field) { left_out_.emplace_back(type, field); }
  /// Items differ in the merge key of strategic merge patch already, where the keys of server-side apply are
  /// more.
  void use_merge_keys() { uses_merge_keys_ = true; }

  json::Value of(const schema::Type& type);

 private:
  std::size_t below(std::size_t count) { return random_() % count; }
  json::Value value(const schema::Type& type, int depth);
  json::Value structure(const schema::Type& type, int depth);
  json::Value field(const schema::Field& field, int depth);
  json::Value list(const schema::Type& type, int depth);
  json::Value map(const schema::Type& type, int depth);
  json::Value special(schema::Shape shape);
  /// Of a member that items of a list are told apart by.
  json::Value key(const schema::Type& type);
  /// Gives every item its keys, and takes items with those of an earlier one away.
  void make_unique(json::Value& list, const schema::Field& field);

  std::minstd_rand random_;
  json::Arena& arena_;
  std::size_t fullness_ = 0;  // of eight members, how many are there
  std::size_t null_every_ = 0;
  bool uses_merge_keys_ = false;
  std::vector<std::pair<std::string_view, std::string_view>> left_out_;
};

}  // namespace pedalion::apimachinery::testing
