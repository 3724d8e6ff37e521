#include "pedalion/registry/builtin/kinds/pods/updates.h"

#include <limits>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/pods/annotations.h"
#include "pedalion/registry/builtin/kinds/pods/internal_spec.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

constexpr std::string_view kOnlyThese =
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
constexpr GoType kNodeAffinity{"core/v1", "NodeAffinity"}, kTerm{"core/v1", "NodeSelectorTerm"},
    kTerms{"core/v1", "NodeSelectorTerm", true}, kRequirement{"core/v1", "NodeSelectorRequirement"};
constexpr std::string_view kRequired = "requiredDuringSchedulingIgnoredDuringExecution";

void keep(Value& object, const Value* old, std::string_view name, json::Arena& arena) {
  const Value* value = old == nullptr ? nullptr : old->find(name);
  if (value == nullptr || value->is_null()) {
    object.erase(name);
  } else {
    object.set(name, *value, arena);
  }
}

/// False when the lists cannot be compared one by one.
bool check_images_of(const Field& containers, const Field& old) {
  if (containers.size() != old.size()) {
    containers.forbidden("pod updates may not add or remove containers");
    return false;
  }
  containers.each([](const Field& container) {
    Field image = container["image"];
    require_text(image);
    if (is_padded(image.text())) image.invalid(image.text(), "must not have leading or trailing whitespace");
  });
  return true;
}

/// It may come, and come sooner. False: nothing else is judged.
bool check_deadline(const Field& now, const Field& before) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  std::size_t errors = now.errors_so_far();
  if (!now) {
    if (before) now.invalid(Value(), "must not update from a positive integer to nil value");
    return true;
  }
  check_range(now, 0, kMost);
  if (now.errors_so_far() == errors && before && before.number() < now.number())
    now.invalid("must be less than or equal to previous value");
  return now.errors_so_far() == errors;
}

/// Each old one must still be there (its seconds may change); others may come.
void check_only_added(const Field& tolerations, const Field& old) {
  for (std::size_t i = 0; i < old.size(); ++i) {
    bool found = false;
    tolerations.each([&](const Field& now) {
      bool equal = true;
      for (std::string_view name : {"key", "operator", "value", "effect"})
        equal = equal && now[name].text() == old.item(i)[name].text();
      found = found || equal;
    });
    if (!found)
      return tolerations.forbidden("existing toleration can not be modified except its tolerationSeconds");
  }
  check_tolerations(tolerations);
}

void check_only_removed(const Field& gates, const Field& old) {
  gates.each([&](const Field& gate) {
    Field name = gate["name"];
    bool known = false;
    old.each([&](const Field& before) { known = known || before["name"].text() == name.text(); });
    if (known) return;
    name.forbidden("only deletion is allowed, but found new scheduling gate '" + std::string(name.text()) +
                   "'");
  });
}

/// The first elements are the old ones.
bool begins_with(const Field& list, const Field& old) {
  if (list.size() < old.size()) return false;
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (!same_in_go(list.item(i).value(), old.item(i).value(), kRequirement)) return false;
  }
  return true;
}

bool only_adds(const Field& term, const Field& old) {
  Field expressions = term["matchExpressions"], fields = term["matchFields"];
  Field had = old["matchExpressions"], had_fields = old["matchFields"];
  // A term without requirements finds nothing: what is added to it would widen it.
  if (had.empty() && had_fields.empty() && (!expressions.empty() || !fields.empty())) return false;
  return begins_with(expressions, had) && begins_with(fields, had_fields);
}

/// While a pod is gated, its choice of nodes may become narrower.
void check_narrowed(const Field& affinity, const Field& old) {
  Field terms = affinity[kRequired]["nodeSelectorTerms"], had = old[kRequired]["nodeSelectorTerms"];
  if (!old[kRequired] || had.empty()) return;
  if (terms.size() != had.size()) {
    return invalid_struct(terms, kTerms,
                          "no additions/deletions to non-empty NodeSelectorTerms list are allowed");
  }
  for (std::size_t i = 0; i < had.size(); ++i) {
    if (!only_adds(terms.item(i), had.item(i)))
      invalid_struct(terms.item(i), kTerm, "only additions are allowed (no mutations or deletions)");
  }
}

