#include "pedalion/registry/builtin/kinds/pods/resize.h"

#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/pods/annotations.h"
#include "pedalion/registry/builtin/kinds/pods/internal_spec.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"
#include "pedalion/registry/builtin/kinds/pods/quality.h"
#include "pedalion/registry/builtin/kinds/pods/updates.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

constexpr GoType kContainer{"core/v1", "Container"}, kResources{"core/v1", "ResourceRequirements"};

/// Nothing else is judged then.
void refuse(const Field& pod, std::string_view detail) {
  pod.errors().clear();
  pod.reported_at(whole_object()).forbidden(detail);
}

bool lost_some(const Field& list, const Field& old) {
  bool lost = false;
  old.each_entry([&](std::string_view name, const Field&) { lost = lost || !list.entry(name); });
  return lost;
}

/// `what` begins the sentence: "resource", "pod-level resource".
void check_none_lost(const Field& resources, const Field& old, std::string_view what) {
  for (std::string_view list : {"requests", "limits"}) {
    if (!lost_some(resources[list], old[list])) continue;
    resources[list].forbidden(std::string(what) + " " + std::string(list) + " cannot be removed");
  }
}

/// cpu and memory as they were; null when there is nothing to hold them.
void restore_amounts(Value& resources, const Value* old, std::string_view list, json::Arena& arena) {
  const Value* before = old == nullptr ? nullptr : old->find(list);
  Value* amounts = resources.find(list);
  if (amounts == nullptr && before == nullptr) return;
  Value made = amounts == nullptr ? Value::object(arena) : json::deep_copy(*amounts, arena);
  for (std::string_view name : {"cpu", "memory"}) {
    made.erase(name);
    const Value* amount = before == nullptr ? nullptr : before->find(name);
    if (amount != nullptr) made.set(name, *amount, arena);
  }
  made.sort_members();
  resources.set(list, made, arena);
}

Value with_old_amounts(const Value* resources, const Value* old, json::Arena& arena) {
  Value made = resources == nullptr || !resources->is_object() ? Value::object(arena)
                                                               : json::deep_copy(*resources, arena);
  for (std::string_view list : {"limits", "requests"}) restore_amounts(made, old, list, arena);
  return made;
}

bool is_level_set(const Field& spec) {
  Field resources = spec["resources"];
  return !resources["requests"].empty() || !resources["limits"].empty();
}

/// Of a pod's own resources; `wanted` gets the old amounts back.
void check_level(Value& wanted, const Field& spec, const Field& old, json::Arena& arena) {
  Field resources = spec["resources"], before = old["resources"];
  if (before && !resources) return resources.forbidden("pod-level resources cannot be removed");
  if (before) check_none_lost(resources, before, "pod-level resource");
  Value made = with_old_amounts(resources.value(), before.value(), arena);
  bool nothing = true;
  for (const json::Member& member : made.members()) nothing = nothing && member.value.empty();
  if (!before && nothing) {
    wanted.erase("resources");
  } else {
    wanted.set("resources", made, arena);
    if (!same_in_go(&made, before.value(), kResources))
      spec.forbidden("only cpu and memory resources are mutable at pod-level");
  }
}

/// A container that runs tells of its resources when its node can change them.
bool can_resize(const Field& pod) {
  Field statuses = pod["status"]["containerStatuses"];
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    if (statuses.item(i)["state"]["running"]) return static_cast<bool>(statuses.item(i)["resources"]);
  }
  return true;
}

/// True when the containers are the old ones, in their order.
bool check_order(const Field& spec, const Field& old) {
  std::size_t errors = spec.errors_so_far();
  for (std::string_view list : {"containers", "initContainers"}) {
    Field containers = spec[list], before = old[list];
    if (containers.size() != before.size()) {
      containers.forbidden(std::string(list) + " may not be added or removed on resize");
      continue;
    }
    for (std::size_t i = 0; i < before.size(); ++i) {
      Field name = containers.item(i)["name"];
      if (name.text() != before.item(i)["name"].text())
        name.forbidden(std::string(list) + " may not be renamed or reordered on resize");
    }
  }
  return spec.errors_so_far() == errors;
}

void check_main_container(Value& wanted, const Field& spec, const Field&, const Field& old,
                          json::Arena& arena) {
  wanted.set("resources",
             with_old_amounts(std::as_const(wanted).find("resources"), old["resources"].value(), arena),
             arena);
  if (!same_in_go(&wanted, old.value(), kContainer))
    spec.forbidden("only cpu and memory resources are mutable");
}

