// Security contexts, of pods and of containers.
#include <re2/re2.h>

#include <algorithm>
#include <limits>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

constexpr GoType kSecurityContext{"core/v1", "SecurityContext"}, kSeccomp{"core/v1", "SeccompProfile"};
constexpr std::string_view kProfileTypes[] = {"Localhost", "RuntimeDefault", "Unconfined"};
constexpr std::size_t kLongestSysctl = 253, kLongestProfile = 4095;
constexpr std::string_view kSysctl =
    R"(^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$)";

/// User and group ids.
void check_id(const Field& id) {
  if (id) check_range(id, 0, std::numeric_limits<std::int32_t>::max());
}

bool is_sysctl(std::string_view name) {
  static const re2::RE2 kPattern{re2::StringPiece(kSysctl.data(), kSysctl.size())};
  return name.size() <= kLongestSysctl &&
         re2::RE2::FullMatch(re2::StringPiece(name.data(), name.size()), kPattern);
}

/// "net/ipv4" and "net.ipv4" are the same; whichever separator comes first is meant.
std::string dotted(std::string_view sysctl) {
  std::string name(sysctl);
  std::size_t first = name.find_first_of("./");
  if (first == name.npos || name[first] == '.') return name;
  for (char& c : name) c = c == '.' ? '/' : c == '/' ? '.' : c;
  return name;
}

/// A sysctl of a namespace that is the host's would change the host.
void check_host_sysctl(const Field& name, const SpecFacts& facts) {
  std::string sysctl = dotted(name.text());
  bool ipc = sysctl == "kernel.sem" || sysctl.starts_with("kernel.shm") || sysctl.starts_with("kernel.msg") ||
             sysctl.starts_with("fs.mqueue.");
  if (facts.host_network && sysctl.starts_with("net")) {
    name.invalid(name.text(), "may not be specified when 'hostNetwork' is true");
  } else if (facts.host_ipc && ipc) {
    name.invalid(name.text(), "may not be specified when 'hostIPC' is true");
  }
}

void check_sysctls(const Field& sysctls, const SpecFacts& facts) {
  Names names;
  sysctls.each([&](const Field& sysctl) {
    Field name = sysctl["name"];
    std::string_view text = name.text();
    bool seen = !names.insert(text).second;
    if (text.empty()) {
      name.required();
    } else if (!is_sysctl(text)) {
      name.invalid(text, "must have at most 253 characters and match regex " + std::string(kSysctl));
    } else if (seen) {
      name.duplicate();
    }
    check_host_sysctl(name, facts);
  });
}

void check_seccomp(const Field& profile) {
  if (!profile) return;
  Field type = profile["type"], file = profile["localhostProfile"];
  if (require_text(type, "type is required when seccompProfile is set")) check_enum(type, kProfileTypes);
  if (type.text() == "Localhost") {
    if (!file) return file.required("must be set when seccomp type is Localhost");
    check_local_path(file);
  } else if (file) {
    invalid_struct(profile.reported_at(file.path()), kSeccomp,
                   "can only be set when seccomp type is Localhost");
  }
}

void check_app_armor_name(const Field& name) {
  constexpr std::string_view kMissing = "must be set when AppArmor type is Localhost";
  if (!name) return name.required(kMissing);
  if (is_padded(name.text())) {
    name.invalid(name.text(), "must not be padded with whitespace");
  } else if (name.text().empty()) {
    name.required(kMissing);
  }
  if (name.text().size() > kLongestProfile) name.too_long(kLongestProfile);
}

void check_app_armor(const Field& profile) {
  if (!profile) return;
  Field type = profile["type"], name = profile["localhostProfile"];
  if (type.text() == "Localhost") return check_app_armor_name(name);
  if (!require_text(type, "type is required when appArmorProfile is set")) return;
  if (std::ranges::find(kProfileTypes, type.text()) == std::end(kProfileTypes))
    return type.not_supported(kProfileTypes);
  if (name) name.invalid(name.text(), "can only be set when AppArmor type is Localhost");
}

void check_escalation(const Field& context) {
  Field escalation = context["allowPrivilegeEscalation"];
  if (!escalation || escalation.flag()) return;
  if (context["privileged"].flag()) {
    invalid_struct(context, kSecurityContext,
                   "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
  }
  context["capabilities"]["add"].each([&](const Field& capability) {
    if (capability.text() != "CAP_SYS_ADMIN") return;
    invalid_struct(context, kSecurityContext,
                   "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
  });
}

}  // namespace

void check_pod_security(const Field& spec, const SpecFacts& facts) {
  static constexpr std::string_view kChanges[] = {"Always", "OnRootMismatch"};
  static constexpr std::string_view kGroups[] = {"Merge", "Strict"};
  static constexpr std::string_view kLabels[] = {"MountOption", "Recursive"};
  Field context = spec["securityContext"];
  check_id(context["fsGroup"]);
  check_id(context["runAsUser"]);
  check_id(context["runAsGroup"]);
  context["supplementalGroups"].each(check_id);
  if (spec["shareProcessNamespace"].flag() && spec["hostPID"].flag()) {
    context["shareProcessNamespace"].invalid(Value::boolean(true),
                                             "ShareProcessNamespace and HostPID cannot both be enabled");
  }
  check_sysctls(context["sysctls"], facts);
  if (context["fsGroupChangePolicy"]) check_enum(context["fsGroupChangePolicy"], kChanges);
  check_seccomp(context["seccompProfile"]);
  check_windows_options(context["windowsOptions"]);
  check_app_armor(context["appArmorProfile"]);
  if (context["supplementalGroupsPolicy"]) check_enum(context["supplementalGroupsPolicy"], kGroups);
  if (context["seLinuxChangePolicy"]) check_enum(context["seLinuxChangePolicy"], kLabels);
}

void check_container_security(const Field& context, bool host_users) {
  static constexpr std::string_view kMounts[] = {"Default", "Unmasked"};
  if (!context) return;
  check_id(context["runAsUser"]);
  check_id(context["runAsGroup"]);
  if (Field mount = context["procMount"]; mount) {
    check_enum(mount, kMounts);
    if (mount.text() == "Unmasked" && host_users)
      mount.invalid(mount.text(), "`hostUsers` must be false to use `Unmasked`");
  }
  check_seccomp(context["seccompProfile"]);
  check_escalation(context);
  check_windows_options(context["windowsOptions"]);
  check_app_armor(context["appArmorProfile"]);
}

void check_host_users(const Field& spec) {
  constexpr std::string_view kDetail = "when `hostUsers` is false";
  Field users = spec["hostUsers"];
  if (!users || users.flag()) return;
  if (spec["hostNetwork"].flag()) spec["hostNetwork"].forbidden(kDetail);
  // Shown by Go's names.
  if (spec["hostPID"].flag()) spec["HostPID"].forbidden(kDetail);
  if (spec["hostIPC"].flag()) spec["HostIPC"].forbidden(kDetail);
  each_container(spec, [&](const Field& container) {
    if (!container["volumeDevices"].empty()) container["volumeDevices"].forbidden(kDetail);
  });
}

}  // namespace pedalion::registry::builtin::kinds::pods
