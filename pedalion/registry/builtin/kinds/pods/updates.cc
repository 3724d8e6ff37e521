// What may change in a pod that is there.
#include "pedalion/registry/builtin/kinds/pods/updates.h"

#include <algorithm>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"
#include "pedalion/registry/builtin/kinds/struct_diff.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

constexpr std::string_view kOnlyThese =
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

// The internal types' order, and what they keep elsewhere than v1 does.
constexpr std::string_view kSpecOrder[] = {"Volumes",
                                           "InitContainers",
                                           "Containers",
                                           "EphemeralContainers",
                                           "RestartPolicy",
                                           "TerminationGracePeriodSeconds",
                                           "ActiveDeadlineSeconds",
                                           "DNSPolicy",
                                           "NodeSelector",
                                           "ServiceAccountName",
                                           "AutomountServiceAccountToken",
                                           "NodeName",
                                           "SecurityContext",
                                           "ImagePullSecrets",
                                           "Hostname",
                                           "Subdomain",
                                           "SetHostnameAsFQDN",
                                           "Affinity",
                                           "SchedulerName",
                                           "Tolerations",
                                           "HostAliases",
                                           "PriorityClassName",
                                           "Priority",
                                           "PreemptionPolicy",
                                           "DNSConfig",
                                           "ReadinessGates",
                                           "RuntimeClassName",
                                           "Overhead",
                                           "EnableServiceLinks",
                                           "TopologySpreadConstraints",
                                           "OS",
                                           "SchedulingGates",
                                           "ResourceClaims",
                                           "Resources",
                                           "HostnameOverride"};
constexpr std::string_view kSecurityOrder[] = {"HostNetwork",
                                               "HostPID",
                                               "HostIPC",
                                               "ShareProcessNamespace",
                                               "HostUsers",
                                               "SELinuxOptions",
                                               "WindowsOptions",
                                               "RunAsUser",
                                               "RunAsGroup",
                                               "RunAsNonRoot",
                                               "SupplementalGroups",
                                               "SupplementalGroupsPolicy",
                                               "FSGroup",
                                               "FSGroupChangePolicy",
                                               "Sysctls",
                                               "SeccompProfile",
                                               "AppArmorProfile",
                                               "SELinuxChangePolicy"};
constexpr std::string_view kHostFields[] = {"HostNetwork", "HostPID", "HostIPC", "ShareProcessNamespace",
                                            "HostUsers"};

Value in_order(const Value& object, std::span<const std::string_view> order, json::Arena& arena) {
  Value ordered = Value::object(arena, object.size());
  for (std::string_view name : order) {
    if (const Value* value = object.find(name)) ordered.append_member(name, *value, arena);
  }
  for (const json::Member& member : object.members()) {
    if (ordered.find(member.name) == nullptr) ordered.append_member(member.name, member.value, arena);
  }
  return ordered;
}

Value internal_spec(Value spec, json::Arena& arena) {
  spec.erase("ServiceAccount");
  Value security = spec.object_at("SecurityContext", arena);
  for (std::string_view name : kHostFields) {
    if (const Value* value = std::as_const(spec).find(name)) security.set(name, *value, arena);
    spec.erase(name);
  }
  spec.set("SecurityContext", in_order(security, kSecurityOrder, arena), arena);
  return in_order(spec, kSpecOrder, arena);
}

void keep(Value& spec, const Value& old, std::string_view name, json::Arena& arena) {
  const Value* value = old.find(name);
  if (value == nullptr) {
    spec.erase(name);
  } else {
    spec.set(name, *value, arena);
  }
}

void keep_images(Value& spec, const Value& old, std::string_view list, json::Arena& arena) {
  Value* containers = spec.find(list);
  const Value* before = old.find(list);
  if (containers == nullptr || before == nullptr || containers->size() != before->size()) return;
  for (std::uint32_t i = 0; i < before->size(); ++i)
    keep(containers->items()[i], before->items()[i], "image", arena);
}

/// A gated pod may still be told where it should run, as long as that narrows the choice.
bool is_gated(const Value& old) {
  const Value* gates = old.find("schedulingGates");
  return gates != nullptr && !gates->empty();
}

void check_deadline(const Field& now, const Field& before) {
  if (now) {
    if (now.number() < 0 || now.number() > INT32_MAX) check_range(now, 1, INT32_MAX);
    if (before && before.number() < now.number()) now.invalid("must be less than or equal to previous value");
  } else if (before) {
    now.invalid(Value(), "must not update from a positive integer to nil value");
  }
}

/// Each old one must still be there (its seconds may change); others may come.
void check_only_added(const Field& tolerations, const Field& old) {
  bool lost = false;
  old.each([&](const Field& before) {
    bool found = false;
    tolerations.each([&](const Field& now) {
      bool equal = true;
      for (std::string_view name : {"key", "operator", "value", "effect"})
        equal = equal && now[name].text() == before[name].text();
      found = found || equal;
    });
    lost = lost || !found;
  });
  if (lost || tolerations.size() < old.size()) {
    tolerations.forbidden("existing toleration can not be modified except its tolerationSeconds");
  }
}

void check_gates(const Field& gates, const Field& old) {
  gates.each([&](const Field& gate) {
    bool known = false;
    old.each([&](const Field& before) { known = known || before["name"].text() == gate["name"].text(); });
    if (!known)
      gates.forbidden("only deletion is allowed, but found new scheduling gate '" +
                      std::string(gate["name"].text()) + "'");
  });
}

void check_images(const Field& spec) {
  for (std::string_view list : {"containers", "initContainers"}) {
    spec[list].each([](const Field& container) {
      std::string_view image = container["image"].text();
      if (image.empty()) {
        container["image"].required();
      } else if (image.front() == ' ' || image.back() == ' ') {
        container["image"].invalid(image, "must not have leading or trailing whitespace");
      }
    });
  }
}

