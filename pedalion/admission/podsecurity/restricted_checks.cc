// What the restricted level forbids besides the baseline: all that a hardened pod can do without.
#include "pedalion/admission/podsecurity/checks.h"
#include "pedalion/admission/podsecurity/pod_reading.h"

namespace pedalion::admission::podsecurity {
namespace {

using json::Value;
using Found = std::optional<Finding>;

/// What a Linux pod must say, a Windows pod cannot.
template <CheckFunction Linux>
Found but_for_windows(const PodParts& pod) {
  return is_windows(pod) ? Found() : Linux(pod);
}
template <CheckFunction Outside>
Found but_for_user_namespaces(const PodParts& pod) {
  return has_user_namespace(pod) ? Found() : Outside(pod);
}

Found privilege_escalation(const PodParts& pod) {
  Names bad = bad_containers(pod, [](const Value& container) {
    return !is_false(container.at({"securityContext", "allowPrivilegeEscalation"}));
  });
  if (bad.empty()) return {};
  return Finding{"allowPrivilegeEscalation != false",
                 containers_text(bad) + " must set securityContext.allowPrivilegeEscalation=false"};
}

bool drops_all(const Value& container) {
  const Value* dropped = container.at({"securityContext", "capabilities", "drop"});
  return dropped != nullptr && std::ranges::any_of(dropped->items(), [](const Value& capability) {
           return capability.string_or() == "ALL";
         });
}

Found capabilities(const PodParts& pod) {
  SortedNames forbidden;
  Names keeping = bad_containers(pod, [](const Value& container) { return !drops_all(container); });
  Names adding = bad_containers(pod, [&](const Value& container) {
    const Value* added = container.at({"securityContext", "capabilities", "add"});
    if (added == nullptr) return false;
    bool is_bad = false;
    for (const Value& capability : added->items()) {
      if (capability.string_or() == "NET_BIND_SERVICE") continue;
      is_bad = true;
      forbidden.emplace(capability.string_or());
    }
    return is_bad;
  });
  Names details;
  if (!keeping.empty())
    details.push_back(containers_text(keeping) + " must set securityContext.capabilities.drop=[\"ALL\"]");
  if (!adding.empty()) {
    details.push_back(containers_text(adding) + " must not include " + quoted(forbidden) +
                      " in securityContext.capabilities.add");
  }
  if (details.empty()) return {};
  return Finding{"unrestricted capabilities", joined(details, "; ")};
}

constexpr std::string_view kAllowedVolumes[] = {"configMap", "csi",   "downwardAPI",           "emptyDir",
                                                "ephemeral", "image", "persistentVolumeClaim", "projected",
                                                "secret"};
constexpr std::string_view kRestrictedVolumes[] = {"hostPath",
                                                   "gcePersistentDisk",
                                                   "awsElasticBlockStore",
                                                   "gitRepo",
                                                   "nfs",
                                                   "iscsi",
                                                   "glusterfs",
                                                   "rbd",
                                                   "flexVolume",
                                                   "cinder",
                                                   "cephfs",
                                                   "flocker",
                                                   "fc",
                                                   "azureFile",
                                                   "vsphereVolume",
                                                   "quobyte",
                                                   "azureDisk",
                                                   "photonPersistentDisk",
                                                   "portworxVolume",
                                                   "scaleIO",
                                                   "storageos"};

/// The kind of a volume that is not allowed; empty when it is.
std::string_view restricted_kind(const Value& volume) {
  auto has = [&](std::string_view kind) { return volume.find(kind) != nullptr; };
  if (std::ranges::any_of(kAllowedVolumes, has)) return {};
  const auto* found = std::ranges::find_if(kRestrictedVolumes, has);
  return found == std::end(kRestrictedVolumes) ? "unknown" : *found;
}

Found volumes(const PodParts& pod) {
  Names bad;
  SortedNames kinds;
  if (const Value* list = pod.spec->find("volumes")) {
    for (const Value& volume : list->items()) {
      auto kind = restricted_kind(volume);
      if (kind.empty()) continue;
      bad.push_back(name_of(volume));
      kinds.emplace(kind);
    }
  }
  if (bad.empty()) return {};
  std::string detail(plural(bad.size(), "volume", "volumes"));
  detail.append(" ").append(quoted(bad)).append(" ").append(plural(bad.size(), "uses", "use")).append(" ");
  detail.append(plural(kinds.size(), "restricted volume type", "restricted volume types"));
  return Finding{"restricted volume types", detail.append(" ").append(quoted(kinds))};
}

Found run_as_non_root(const PodParts& pod) {
  const Value* of_pod = pod.spec->at({"securityContext", "runAsNonRoot"});
  auto of = [](const Value& container) { return container.at({"securityContext", "runAsNonRoot"}); };
  Names root = bad_containers(pod, [&](const Value& container) { return is_false(of(container)); });
  std::string setters = setters_text(is_false(of_pod), root);
  if (!setters.empty())
    return Finding{"runAsNonRoot != true", setters + " must not set securityContext.runAsNonRoot=false"};
  if (is_true(of_pod)) return {};
  Names silent = bad_containers(pod, [&](const Value& container) { return of(container) == nullptr; });
  if (silent.empty()) return {};
  return Finding{"runAsNonRoot != true",
                 "pod or " + containers_text(silent) + " must set securityContext.runAsNonRoot=true"};
}

Found run_as_user(const PodParts& pod) {
  auto is_root = [](const Value& item) {
    const Value* user = item.at({"securityContext", "runAsUser"});
    return user != nullptr && user->is_int() && user->as_int() == 0;
  };
  std::string setters = setters_text(is_root(*pod.spec), bad_containers(pod, is_root));
  if (setters.empty()) return {};
  return Finding{"runAsUser=0", setters + " must not set runAsUser=0"};
}

Found seccomp(const PodParts& pod) {
  SortedNames types;
  auto profile_of = [](const Value& item) { return item.at({"securityContext", "seccompProfile"}); };
  auto is_bad = [&](const Value& item) {
    const Value* profile = profile_of(item);
    if (profile == nullptr) return false;
    auto type = profile->string_at({"type"});
    if (type == "RuntimeDefault" || type == "Localhost") return false;
    types.emplace(type);
    return true;
  };
  bool bad_pod = is_bad(*pod.spec);
  std::string setters = setters_text(bad_pod, bad_containers(pod, is_bad));
  if (!setters.empty()) {
    return Finding{"seccompProfile",
                   setters + " must not set securityContext.seccompProfile.type to " + quoted(types)};
  }
  if (profile_of(*pod.spec) != nullptr) return {};
  Names silent =
      bad_containers(pod, [&](const Value& container) { return profile_of(container) == nullptr; });
  if (silent.empty()) return {};
  return Finding{"seccompProfile",
                 "pod or " + containers_text(silent) +
                     R"( must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")"};
}

}  // namespace

std::vector<Check> restricted_checks() {
  constexpr Level kLevel = Level::kRestricted;
  return {
      {"allowPrivilegeEscalation", kLevel, 8, 25, privilege_escalation},
      {"allowPrivilegeEscalation", kLevel, 25, kOn, but_for_windows<privilege_escalation>},
      {"capabilities_restricted", kLevel, 22, 25, capabilities, "capabilities_baseline"},
      {"capabilities_restricted", kLevel, 25, kOn, but_for_windows<capabilities>, "capabilities_baseline"},
      {"procMount_restricted", kLevel, 35, kOn, proc_mount, "procMount"},
      {"restrictedVolumes", kLevel, 0, kOn, volumes, "hostPathVolumes"},
      {"runAsNonRoot", kLevel, 0, 35, run_as_non_root},
      {"runAsNonRoot", kLevel, 35, kOn, but_for_user_namespaces<run_as_non_root>},
      {"runAsUser", kLevel, 23, 35, run_as_user},
      {"runAsUser", kLevel, 35, kOn, but_for_user_namespaces<run_as_user>},
      {"seccompProfile_restricted", kLevel, 19, 25, seccomp, "seccompProfile_baseline"},
      {"seccompProfile_restricted", kLevel, 25, kOn, but_for_windows<seccomp>, "seccompProfile_baseline"}};
}

}  // namespace pedalion::admission::podsecurity
