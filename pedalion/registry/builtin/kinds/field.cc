#include "pedalion/registry/builtin/kinds/field.h"

#include <algorithm>

#include "pedalion/apimachinery/json/write.h"

namespace pedalion::registry::builtin::kinds {

Field Field::at(std::initializer_list<std::string_view> members) const {
  Field field = *this;
  for (std::string_view member : members) field = field[member];
  return field;
}

std::vector<std::string_view> Field::sorted_keys() const {
  std::vector<std::string_view> keys;
  if (value_ == nullptr) return keys;
  keys.reserve(value_->size());
  for (const json::Member& member : value_->members()) keys.push_back(member.name);
  std::ranges::sort(keys);
  return keys;
}

void Field::required(std::string_view detail) const {
  errors_->push_back(FieldError::required(path_, detail));
}
void Field::invalid(std::string_view detail) const {
  errors_->push_back(value_ == nullptr ? FieldError::invalid(path_, std::string_view(), detail)
                                       : FieldError::invalid(path_, *value_, detail));
}
void Field::invalid(const Value& shown, std::string_view detail) const {
  errors_->push_back(FieldError::invalid(path_, shown, detail));
}
void Field::invalid(std::string_view shown, std::string_view detail) const {
  errors_->push_back(FieldError::invalid(path_, shown, detail));
}
void Field::invalid_unshown(std::string_view detail) const {
  errors_->push_back({.field = path_.text(), .value = {}, .detail = std::string(detail)});
}
void Field::forbidden(std::string_view detail) const {
  errors_->push_back(FieldError::forbidden(path_, detail));
}
void Field::duplicate() const {
  errors_->push_back(FieldError::duplicate(path_, value_ == nullptr ? Value() : *value_));
}
void Field::duplicate(std::string_view shown) const {
  errors_->push_back(FieldError::duplicate(path_, shown));
}
void Field::not_found() const { errors_->push_back(FieldError::not_found(path_, text())); }
void Field::not_supported(std::span<const std::string_view> supported) const {
  errors_->push_back(FieldError::not_supported(path_, text(), supported));
}
void Field::not_supported(const Value& shown, std::span<const std::string_view> supported) const {
  errors_->push_back(FieldError::not_supported(path_, "", supported));
  errors_->back().value = json::to_string(shown);
}
void Field::too_long(std::size_t limit_bytes) const {
  errors_->push_back(FieldError::too_long(path_, limit_bytes));
}
void Field::too_many(std::size_t limit) const {
  errors_->push_back(FieldError::too_many(path_, size(), limit));
}

}  // namespace pedalion::registry::builtin::kinds
