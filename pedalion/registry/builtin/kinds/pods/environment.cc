// Environment variables and where they come from.
#include <algorithm>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

/// Printable ASCII but `=`.
meta::Problems variable_name_problems(std::string_view name) {
  meta::Problems problems;
  if (!name.empty() && std::ranges::all_of(name, [](char c) { return c >= 0x20 && c <= 0x7e && c != '='; }))
    return problems;
  problems.emplace_back(
      "a valid environment variable name must consist only of printable ASCII characters other than '='");
  return problems;
}

void check_field_ref(const Field& ref) {
  if (ref["apiVersion"].text().empty()) ref["apiVersion"].required();
  Field path = ref["fieldPath"];
  if (!require_text(path)) return;
  auto [name, subscript] = split_subscript(path.text());
  if (subscript) {
    if (name == "metadata.annotations") {
      std::string lower(*subscript);
      for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      for (const std::string& problem : meta::qualified_name_problems(lower))
        path.invalid(path.text(), problem);
    } else if (name == "metadata.labels") {
      for (const std::string& problem : meta::qualified_name_problems(*subscript))
        path.invalid(path.text(), problem);
    } else {
      path.invalid(path.text(), "does not support subscript");
    }
    return;
  }
  // Whole maps are for volumes.
  static constexpr std::string_view kInEnvironment[] = {
      "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
      "status.hostIP", "status.hostIPs",     "status.podIP", "status.podIPs"};
  if (std::ranges::find(kInEnvironment, name) == std::end(kInEnvironment)) path.not_supported(kInEnvironment);
}

void check_key_ref(const Field& ref) {
  if (require_text(ref["name"])) check_name(ref["name"], meta::dns_subdomain_problems);
  if (require_text(ref["key"])) check_name(ref["key"], meta::config_map_key_problems);
}

void check_value_from(const Field& variable) {
  Field source = variable["valueFrom"];
  if (!source) return;
  int sources = 0;
  auto begins = [&](std::string_view name) { return static_cast<bool>(source[name]) && ++sources > 0; };
  if (begins("fieldRef")) check_field_ref(source["fieldRef"]);
  if (begins("resourceFieldRef")) check_resource_field_ref(source["resourceFieldRef"], false);
  if (begins("configMapKeyRef")) check_key_ref(source["configMapKeyRef"]);
  if (begins("secretKeyRef")) check_key_ref(source["secretKeyRef"]);
  if (begins("fileKeyRef")) require_text(source["fileKeyRef"]["key"]);
  if (sources == 0) {
    source.invalid(std::string_view(),
                   "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` "
                   "or `fileKeyRef`");
  } else if (!variable["value"].text().empty()) {
    source.invalid(std::string_view(), "may not be specified when `value` is not empty");
  } else if (sources > 1) {
    source.invalid(std::string_view(), "may not have more than one field specified at a time");
  }
}

}  // namespace

std::pair<std::string_view, std::optional<std::string_view>> split_subscript(std::string_view path) {
  std::size_t open = path.find("['");
  if (open == path.npos || !path.ends_with("']")) return {path, std::nullopt};
  return {path.substr(0, open), path.substr(open + 2, path.size() - open - 4)};
}

void check_resource_field_ref(const Field& ref, bool in_volume) {
  static constexpr std::string_view kContainer[] = {
      "limits.cpu",   "limits.ephemeral-storage",   "limits.memory",
      "requests.cpu", "requests.ephemeral-storage", "requests.memory"};
  if (in_volume && !require_text(ref["containerName"])) return;
  if (!require_text(ref["resource"])) return;
  std::string_view resource = ref["resource"].text();
  bool huge = resource.starts_with("limits.hugepages-") || resource.starts_with("requests.hugepages-");
  if (!huge && std::ranges::find(kContainer, resource) == std::end(kContainer)) {
    ref["resource"].not_supported(kContainer);
    return;
  }
  Field divisor = ref["divisor"];
  std::string_view unit = divisor.text();
  if (unit.empty() || unit == "0") return;
  static constexpr std::string_view kCpu[] = {"1m", "1"};
  static constexpr std::string_view kBytes[] = {"1",   "1k",  "1M",  "1G",  "1T",  "1P", "1E",
                                                "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"};
  bool cpu = resource.ends_with(".cpu");
  bool fits = cpu ? std::ranges::find(kCpu, unit) != std::end(kCpu)
                  : std::ranges::find(kBytes, unit) != std::end(kBytes);
  if (!fits) {
    ref.reported_at(ref.path().child("divisor"))
        .invalid(unit, cpu ? "only divisor's values 1m and 1 are supported with the cpu resource"
                           : "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei "
                             "are supported with the "
                             "memory resource");
  }
}

void check_environment(const Field& env) {
  env.each([](const Field& variable) {
    if (require_text(variable["name"])) check_name(variable["name"], variable_name_problems);
    check_value_from(variable);
  });
}

void check_environment_sources(const Field& env_from) {
  env_from.each([](const Field& source) {
    if (!source["prefix"].text().empty()) check_name(source["prefix"], variable_name_problems);
    int sources = 0;
    for (std::string_view kind : {"configMapRef", "secretRef"}) {
      if (!source[kind]) continue;
      ++sources;
      if (require_text(source[kind]["name"])) check_name(source[kind]["name"], meta::dns_subdomain_problems);
    }
    if (sources == 0)
      source.invalid(std::string_view(), "must specify one of: `configMapRef` or `secretRef`");
    if (sources > 1)
      source.invalid(std::string_view(), "may not have more than one field specified at a time");
  });
}

}  // namespace pedalion::registry::builtin::kinds::pods