void check_init_container(Value& wanted, const Field&, const Field& container, const Field& old,
                          json::Arena& arena) {
  bool modified = !same_in_go(container.value(), old.value(), kContainer);
  wanted.set("resources",
             with_old_amounts(std::as_const(wanted).find("resources"), old["resources"].value(), arena),
             arena);
  if (!same_in_go(&wanted, old.value(), kContainer))
    container.forbidden("only cpu and memory resources for init or sidecar containers are mutable");
  bool restarts = false;
  container["resizePolicy"].each([&](const Field& policy) {
    restarts = restarts || policy["restartPolicy"].text() == "RestartContainer";
  });
  if (modified && restarts && container["restartPolicy"].text() != "Always") {
    container.forbidden(
        "non-sidecar init containers with a resize policy of RestartContainer cannot be resized");
  }
}

using ContainerCheck = void (*)(Value& wanted, const Field& spec, const Field& container, const Field& old,
                                json::Arena& arena);

void check_each(Value& wanted, const Field& spec, const Field& old, std::string_view list,
                ContainerCheck check, json::Arena& arena) {
  Value* containers = wanted.find(list);
  for (std::size_t i = 0; containers != nullptr && i < old[list].size(); ++i)
    check(containers->items()[i], spec, spec[list].item(i), old[list].item(i), arena);
}

void check_new_amounts(const Field& pod, const Field& old) {
  Field spec = pod["spec"], before = old["spec"];
  json::Arena arena;
  Value wanted = json::deep_copy(*spec.value(), arena);
  if (is_level_set(before) || is_level_set(spec)) check_level(wanted, spec, before, arena);
  if (!old["status"]["nodeAllocatableResourceClaimStatuses"].empty())
    spec.forbidden("pods with node allocatable resource claims cannot be resized");
  if (!check_order(spec, before)) return;
  for (std::string_view list : {"initContainers", "containers"}) {
    for (std::size_t i = 0; i < before[list].size(); ++i)
      check_none_lost(spec[list].item(i)["resources"], before[list].item(i)["resources"], "resource");
  }
  check_each(wanted, spec, before, "containers", check_main_container, arena);
  check_each(wanted, spec, before, "initContainers", check_init_container, arena);
  if (spec.errors().empty() && !same_spec(wanted, *before.value()))
    spec.forbidden("only cpu and memory resources are mutable");
}

}  // namespace

void check_resize(const Field& pod, const Field& old) {
  Field spec = pod["spec"], quality = old["status"]["qosClass"];
  validate_pod(pod);
  if (old["metadata"]["annotations"][kMirror]) return refuse(pod, "static pods cannot be resized");
  if (old["spec"]["os"]["name"].text() == "windows") return refuse(pod, "windows pods cannot be resized");
  std::string_view was = quality.text().empty() ? quality_of_service(*old.value()) : quality.text();
  if (was != quality_of_service(*pod.value())) {
    spec.invalid(pod["status"]["qosClass"].text(), "Pod QOS Class may not change as a result of resizing");
  }
  if (!can_resize(old)) spec.forbidden("Pod running on node without support for resize");
  if (spec && old["spec"]) check_new_amounts(pod, old);
}

void check_ephemeral_update(const Field& pod, const Field& old) {
  constexpr GoType kEphemeral{"core/v1", "EphemeralContainer"};
  validate_pod(pod);
  check_annotations_of_update(pod, old);
  if (old["metadata"]["annotations"][kMirror])
    return refuse(pod, "static pods do not support ephemeral containers");
  Field now = pod["spec"]["ephemeralContainers"], before = old["spec"]["ephemeralContainers"];
  before.each([&](const Field& known) {
    const Value* same_name = nullptr;
    now.each([&](const Field& container) {
      if (container["name"].text() == known["name"].text()) same_name = container.value();
    });
    std::string beginning = "existing ephemeral containers " + meta::go_quoted(known["name"].text());
    if (same_name == nullptr) {
      now.forbidden(beginning + " may not be removed\n");
    } else if (!same_in_go(same_name, known.value(), kEphemeral)) {
      now.forbidden(beginning + " may not be changed\n" + ephemeral_diff(*known.value(), *same_name));
    }
  });
}

}  // namespace pedalion::registry::builtin::kinds::pods