void check_selector_of_gated(const Field& selector, const Field& old) {
  bool lost = false;
  old.each_entry([&](std::string_view key, const Field& before) {
    Field now = selector.entry(key);
    lost = lost || !now || now.text() != before.text();
  });
  if (!lost) return;
  selector.invalid(selector ? *selector.value() : Value(),
                   "only additions to spec.nodeSelector are allowed (no mutations or deletions)");
}

/// Judges what a gated pod may change, and takes it back in `wanted`.
void keep_choice_of_nodes(Value& wanted, const Field& spec, const Field& old, json::Arena& arena) {
  check_selector_of_gated(spec["nodeSelector"], old["nodeSelector"]);
  keep(wanted, old.value(), "nodeSelector", arena);
  Field now = spec["affinity"]["nodeAffinity"], before = old["affinity"]["nodeAffinity"];
  if (same_in_go(now.value(), before.value(), kNodeAffinity)) return;
  check_narrowed(now, before);
  Value affinity =
      spec["affinity"] ? json::deep_copy(*spec["affinity"].value(), arena) : Value::object(arena);
  keep(affinity, old["affinity"].value(), "nodeAffinity", arena);
  bool other = affinity.find("podAffinity") != nullptr || affinity.find("podAntiAffinity") != nullptr;
  if (!old["affinity"] && !other) {
    wanted.erase("affinity");
  } else {
    wanted.set("affinity", affinity, arena);
  }
}

void keep_images(Value& wanted, const Value& old, std::string_view list, json::Arena& arena) {
  Value* containers = wanted.find(list);
  const Value* before = old.find(list);
  if (containers == nullptr || before == nullptr) return;
  for (std::uint32_t i = 0; i < before->size(); ++i)
    keep(containers->items()[i], &before->items()[i], "image", arena);
}

/// What is wanted, with all that may change as it was.
Value without_what_may_change(const Field& spec, const Field& old, json::Arena& arena) {
  Value wanted = json::deep_copy(*spec.value(), arena);
  for (std::string_view list : {"containers", "initContainers"})
    keep_images(wanted, *old.value(), list, arena);
  for (std::string_view name : {"activeDeadlineSeconds", "tolerations", "schedulingGates"})
    keep(wanted, old.value(), name, arena);
  constexpr std::string_view kGrace = "terminationGracePeriodSeconds";
  if (old[kGrace].number() < 0 && spec[kGrace].number() == 1) keep(wanted, old.value(), kGrace, arena);
  if (!old["schedulingGates"].empty()) keep_choice_of_nodes(wanted, spec, old, arena);
  return wanted;
}

}  // namespace

void check_annotations_of_update(const Field& pod, const Field& old) {
  Field annotations = pod["metadata"]["annotations"];
  check_annotation_updates(annotations, old["metadata"]["annotations"]);
  check_annotations(annotations, pod["spec"]);
}

void check_pod_update(const Field& pod, const Field& old) {
  Field spec = pod["spec"], before = old["spec"];
  for (std::string_view list : {"containers", "initContainers"}) {
    if (!check_images_of(spec[list], before[list])) return;
  }
  if (!check_deadline(spec["activeDeadlineSeconds"], before["activeDeadlineSeconds"])) return;
  check_only_added(spec["tolerations"], before["tolerations"]);
  check_only_removed(spec["schedulingGates"], before["schedulingGates"]);
  if (!spec || !before || same_spec(*spec.value(), *before.value())) return;
  json::Arena arena;
  Value wanted = without_what_may_change(spec, before, arena);
  if (same_spec(wanted, *before.value())) return;
  spec.forbidden(std::string(kOnlyThese) + "\n" + spec_diff(*before.value(), wanted));
}

}  // namespace pedalion::registry::builtin::kinds::pods
