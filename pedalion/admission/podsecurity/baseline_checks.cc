// What the baseline level forbids: the known ways out of a pod.
#include "pedalion/admission/podsecurity/checks.h"
#include "pedalion/admission/podsecurity/pod_reading.h"

namespace pedalion::admission::podsecurity {
namespace {

using json::Value;
using Found = std::optional<Finding>;

constexpr std::string_view kAppArmorPrefix = "container.apparmor.security.beta.kubernetes.io/";
constexpr std::string_view kSeccompPod = "seccomp.security.alpha.kubernetes.io/pod";
constexpr std::string_view kSeccompContainer = "container.seccomp.security.alpha.kubernetes.io/";

template <std::size_t Count>
bool is_one_of(std::string_view text, const std::string_view (&texts)[Count]) {
  return std::ranges::find(texts, text) != std::end(texts);
}

/// `key="value"`.
std::string assignment(std::string_view key, std::string_view value) {
  return std::string(key) + "=" + meta::go_quoted(value);
}

std::span<const json::Member> annotations_of(const PodParts& pod) {
  const Value* annotations = pod.metadata == nullptr ? nullptr : pod.metadata->find("annotations");
  return annotations == nullptr ? std::span<const json::Member>() : annotations->members();
}

/// A profile (AppArmor's, seccomp's) that a pod or container names; null when it names none.
const Value* profile_of(const Value& item, std::string_view member) {
  return item.at({"securityContext", member});
}
bool is_safe_profile(const Value& profile) {
  auto type = profile.string_at({"type"});
  return type == "RuntimeDefault" || type == "Localhost";
}

/// Who sets a profile that is not safe, and to what.
struct BadProfiles {
  bool pod = false;
  Names containers;
  SortedNames types;

