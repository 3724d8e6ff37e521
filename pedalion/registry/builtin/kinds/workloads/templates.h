#pragma once
// Pod templates and the selectors that must find the template's pods, as all controllers judge them.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::workloads {

/// Such a template makes pods that run for good. `controller` names the kind in the text.
void check_runs_for_good(const Field& pod_template, std::string_view controller);

enum class Selected : std::uint8_t { kYes, kNo, kUnreadable };
/// Whether pods of the template answer to a LabelSelector. An absent selector finds nothing, an empty one
/// all.
Selected selects(const Field& selector, const Field& pod_template);
/// "`selector` does not match template `labels`", shown at the template's labels.
void report_mismatch(const Field& pod_template);

/// A controller's selector: there, valid, not empty. `controller` names the kind in the text.
void check_controller_selector(const Field& selector, std::string_view controller);

/// Absent, or a selector without a requirement.
bool is_empty_selector(const Field& selector);

/// Names of such objects go into their pods' host names.
void warn_of_pod_names(const Value& object, Warnings& warnings);
/// The generation has moved: warnings of what is wanted are due again.
bool wants_other(const Value& object, const Value& old);
/// What is warned of objects with a pod template at spec.template.
void warn_of_new(const Value& object, Warnings& warnings);
void warn_of_changed(const Value& object, const Value& old, Warnings& warnings);

}  // namespace pedalion::registry::builtin::kinds::workloads
