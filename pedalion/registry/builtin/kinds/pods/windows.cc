// What there is on one operating system and not on the other.
#include <re2/re2.h>

#include <algorithm>
#include <cctype>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

constexpr std::size_t kLongestCredentials = 64 * 1024, kDomainLimit = 256, kLongestUser = 104;
constexpr std::string_view kNotOnWindows = "cannot be set for a windows pod";

bool is_net_bios_name(std::string_view domain) {
  return !domain.empty() && domain.size() <= 15 && domain[0] != '.' &&
         domain.find_first_of("\\/:*?\"<>|") == domain.npos;
}

bool is_dns_name(std::string_view domain) {
  static const re2::RE2 kPattern(R"([a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)"
                                 R"((?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*)");
  return re2::RE2::FullMatch(re2::StringPiece(domain.data(), domain.size()), kPattern);
}

/// "DOMAIN\user" or "user".
void check_user_parts(const Field& name, std::optional<std::string_view> domain, std::string_view user) {
  auto invalid = [&](std::string_view what) { name.invalid(name.text(), what); };
  if (domain && domain->size() >= kDomainLimit)
    invalid("runAsUserName's Domain length must be under 256 characters");
  if (domain && !is_net_bios_name(*domain) && !is_dns_name(*domain))
    invalid("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  if (user.empty()) {
    invalid("runAsUserName's User cannot be empty");
  } else if (user.size() > kLongestUser) {
    invalid("runAsUserName's User length must not be longer than 104 characters");
  }
  if (!user.empty() && user.find_first_not_of(". ") == user.npos)
    invalid("runAsUserName's User cannot contain only periods or spaces");
  if (user.find_first_of("\"/\\:;|=,+*?<>@[]") != user.npos)
    invalid(R"(runAsUserName's User cannot contain the following characters: "/\:;|=,+*?<>@[])");
}

void check_user_name(const Field& name) {
  std::string_view text = name.text();
  if (text.empty()) return name.invalid("", "runAsUserName cannot be an empty string");
  if (std::ranges::any_of(text, [](unsigned char c) { return std::iscntrl(c) != 0; }))
    return name.invalid(text, "runAsUserName cannot contain control characters");
  std::size_t slash = text.find('\\');
  if (slash == text.npos) return check_user_parts(name, std::nullopt, text);
  if (text.find('\\', slash + 1) != text.npos)
    return name.invalid(text, "runAsUserName cannot contain more than one backslash");
  check_user_parts(name, text.substr(0, slash), text.substr(slash + 1));
}

void forbid(const Field& field, std::string_view detail = kNotOnWindows) {
  if (field) field.forbidden(detail);
}

void check_windows_pod(const Field& spec) {
  Field context = spec["securityContext"];
  forbid(context["appArmorProfile"]);
  forbid(context["seLinuxOptions"]);
  forbid(spec["hostUsers"]);
  for (std::string_view name : {"hostPID", "hostIPC"}) {
    if (spec[name].flag()) spec[name].forbidden(kNotOnWindows);
  }
  for (std::string_view name : {"seccompProfile", "fsGroup", "fsGroupChangePolicy"}) forbid(context[name]);
  if (!context["sysctls"].empty()) context["sysctls"].forbidden(kNotOnWindows);
  forbid(spec["shareProcessNamespace"]);
  for (std::string_view name :
       {"runAsUser", "runAsGroup", "supplementalGroups", "supplementalGroupsPolicy", "seLinuxChangePolicy"}) {
    forbid(context[name]);
  }
  each_container(spec, [](const Field& container) {
    for (std::string_view name :
         {"appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities", "readOnlyRootFilesystem",
          "privileged", "allowPrivilegeEscalation", "procMount", "runAsUser", "runAsGroup"}) {
      forbid(container["securityContext"][name]);
    }
  });
}

void check_linux_pod(const Field& spec) {
  constexpr std::string_view kDetail = "windows options cannot be set for a linux pod";
  forbid(spec["securityContext"]["windowsOptions"], kDetail);
  each_container(
      spec, [&](const Field& container) { forbid(container["securityContext"]["windowsOptions"], kDetail); });
}

}  // namespace

void check_windows_options(const Field& options) {
  if (!options) return;
  Field spec_name = options["gmsaCredentialSpecName"], credentials = options["gmsaCredentialSpec"];
  if (spec_name) check_name(spec_name, meta::dns_subdomain_problems);
  if (credentials && credentials.text().empty()) {
    credentials.invalid("", "gmsaCredentialSpec cannot be an empty string");
  } else if (credentials.text().size() > kLongestCredentials) {
    credentials.invalid(credentials.text(), "gmsaCredentialSpec size must be under 64 KiB");
  }
  if (options["runAsUserName"]) check_user_name(options["runAsUserName"]);
}

void check_host_processes(const Field& spec) {
  Field of_pod = spec["securityContext"]["windowsOptions"]["hostProcess"];
  std::size_t containers = 0, on_host = 0;
  each_container(spec, [&](const Field& container) {
    ++containers;
    Field own = container["securityContext"]["windowsOptions"]["hostProcess"];
    if (own && of_pod && own.flag() != of_pod.flag()) {
      own.invalid(Value::boolean(own.flag()),
                  std::string("pod hostProcess value must be identical if both are specified, was ") +
                      (of_pod.flag() ? "true" : "false"));
    }
    if (own ? own.flag() : of_pod.flag()) ++on_host;
  });
  if (on_host == 0) return;
  if (on_host != containers) {
    spec.invalid(
        "", "If pod contains any hostProcess containers then all containers must be HostProcess containers");
  }
  if (!spec["hostNetwork"].flag()) {
    spec["hostNetwork"].invalid(Value::boolean(false),
                                "hostNetwork must be true if pod contains any hostProcess containers");
  }
}

void check_operating_system(const Field& spec) {
  static constexpr std::string_view kSystems[] = {"linux", "windows"};
  Field os = spec["os"];
  if (!os || !require_text(os["name"])) return;
  std::string_view name = os["name"].text();
  if (name == "linux") return check_linux_pod(spec);
  if (name == "windows") return check_windows_pod(spec);
  os.errors().push_back(FieldError::not_supported(os.path(), name, kSystems));
}

}  // namespace pedalion::registry::builtin::kinds::pods
