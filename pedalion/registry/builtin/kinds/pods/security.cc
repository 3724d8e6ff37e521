// Security contexts, of pods and of containers.
#include <re2/re2.h>

#include <limits>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

constexpr GoType kSecurityContext{"core/v1", "SecurityContext"}, kSeccomp{"core/v1", "SeccompProfile"},
    kAppArmor{"core/v1", "AppArmorProfile"};
constexpr std::string_view kSysctl =
    R"(^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$)";

/// User and group ids.
void check_id(const Field& id) {
  if (id) check_range(id, 0, std::numeric_limits<std::int32_t>::max());
}

void check_sysctls(const Field& sysctls) {
  static const re2::RE2 kPattern{re2::StringPiece(kSysctl.data(), kSysctl.size())};
  std::set<std::string, std::less<>> names;
  sysctls.each([&](const Field& sysctl) {
    Field name = sysctl["name"];
    std::string_view text = name.text();
    if (text.empty()) {
      name.required();
    } else if (text.size() > 253 ||
               !re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), kPattern)) {
      name.invalid(text, "must have at most 253 characters and match regex " + std::string(kSysctl));
    } else {
      // "net/ipv4" is the same as "net.ipv4".
      std::string canonical(text);
      std::ranges::replace(canonical, '/', '.');
      if (!names.insert(canonical).second) name.duplicate(canonical);
    }
  });
}

/// seccomp and AppArmor: a profile of the node's is named, or none is.
void check_profile(const Field& profile, std::string_view what, GoType type) {
  static constexpr std::string_view kTypes[] = {"Localhost", "RuntimeDefault", "Unconfined"};
  if (!profile) return;
  std::string_view kind = profile["type"].text();
  Field name = profile["localhostProfile"];
  bool seccomp = what == "seccomp";
  auto judge_type = [&] {
    if (kind.empty()) {
      seccomp ? profile["type"].required("type is required when seccompProfile is set")
              : profile["type"].required();
    } else {
      check_one_of(profile["type"], kTypes);
    }
  };
  if (seccomp) judge_type();
  if (kind == "Localhost") {
    if (!name) {
      name.required("must be set when " + std::string(what) + " type is Localhost");
    } else if (seccomp) {
      check_local_path(name);
    } else if (name.text() != name.text().substr(0, name.text().find_last_not_of(' ') + 1) ||
               name.text().starts_with(' ')) {
      name.invalid(name.text(), "must not be padded with whitespace");
    } else if (name.text().empty()) {
      name.required("must be set when " + std::string(what) + " type is Localhost");
    }
  } else if (name) {
    invalid_struct(profile.reported_at(name.path()), type,
                   "can only be set when " + std::string(what) + " type is Localhost");
  }
  if (!seccomp) judge_type();
}

void check_windows_options(const Field& options) {
  if (!options) return;
  Field name = options["gmsaCredentialSpecName"], user = options["runAsUserName"];
  if (name) {
    if (name.text().empty())
      name.invalid("", "gmsaCredentialSpecName cannot be an empty string");
    else
      check_name(name, meta::dns_subdomain_problems);
  }
  if (user && user.text().empty()) user.invalid("", "runAsUserName cannot be an empty string");
}

void forbid(const Field& field, std::string_view detail) {
  if (field) field.forbidden(detail);
}

constexpr std::string_view kNotOnWindows = "cannot be set for a windows pod";

void check_windows_container(const Field& container) {
  Field context = container["securityContext"];
  for (std::string_view name :
       {"appArmorProfile", "seLinuxOptions", "capabilities", "readOnlyRootFilesystem", "privileged",
        "allowPrivilegeEscalation", "procMount", "runAsUser", "runAsGroup"}) {
    forbid(context[name], kNotOnWindows);
  }
}

