#pragma once
// Selectors as fields: of labels (LabelSelector), and of nodes (NodeSelector).
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds {

/// Whether values that no label can have are let pass: those of an object that had such before.
enum class LabelValues : std::uint8_t { kJudged, kLetPass };

/// A map of labels: keys and values are shown at the map. Absent passes.
void check_labels(const Field& labels);
/// {matchLabels, matchExpressions}. Absent passes.
void check_label_selector(const Field& selector, LabelValues values = LabelValues::kJudged);
/// Whether check_label_selector would have something to say.
bool is_valid_label_selector(const Value* selector);

/// One requirement of labels or of fields, whose operator may be one that this server does not know.
void check_open_label_requirement(const Field& requirement);
void check_open_field_requirement(const Field& requirement);

/// {nodeSelectorTerms}: there must be one.
void check_node_selector(const Field& selector, LabelValues values = LabelValues::kJudged);
void check_node_selector_term(const Field& term, LabelValues values = LabelValues::kJudged);
/// Some required value is none that a label can have.
bool has_invalid_label_value(const Field& node_selector_terms);

}  // namespace pedalion::registry::builtin::kinds
