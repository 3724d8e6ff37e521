#pragma once
// Controllers and what they own: controller references, claims, selectors. Pure.
#include <cstdint>
#include <string>
#include <string_view>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/selector/label_selector.h"

namespace pedalion::controllers {

/// What a controller is to its dependents.
struct Owner {
  std::string_view api_version, kind, name, uid;
  bool deleted = false;
};

/// The reference of `object` to its controller; null when it has none.
const json::Value* controller_of(const json::Value& object);
std::string_view controller_uid(const json::Value& object);

/// {apiVersion, kind, name, uid, controller, blockOwnerDeletion}; borrows the texts.
json::Value controller_reference(const Owner& owner, json::Arena& arena);

enum class Claim : std::uint8_t {
  kNone,     // it is not this controller's
  kOwned,    // it is
  kAdopt,    // it has no controller and is selected: take it, if the owner still is there
  kRelease,  // it is this controller's and not selected any more
};
Claim claim(const json::Value& object, const Owner& owner, bool selected);

/// Strategic merge patches that carry a claim out; they hold for the object's uid only.
std::string adoption_patch(const json::Value& object, const Owner& owner);
std::string release_patch(const json::Value& object, const Owner& owner);

bool matches(const selector::LabelSelector& selector, const json::Value* labels);
/// Labels of an object's metadata; null: none.
inline const json::Value* labels_of(const json::Value& object) { return object.at({"metadata", "labels"}); }

}  // namespace pedalion::controllers
