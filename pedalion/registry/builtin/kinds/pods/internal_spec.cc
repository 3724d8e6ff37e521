#include "pedalion/registry/builtin/kinds/pods/internal_spec.h"

#include <algorithm>
#include <span>
#include <utility>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"
#include "pedalion/registry/builtin/kinds/struct_diff.h"

namespace pedalion::registry::builtin::kinds::pods {

namespace {

constexpr GoType kSpec{"core/v1", "PodSpec"}, kContainer{"core/v1", "EphemeralContainer"};

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

}  // namespace

bool same_spec(const Value& spec, const Value& old) { return same_in_go(&spec, &old, kSpec); }

std::string spec_diff(const Value& old, const Value& spec) {
  return struct_diff(old, spec, kSpec, internal_spec);
}

std::string ephemeral_diff(const Value& old, const Value& container) {
  return struct_diff(old, container, kContainer);
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
