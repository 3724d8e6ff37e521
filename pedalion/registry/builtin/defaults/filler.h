#pragma once
// Sets members of an object where its type declares them, so that what is filled in is written in Kubernetes'
// order.
#include <string_view>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/schema/type.h"

namespace pedalion::registry::builtin::defaults {

using json::Value;

/// Go's zero value: what omitempty leaves out.
bool is_zero(const Value& value);

/// Sets `object`'s member `name`, at the place that `type` gives it. `value` lives as long as the document.
Value& set_in_order(Value& object, const schema::Type& type, std::string_view name, Value value,
                    json::Arena& arena);

/// One struct of a document and its type. Short-lived; refers to both.
class Filler {
 public:
  Filler(Value& object, const schema::Type& type, json::Arena& arena)
      : object_(object), type_(type), arena_(arena) {}

  Value& object() { return object_; }
  json::Arena& arena() { return arena_; }
  const schema::Type& type() const { return type_; }

  Value* find(std::string_view name) { return object_.find(name); }
  std::string_view text(std::string_view name) const {
    const Value* value = static_cast<const Value&>(object_).find(name);
    return value == nullptr ? std::string_view() : value->string_or();
  }
  /// Whether the member is absent, or the zero value of what is not a Go pointer.
  bool unset(std::string_view name) const;
  void set(std::string_view name, Value value) { set_in_order(object_, type_, name, value, arena_); }
  /// `text` is copied.
  void set_text(std::string_view name, std::string_view text) { set(name, Value::string(text, arena_)); }
  /// Sets it when it is unset.
  void fill(std::string_view name, Value value) {
    if (unset(name)) set(name, value);
  }
  /// `text` is static.
  void fill(std::string_view name, std::string_view text) { fill(name, Value::string(text)); }
  void fill_object(std::string_view name) {
    if (object_.find(name) == nullptr) set(name, Value::object(arena_));
  }
  /// The struct member `name`, made when it is absent. `name` is a struct of the type's.
  Filler in(std::string_view name);
  bool has(std::string_view name) const { return object_.find(name) != nullptr; }

 private:
  Value& object_;
  const schema::Type& type_;
  json::Arena& arena_;
};

}  // namespace pedalion::registry::builtin::defaults
