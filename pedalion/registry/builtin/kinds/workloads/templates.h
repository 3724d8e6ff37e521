#pragma once
// What the kinds that make pods have in common: a selector, a template, a roll-out, counters.
#include <initializer_list>
#include <string_view>

#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds::workloads {

/// The selector's requirements hold for the labels; an absent selector selects nothing, an empty one
/// everything.
bool selects(const Field& selector, const Field& labels);
/// A {matchLabels, matchExpressions} that is there, is valid, and is not empty: "empty selector is invalid
/// for OWNER". False when it cannot be used.
bool check_selector(const Field& selector, std::string_view owner);
/// "`selector` does not match template `labels`".
void check_match(const Field& selector, const Field& pod_template);
/// Such pods run for ever: always restarted, without a deadline.
void check_runs_always(const Field& pod_template, std::string_view owner);

/// A number or a percentage, not negative.
void check_amount_or_percent(const Field& amount);
/// "must not be greater than 100%".
void check_at_most_all(const Field& amount);
/// 0 or "0%", or absent.
bool is_none(const Field& amount);

// Statuses.
void check_counters(const Field& status, std::initializer_list<std::string_view> names);
/// "cannot be greater than BOUND" for each of the names that is.
void check_at_most(const Field& status, std::initializer_list<std::string_view> names, std::string_view bound,
                   std::string_view text);
void check_collisions(const Field& status, const Field& old);

}  // namespace pedalion::registry::builtin::kinds::workloads
