#include "pedalion/registry/builtin/kinds/workloads/int_or_percent.h"

#include <algorithm>
#include <charconv>

#include "pedalion/registry/builtin/kinds/checks.h"

namespace pedalion::registry::builtin::kinds::workloads {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_percentage(std::string_view text) {
  return text.size() > 1 && text.ends_with('%') &&
         std::ranges::all_of(text.substr(0, text.size() - 1), is_digit);
}

/// As Go's Atoi with its error ignored: 0 for what is no number, the largest for what is too large.
std::int64_t leading_number(std::string_view text) {
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) return text.starts_with('-') ? INT64_MIN : INT64_MAX;
  return end == text.data() + text.size() ? number : 0;
}

bool is_text(const Field& field) { return field && field.value()->is_string(); }

}  // namespace

void check_int_or_percent(const Field& field) {
  if (!is_text(field)) return check_non_negative(field);
  if (is_percentage(field.text())) return;
  field.invalid(
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', "
      "regex used for validation is '[0-9]+%')");
}

void check_at_most_all(const Field& field) {
  if (is_text(field) && is_percentage(field.text()) && int_or_percent_value(field) > 100) {
    field.invalid("must not be greater than 100%");
  }
}

std::int64_t int_or_percent_value(const Field& field) {
  if (!is_text(field)) return field.number();
  std::string_view text = field.text();
  return leading_number(is_percentage(text) ? text.substr(0, text.size() - 1) : text);
}

}  // namespace pedalion::registry::builtin::kinds::workloads
