#pragma once
// What validation is written in: a field of an object, where it stands, and where its errors go.
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/field_error.h"

namespace pedalion::registry::builtin::kinds {

using json::Value;
using meta::FieldError;
using meta::FieldErrors;
using meta::FieldPath;

/// A field under validation, there or not. A null value is an absent one, as in Go. A value type that borrows
/// the object and the list of errors; making one costs no allocation.
class Field {
 public:
  /// The object itself: its members' paths begin with their names.
  Field(const Value& object, FieldErrors& errors) : value_(&object), errors_(&errors) {}
  Field(const Value* value, const FieldPath& path, FieldErrors& errors)
      : value_(value == nullptr || value->is_null() ? nullptr : value), path_(path), errors_(&errors) {}

  /// A member, an element, or an entry of a map. What is not there can be asked for, too.
  Field operator[](std::string_view member) const {
    return Field(value_ == nullptr ? nullptr : value_->find(member), *errors_, path_,
                 Step::of(member, Step::kMember));
  }
  Field at(std::initializer_list<std::string_view> members) const;
  Field item(std::size_t index) const {
    auto items = value_ == nullptr ? std::span<const Value>() : value_->items();
    return Field(index < items.size() ? &items[index] : nullptr, *errors_, path_, Step::of(index));
  }
  Field entry(std::string_view key) const {
    return Field(value_ == nullptr ? nullptr : value_->find(key), *errors_, path_, Step::of(key, Step::kKey));
  }
  /// The same value reported at another place.
  Field reported_at(const FieldPath& path) const { return Field(value_, path, *errors_); }

  explicit operator bool() const { return value_ != nullptr; }
  /// Null when it is absent.
  const Value* value() const { return value_; }
  const FieldPath& path() const { return path_; }
  FieldErrors& errors() const { return *errors_; }
  std::size_t errors_so_far() const { return errors_->size(); }

  // What it holds; Go's zero value when it is absent.
  std::string_view text() const { return value_ == nullptr ? std::string_view() : value_->string_or(); }
  std::int64_t number() const { return value_ == nullptr ? 0 : value_->int_or(0); }
  bool flag() const { return value_ != nullptr && value_->bool_or(false); }
  /// Elements of an array, members of an object.
  std::size_t size() const { return value_ == nullptr ? 0 : value_->size(); }
  bool empty() const { return size() == 0; }

  /// Calls visit(Field) for each element.
  template <class Visit>
  void each(Visit visit) const {
    for (std::size_t i = 0; value_ != nullptr && i < value_->items().size(); ++i) visit(item(i));
  }
  /// The same of those elements of which concerns(Value) is true: where there may be hundreds that nothing is
  /// to be said of, they need no paths.
  template <class Concerns, class Visit>
  void each_if(Concerns concerns, Visit visit) const {
    if (value_ == nullptr) return;
    std::size_t index = 0;
    for (const Value& element : value_->items()) {
      if (concerns(element)) visit(item(index));
      ++index;
    }
  }
  /// Calls visit(key, Field) for each entry of a map, by key as Go's sorted ranges do; the field's path is
  /// [key].
  template <class Visit>
  void each_entry(Visit visit) const {
    for (std::string_view key : sorted_keys()) visit(key, entry(key));
  }

  // Errors here.
  void required(std::string_view detail = {}) const;
  /// Shows the value: what is absent as "", in Go's way for a string.
  void invalid(std::string_view detail) const;
  void invalid(const Value& shown, std::string_view detail) const;
  void invalid(std::string_view shown, std::string_view detail) const;
  /// Shows no value, where it would say nothing.
  void invalid_unshown(std::string_view detail) const;
  void forbidden(std::string_view detail) const;
  void duplicate() const;
  void duplicate(std::string_view shown) const;
  void not_found() const;
  void not_supported(std::span<const std::string_view> supported) const;
  /// Shows something else than a text.
  void not_supported(const Value& shown, std::span<const std::string_view> supported) const;
  void too_long(std::size_t limit_bytes) const;
  void too_many(std::size_t limit) const;

 private:
  using Step = FieldPath::Segment;
  Field(const Value* value, FieldErrors& errors, const FieldPath& parent, Step last)
      : value_(value == nullptr || value->is_null() ? nullptr : value),
        path_(parent, last),
        errors_(&errors) {}
  std::vector<std::string_view> sorted_keys() const;

  const Value* value_;
  FieldPath path_;
  FieldErrors* errors_;
};

}  // namespace pedalion::registry::builtin::kinds