void check_windows_pod(const Field& spec) {
  Field context = spec["securityContext"];
  for (std::string_view name : {"appArmorProfile", "seLinuxOptions"}) forbid(context[name], kNotOnWindows);
  if (spec["hostUsers"]) spec["hostUsers"].forbidden(kNotOnWindows);
  for (std::string_view name : {"hostPID", "hostIPC"}) {
    if (spec[name].flag()) spec[name].forbidden(kNotOnWindows);
  }
  for (std::string_view name : {"seccompProfile", "fsGroup", "fsGroupChangePolicy"})
    forbid(context[name], kNotOnWindows);
  if (!context["sysctls"].empty()) context["sysctls"].forbidden(kNotOnWindows);
  if (spec["shareProcessNamespace"]) spec["shareProcessNamespace"].forbidden(kNotOnWindows);
  for (std::string_view name : {"runAsUser", "runAsGroup"}) forbid(context[name], kNotOnWindows);
  if (!context["supplementalGroups"].empty()) context["supplementalGroups"].forbidden(kNotOnWindows);
  forbid(context["supplementalGroupsPolicy"], kNotOnWindows);
  for (std::string_view list : {"containers", "initContainers", "ephemeralContainers"})
    spec[list].each(check_windows_container);
}

void check_linux_pod(const Field& spec) {
  constexpr std::string_view kDetail = "windows options cannot be set for a linux pod";
  forbid(spec["securityContext"]["windowsOptions"], kDetail);
  for (std::string_view list : {"containers", "initContainers", "ephemeralContainers"}) {
    spec[list].each(
        [&](const Field& container) { forbid(container["securityContext"]["windowsOptions"], kDetail); });
  }
}

void check_os(const Field& spec) {
  static constexpr std::string_view kSystems[] = {"linux", "windows"};
  Field os = spec["os"];
  if (!os) return;
  if (!require_text(os["name"])) return;
  check_one_of(os["name"], kSystems);
  if (os["name"].text() == "windows") check_windows_pod(spec);
  if (os["name"].text() == "linux") check_linux_pod(spec);
}

}  // namespace

void check_pod_security(const Field& spec) {
  static constexpr std::string_view kChanges[] = {"Always", "OnRootMismatch"},
                                    kGroups[] = {"Merge", "Strict"};
  Field context = spec["securityContext"];
  check_id(context["fsGroup"]);
  check_id(context["runAsUser"]);
  check_id(context["runAsGroup"]);
  context["supplementalGroups"].each(check_id);
  if (spec["shareProcessNamespace"].flag() && spec["hostPID"].flag()) {
    context["shareProcessNamespace"].invalid(Value::boolean(true),
                                             "ShareProcessNamespace and HostPID cannot both be enabled");
  }
  check_sysctls(context["sysctls"]);
  check_one_of(context["fsGroupChangePolicy"], kChanges);
  check_profile(context["seccompProfile"], "seccomp", kSeccomp);
  check_windows_options(context["windowsOptions"]);
  check_profile(context["appArmorProfile"], "AppArmor", kAppArmor);
  check_one_of(context["supplementalGroupsPolicy"], kGroups);
}

void check_operating_system(const Field& spec) { check_os(spec); }

void check_container_security(const Field& container, bool host_users) {
  static constexpr std::string_view kMounts[] = {"Default", "Unmasked"};
  Field context = container["securityContext"];
  if (!context) return;
  check_id(context["runAsUser"]);
  check_id(context["runAsGroup"]);
  if (Field mount = context["procMount"]; mount) {
    if (mount.text() == "Unmasked" && host_users) {
      mount.invalid(mount.text(), "`hostUsers` must be false to use `Unmasked`");
    } else {
      check_one_of(mount, kMounts);
    }
  }
  check_profile(context["seccompProfile"], "seccomp", kSeccomp);
  Field escalation = context["allowPrivilegeEscalation"];
  if (escalation && !escalation.flag()) {
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
  check_windows_options(context["windowsOptions"]);
  check_profile(context["appArmorProfile"], "AppArmor", kAppArmor);
}

}  // namespace pedalion::registry::builtin::kinds::pods