bool changes_more(const Value& spec, const Value& old, std::string& diff) {
  json::Arena arena;
  Value wanted = json::deep_copy(spec, arena);
  for (std::string_view list : {"containers", "initContainers"}) keep_images(wanted, old, list, arena);
  for (std::string_view name : {"activeDeadlineSeconds", "tolerations", "schedulingGates"})
    keep(wanted, old, name, arena);
  if (is_gated(old)) {
    for (std::string_view name : {"nodeSelector", "affinity"}) keep(wanted, old, name, arena);
  }
  const Value *grace = old.find("terminationGracePeriodSeconds"),
              *now = spec.find("terminationGracePeriodSeconds");
  if (grace != nullptr && grace->int_or(0) < 0 && now != nullptr && now->int_or(0) == 1) {
    keep(wanted, old, "terminationGracePeriodSeconds", arena);
  }
  if (json::equal(wanted, old)) return false;
  constexpr GoType kSpec{"core/v1", "PodSpec"};
  diff = struct_diff(old, wanted, kSpec, internal_spec);
  return true;
}

std::string_view quality(const Value& pod) { return pod.string_at({"status", "qosClass"}); }

void check_resources_removed(const Field& now, const Field& before) {
  for (std::string_view list : {"limits", "requests"}) {
    std::string one(list.substr(0, list.size() - 1));
    before[list].each_entry([&](std::string_view name, const Field&) {
      if (now[list].value() != nullptr && now[list].value()->find(name) != nullptr) return;
      now[list].forbidden("resource " + std::string(list) + " cannot be removed");
    });
  }
}

}  // namespace

void check_pod_update(const Value& pod, const Value& old, FieldErrors& errors) {
  static const Value kNone;
  Field now(pod, errors), before(old, errors);
  Field spec = now["spec"], old_spec = before["spec"];
  if (spec["containers"].size() != old_spec["containers"].size()) {
    spec["containers"].forbidden("pod updates may not add or remove containers");
    return;
  }
  if (spec["initContainers"].size() != old_spec["initContainers"].size()) {
    spec["initContainers"].forbidden("pod updates may not add or remove containers");
    return;
  }
  check_images(spec);
  check_deadline(spec["activeDeadlineSeconds"], old_spec["activeDeadlineSeconds"]);
  check_only_added(spec["tolerations"], old_spec["tolerations"]);
  check_gates(spec["schedulingGates"], old_spec["schedulingGates"]);
  std::string diff;
  if (changes_more(spec ? *spec.value() : kNone, old_spec ? *old_spec.value() : kNone, diff)) {
    spec.forbidden(std::string(kOnlyThese) + "\n" + diff);
  }
}

void check_ephemeral_update(const Value& pod, const Value& old, FieldErrors& errors) {
  constexpr GoType kContainer{"core/v1", "EphemeralContainer"};
  Field now = Field(pod, errors)["spec"]["ephemeralContainers"],
        before = Field(old, errors)["spec"]["ephemeralContainers"];
  before.each([&](const Field& known) {
    const Value* same_name = nullptr;
    now.each([&](const Field& container) {
      if (container["name"].text() == known["name"].text()) same_name = container.value();
    });
    std::string name(known["name"].text());
    if (same_name == nullptr) {
      now.forbidden("existing ephemeral containers \"" + name + "\" may not be removed\n");
    } else if (!json::equal(*same_name, *known.value())) {
      now.forbidden("existing ephemeral containers \"" + name + "\" may not be changed\n" +
                    struct_diff(*known.value(), *same_name, kContainer));
    }
  });
}

void check_resize(const Value& pod, const Value& old, FieldErrors& errors) {
  Field now(pod, errors), before(old, errors);
  Field spec = now["spec"];
  if (!quality(old).empty() && quality_of_service(pod) != quality(old)) {
    spec.invalid(quality(old), "Pod QOS Class may not change as a result of resizing");
  }
  bool others = false;
  for (std::string_view list : {"containers", "initContainers"}) {
    spec[list].each([&](const Field& container) {
      before["spec"][list].each([&](const Field& known) {
        if (known["name"].text() != container["name"].text()) return;
        check_resources_removed(container["resources"], known["resources"]);
        for (std::string_view part : {"limits", "requests"}) {
          container["resources"][part].each_entry([&](std::string_view name, const Field& amount) {
            if (name == "cpu" || name == "memory") return;
            const Value* was = known["resources"][part].value() == nullptr
                                   ? nullptr
                                   : known["resources"][part].value()->find(name);
            others = others || was == nullptr || !json::equal(*was, *amount.value());
          });
        }
      });
    });
  }
  if (others) spec.forbidden("only cpu and memory resources are mutable");
}

std::string go_pod_spec(const Value* spec) {
  json::Arena arena;
  auto tree = json::parse(go_form(spec, {"core/v1", "PodSpec"}, true), arena);
  return tree ? json::to_string(internal_spec(*tree, arena)) : "{}";
}

std::string go_pod_template(const Value* pod_template) {
  static const Value kNone;
  const Value& whole = pod_template == nullptr ? kNone : *pod_template;
  std::string text = "{";
  if (const Value* metadata = whole.find("metadata")) {
    // Metadata has no internal type: it is shown as it is written.
    for (const json::Member& member : metadata->members()) {
      if (member.value.is_null()) continue;
      text += meta::go_quoted(member.name) + ":" + json::to_string(member.value, json::SortKeys::kYes) + ",";
    }
  }
  return text + "\"Spec\":" + go_pod_spec(whole.find("spec")) + "}";
}

}  // namespace pedalion::registry::builtin::kinds::pods
