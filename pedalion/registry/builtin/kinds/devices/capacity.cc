#include "pedalion/registry/builtin/kinds/devices/capacity.h"

#include "pedalion/registry/builtin/kinds/lists.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"

namespace pedalion::registry::builtin::kinds::devices {

namespace {

using meta::Quantity;

constexpr std::size_t kMaxValues = 10;

void say(const Field& at, const Quantity& shown, std::string_view what, const Quantity& bound) {
  at.invalid(shown.text(), std::string(what) + ": " + bound.text());
}

void check_values(const Field& values, const Quantity& standard, const Quantity& capacity) {
  bool found = false;
  for (std::size_t i = 0; i + 1 < values.size(); ++i) {
    Quantity next = quantity_of(values.item(i + 1));
    if (quantity_of(values.item(i)) > next) {
      values.item(i + 1).invalid(next.text(), "values must be sorted in ascending order");
    }
  }
  check_set(
      values, kMaxValues, [](const Field& value) { return std::to_string(quantity_of(value).value()); },
      [&](const Field& value) {
        Quantity option = quantity_of(value);
        if (option > capacity) say(value, option, "option is larger than capacity value", capacity);
        found |= option == standard;
      });
  if (!found) values.invalid(standard.text(), "default value is not valid according to the requestPolicy");
}

void check_step(const Field& step, const Quantity& value, const Quantity& min) {
  Quantity width = quantity_of(step);
  if (width.value() == 0 || (value.value() - min.value()) % width.value() == 0) return;
  step.invalid(value.text(),
               "value is not a multiple of a given step (" + width.text() + ") from (" + min.text() + ")");
}

void check_range_of(const Field& range, const Quantity& standard, const Quantity& capacity) {
  Field lowest = range["min"], highest = range["max"], step = range["step"];
  if (!lowest) return lowest.required("required when validRange is defined");
  Quantity min = quantity_of(lowest), max = quantity_of(highest), width = quantity_of(step);
  if (min > capacity) say(lowest, min, "min is larger than capacity value", capacity);
  if (standard < min) say(range["default"], standard, "default is less than min", min);
  if (highest) {
    if (min > max) say(highest, min, "min is larger than max", max);
    if (max > capacity) say(highest, max, "max is larger than capacity value", capacity);
    if (standard > max) say(range["default"], standard, "default is more than max", max);
  }
  if (!step) return;
  if (width.sign() <= 0) return step.invalid(width.text(), "must be greater than zero");
  Quantity first = min;
  first += width;
  if (first > capacity) {
    step.invalid(width.text(),
                 "one step " + first.text() + " is larger than capacity value: " + capacity.text());
  }
  check_step(step, standard, min);
  if (highest) check_step(step, max, min);
}

}  // namespace

void check_request_policy(const Field& policy, const Field& capacity) {
  Field values = policy["validValues"], range = policy["validRange"], standard = policy["default"];
  if (!values.empty() && range) {
    policy.forbidden(
        "exactly one policy can be specified, cannot specify \"validValues\" and \"validRange\" at the same "
        "time");
  } else if (!standard && (!values.empty() || range)) {
    standard.required(range ? "required when validRange is defined" : "required when validValues is defined");
  } else if (!values.empty()) {
    check_values(values, quantity_of(standard), quantity_of(capacity));
  } else if (range) {
    check_range_of(range, quantity_of(standard), quantity_of(capacity));
  }
}

}  // namespace pedalion::registry::builtin::kinds::devices