  BadProfiles(const PodParts& parts, std::string_view member) {
    auto is_bad = [&](const Value& item) {
      const Value* profile = profile_of(item, member);
      if (profile == nullptr || is_safe_profile(*profile)) return false;
      types.emplace(profile->string_at({"type"}));
      return true;
    };
    pod = is_bad(*parts.spec);
    containers = bad_containers(parts, is_bad);
  }
  bool none() const { return !pod && containers.empty(); }
};

Found app_armor(const PodParts& pod) {
  BadProfiles bad(pod, "appArmorProfile");
  SortedNames annotations;
  for (const json::Member& annotation : annotations_of(pod)) {
    auto value = annotation.value.string_or();
    bool is_safe = value.empty() || value == "runtime/default" || value.starts_with("localhost/");
    if (annotation.name.starts_with(kAppArmorPrefix) && !is_safe)
      annotations.insert(assignment(annotation.name, value));
  }
  if (bad.none() && annotations.empty()) return {};
  Names values(bad.types.begin(), bad.types.end());
  values.insert(values.end(), annotations.begin(), annotations.end());
  std::string setters = setters_text(bad.pod, bad.containers);
  if (!annotations.empty()) {
    if (!setters.empty()) setters += " and ";
    setters += plural(annotations.size(), "annotation", "annotations");
  }
  return Finding{
      std::string(plural(values.size(), "forbidden AppArmor profile", "forbidden AppArmor profiles")),
      setters + " must not set AppArmor profile type to " + quoted(values)};
}

constexpr std::string_view kDefaultCapabilities[] = {
    "AUDIT_WRITE",      "CHOWN",   "DAC_OVERRIDE", "FOWNER",  "FSETID", "KILL",      "MKNOD",
    "NET_BIND_SERVICE", "SETFCAP", "SETGID",       "SETPCAP", "SETUID", "SYS_CHROOT"};

Found capabilities(const PodParts& pod) {
  SortedNames added;
  Names bad = bad_containers(pod, [&](const Value& container) {
    const Value* list = container.at({"securityContext", "capabilities", "add"});
    if (list == nullptr) return false;
    bool is_bad = false;
    for (const Value& item : list->items()) {
      if (is_one_of(item.string_or(), kDefaultCapabilities)) continue;
      is_bad = true;
      added.emplace(item.string_or());
    }
    return is_bad;
  });
  if (bad.empty()) return {};
  return Finding{"non-default capabilities", containers_text(bad) + " must not include " + quoted(added) +
                                                 " in securityContext.capabilities.add"};
}

Found host_namespaces(const PodParts& pod) {
  Names used;
  for (std::string_view member : {"hostNetwork", "hostPID", "hostIPC"}) {
    if (is_true(pod.spec->find(member))) used.push_back(std::string(member) + "=true");
  }
  if (used.empty()) return {};
  return Finding{"host namespaces", joined(used, ", ")};
}

Found host_paths(const PodParts& pod) {
  Names bad;
  if (const Value* volumes = pod.spec->find("volumes")) {
    for (const Value& volume : volumes->items()) {
      if (volume.find("hostPath") != nullptr) bad.push_back(name_of(volume));
    }
  }
  if (bad.empty()) return {};
  return Finding{"hostPath volumes",
                 std::string(plural(bad.size(), "volume", "volumes")) + " " + quoted(bad)};
}

Found host_ports(const PodParts& pod) {
  SortedNames ports;
  Names bad = bad_containers(pod, [&](const Value& container) {
    const Value* list = container.find("ports");
    if (list == nullptr) return false;
    bool is_bad = false;
    for (const Value& port : list->items()) {
      const Value* host = port.find("hostPort");
      if (host == nullptr || host->int_or(0) == 0) continue;
      is_bad = true;
      ports.insert(std::to_string(host->int_or(0)));
    }
    return is_bad;
  });
  if (bad.empty()) return {};
  std::string detail = containers_text(bad) + " ";
  detail.append(plural(bad.size(), "uses", "use")).append(" ");
  detail.append(plural(ports.size(), "hostPort", "hostPorts")).append(" ").append(joined(ports, ", "));
  return Finding{"hostPort", std::move(detail)};
}

constexpr std::initializer_list<std::string_view> kHandlers[] = {{"livenessProbe"},
                                                                 {"readinessProbe"},
                                                                 {"startupProbe"},
                                                                 {"lifecycle", "postStart"},
                                                                 {"lifecycle", "preStop"}};

Found probe_hosts(const PodParts& pod) {
  SortedNames containers, hosts;
  visit_containers(pod, [&](const Value& container) {
    for (const auto& path : kHandlers) {
      const Value* handler = container.at(path);
      if (handler == nullptr) continue;
      for (std::string_view action : {"httpGet", "tcpSocket"}) {
        auto host = handler->string_at({action, "host"});
        if (host.empty()) continue;
        containers.insert(name_of(container));
        hosts.emplace(host);
      }
    }
  });
  if (containers.empty()) return {};
  std::string detail(plural(containers.size(), "container", "containers"));
  detail.append(" ").append(quoted(containers)).append(" ").append(plural(containers.size(), "uses", "use"));
  detail.append(" ").append(plural(hosts.size(), "probe or lifecycle host", "probe or lifecycle hosts"));
  return Finding{"probe or lifecycle host", detail.append(" ").append(quoted(hosts))};
}

Found privileged(const PodParts& pod) {
  Names bad = bad_containers(
      pod, [](const Value& container) { return is_true(container.at({"securityContext", "privileged"})); });
  if (bad.empty()) return {};
  return Finding{"privileged", containers_text(bad) + " must not set securityContext.privileged=true"};
}

Found proc_mount_in_user_namespace(const PodParts& pod) {
  return has_user_namespace(pod) ? Found() : proc_mount(pod);
}

template <std::size_t Count>
Found se_linux(const PodParts& pod, const std::string_view (&allowed)[Count]) {
  SortedNames types;
  bool user = false, role = false;
  auto is_bad = [&](const Value& item) {
    const Value* options = item.at({"securityContext", "seLinuxOptions"});
    if (options == nullptr) return false;
    auto type = options->string_at({"type"});
    bool sets_type = !is_one_of(type, allowed);
    bool sets_user = !options->string_at({"user"}).empty(), sets_role = !options->string_at({"role"}).empty();
    if (sets_type) types.emplace(type);
    user |= sets_user;
    role |= sets_role;
    return sets_type || sets_user || sets_role;
  };
  bool bad_pod = is_bad(*pod.spec);
  std::string setters = setters_text(bad_pod, bad_containers(pod, is_bad));
  if (setters.empty()) return {};
  Names data;
  if (!types.empty())
    data.push_back(std::string(plural(types.size(), "type", "types")) + " " + quoted(types));
  if (user) data.emplace_back("user may not be set");
  if (role) data.emplace_back("role may not be set");
  return Finding{"seLinuxOptions",
                 setters + " set forbidden securityContext.seLinuxOptions: " + joined(data, "; ")};
}

constexpr std::string_view kSeLinux0[] = {"", "container_t", "container_init_t", "container_kvm_t"};
constexpr std::string_view kSeLinux31[] = {"", "container_t", "container_init_t", "container_kvm_t",
                                           "container_engine_t"};
Found se_linux_0(const PodParts& pod) { return se_linux(pod, kSeLinux0); }
Found se_linux_31(const PodParts& pod) { return se_linux(pod, kSeLinux31); }

/// Before there were fields for it.
Found seccomp_annotations(const PodParts& pod) {
  SortedNames keys{std::string(kSeccompPod)}, forbidden;
  visit_containers(
      pod, [&](const Value& container) { keys.insert(std::string(kSeccompContainer) + name_of(container)); });
  for (const json::Member& annotation : annotations_of(pod)) {
    auto value = annotation.value.string_or();
    bool is_safe = value == "runtime/default" || value == "docker/default" || value.starts_with("localhost/");
    if (keys.contains(annotation.name) && !is_safe) forbidden.insert(assignment(annotation.name, value));
  }
  if (forbidden.empty()) return {};
  std::string detail = "forbidden ";
  detail.append(plural(forbidden.size(), "annotation", "annotations"))
      .append(" ")
      .append(joined(forbidden, ", "));
  return Finding{"seccompProfile", std::move(detail)};
}

Found seccomp(const PodParts& pod) {
  BadProfiles bad(pod, "seccompProfile");
  if (bad.none()) return {};
  return Finding{"seccompProfile", setters_text(bad.pod, bad.containers) +
                                       " must not set securityContext.seccompProfile.type to " +
                                       quoted(bad.types)};
}

/// Each with the first version that allows it.
struct Sysctl {
  std::string_view name;
  int first_minor;
};
constexpr Sysctl kSysctls[] = {{"kernel.shm_rmid_forced", 0},
                               {"net.ipv4.ip_local_port_range", 0},
                               {"net.ipv4.tcp_syncookies", 0},
                               {"net.ipv4.ping_group_range", 0},
                               {"net.ipv4.ip_unprivileged_port_start", 0},
                               {"net.ipv4.ip_local_reserved_ports", 27},
                               {"net.ipv4.tcp_keepalive_time", 29},
                               {"net.ipv4.tcp_fin_timeout", 29},
                               {"net.ipv4.tcp_keepalive_intvl", 29},
                               {"net.ipv4.tcp_keepalive_probes", 29},
                               {"net.ipv4.tcp_rmem", 32},
                               {"net.ipv4.tcp_wmem", 32}};

template <int Minor>
Found sysctls(const PodParts& pod) {
  Names bad;
  if (const Value* list = pod.spec->at({"securityContext", "sysctls"})) {
    for (const Value& sysctl : list->items()) {
      const auto* known = std::ranges::find(kSysctls, sysctl.string_at({"name"}), &Sysctl::name);
      if (known == std::end(kSysctls) || known->first_minor > Minor) bad.push_back(name_of(sysctl));
    }
  }
  if (bad.empty()) return {};
  return Finding{"forbidden sysctls", joined(bad, ", ")};
}

Found host_process(const PodParts& pod) {
  auto is_bad = [](const Value& item) {
    return is_true(item.at({"securityContext", "windowsOptions", "hostProcess"}));
  };
  std::string setters = setters_text(is_bad(*pod.spec), bad_containers(pod, is_bad));
  if (setters.empty()) return {};
  return Finding{"hostProcess", setters + " must not set securityContext.windowsOptions.hostProcess=true"};
}

}  // namespace

std::optional<Finding> proc_mount(const PodParts& pod) {
  SortedNames types;
  Names bad = bad_containers(pod, [&](const Value& container) {
    const Value* type = container.at({"securityContext", "procMount"});
    if (type == nullptr || type->string_or() == "Default") return false;
    types.emplace(type->string_or());
    return true;
  });
  if (bad.empty()) return {};
  return Finding{"procMount",
                 containers_text(bad) + " must not set securityContext.procMount to " + quoted(types)};
}

std::vector<Check> baseline_checks() {
  constexpr Level kLevel = Level::kBaseline;
  return {{"appArmorProfile", kLevel, 0, kOn, app_armor},
          {"capabilities_baseline", kLevel, 0, kOn, capabilities},
          {"hostNamespaces", kLevel, 0, kOn, host_namespaces},
          {"hostPathVolumes", kLevel, 0, kOn, host_paths},
          {"hostPorts", kLevel, 0, kOn, host_ports},
          {"hostProbesAndHostLifecycle", kLevel, 34, kOn, probe_hosts},
          {"privileged", kLevel, 0, kOn, privileged},
          {"procMount", kLevel, 0, 35, proc_mount},
          {"procMount", kLevel, 35, kOn, proc_mount_in_user_namespace},
          {"seLinuxOptions", kLevel, 0, 31, se_linux_0},
          {"seLinuxOptions", kLevel, 31, kOn, se_linux_31},
          {"seccompProfile_baseline", kLevel, 0, 19, seccomp_annotations},
          {"seccompProfile_baseline", kLevel, 19, kOn, seccomp},
          {"sysctls", kLevel, 0, 27, sysctls<0>},
          {"sysctls", kLevel, 27, 29, sysctls<27>},
          {"sysctls", kLevel, 29, 32, sysctls<29>},
          {"sysctls", kLevel, 32, kOn, sysctls<32>},
          {"windowsHostProcess", kLevel, 0, kOn, host_process}};
}

}  // namespace pedalion::admission::podsecurity
