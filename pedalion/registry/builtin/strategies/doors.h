#pragma once
// What a write through each door of a resource may change: the object itself, its status, and the few others
// through which a whole object is sent but only a part is taken.
#include <cstdint>
#include <string_view>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/managedfields/field_set.h"
#include "pedalion/registry/builtin/catalog/catalog.h"
#include "pedalion/registry/builtin/defaults/filler.h"

namespace pedalion::registry::builtin::strategies {

using defaults::Filler;
using json::Value;

enum class Door : std::uint8_t {
  kMain,
  kStatus,
  kFinalize,
  kApproval,
  kResize,
  kEphemeralContainers,
  kBinding
};

/// Of a subresource's name; kMain for the empty one.
Door door_of(std::string_view subresource);
/// The other way.
std::string_view subresource_of(Door door);

/// What the resource's rows say, asked often.
struct Traits {
  std::string_view group, resource;
  bool has_status = false;  // a status subresource
  bool has_generation = false;
  bool counts_from_nothing = false;  // a new object has no generation yet

  static Traits of(std::string_view group, const catalog::ResourceFacts& facts);
};

/// Takes from `old` what the door does not write.
void keep_what_is_not_written(Door door, const Traits& traits, Filler& object, const Value& old);
/// Sets metadata.generation of an object that is ready otherwise.
void count_generation(Door door, const Traits& traits, Filler& object, const Value& old);
/// A new object's status, emptied, and its first generation.
void reset_new(const Traits& traits, Filler& object);

/// The fields that nobody comes to own through the door. Lives as long as the program.
const managedfields::FieldSet& reset_fields(Door door, const Traits& traits);

}  // namespace pedalion::registry::builtin::strategies
