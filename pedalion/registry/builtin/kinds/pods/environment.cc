// Environment variables and where they come from.
#include <algorithm>
#include <cctype>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"
#include "pedalion/registry/builtin/kinds/volume_sources.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

/// Printable ASCII but `=`.
bool is_variable_name(std::string_view name) {
  return !name.empty() &&
         std::ranges::all_of(name, [](char c) { return c >= 0x20 && c <= 0x7e && c != '='; });
}

meta::Problems variable_name_problems(std::string_view name) {
  if (is_variable_name(name)) return {};
  return {"a valid environment variable name must consist only of printable ASCII characters other than '='"};
}

bool has_source(const Value& variable) { return variable.find("valueFrom") != nullptr; }

/// A name and a value: nothing is wrong with it.
bool is_plain_variable(const Value& variable) {
  const Value* name = variable.find("name");
  return name != nullptr && is_variable_name(name->string_or()) && !has_source(variable);
}

/// "metadata.labels['x']": the path, and the subscript if it has one.
std::pair<std::string_view, std::optional<std::string_view>> split_subscript(std::string_view path) {
  std::size_t open = path.find("['");
  if (open == path.npos || open == 0 || !path.ends_with("']")) return {path, std::nullopt};
  return {path.substr(0, open), path.substr(open + 2, path.size() - open - 4)};
}

/// What the v1 API calls a pod's fields.
bool is_field_label(std::string_view path) {
  static constexpr std::string_view kLabels[] = {"metadata.annotations",
                                                 "metadata.labels",
                                                 "metadata.name",
                                                 "metadata.namespace",
                                                 "metadata.uid",
                                                 "spec.nodeName",
                                                 "spec.host",
                                                 "spec.restartPolicy",
                                                 "spec.schedulerName",
                                                 "spec.serviceAccountName",
                                                 "status.hostIP",
                                                 "status.hostIPs",
                                                 "status.phase",
                                                 "status.podIP",
                                                 "status.podIPs"};
  return std::ranges::find(kLabels, path) != std::end(kLabels);
}

/// True when it has a subscript that its field can have.
void check_subscript(const Field& ref, std::string_view name, std::string_view subscript) {
  std::string key(subscript);
  if (name == "metadata.annotations")
    std::ranges::transform(key, key.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const std::string& problem : meta::qualified_name_problems(key)) ref.invalid(key, problem);
}

void check_key_ref(const Field& ref) {
  check_name(ref["name"], meta::dns_subdomain_problems);
  require_name(ref["key"], meta::config_map_key_problems);
}

void check_file_ref(const Field& ref) {
  require_name(ref["key"], variable_name_problems);
  require_name(ref["volumeName"], meta::dns_label_problems);
  if (require_text(ref["path"])) check_no_backsteps(ref["path"]);
}

void check_value_from(const Field& variable) {
  static constexpr std::string_view kFields[] = {
      "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
      "status.hostIP", "status.hostIPs",     "status.podIP", "status.podIPs"};
  Field source = variable["valueFrom"];
  if (!source) return;
  int sources = 0;
  auto begins = [&](std::string_view name) { return static_cast<bool>(source[name]) && ++sources > 0; };
  if (begins("fieldRef")) check_field_ref(source["fieldRef"], kFields);
  if (begins("resourceFieldRef")) check_resource_field_ref(source["resourceFieldRef"], false);
  if (begins("configMapKeyRef")) check_key_ref(source["configMapKeyRef"]);
  if (begins("secretKeyRef")) check_key_ref(source["secretKeyRef"]);
  if (begins("fileKeyRef")) check_file_ref(source["fileKeyRef"]);
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

/// The units in which an amount can be told.
void check_divisor(const Field& ref) {
  std::string_view resource = ref["resource"].text();
  std::string_view amount = resource.substr(std::min(resource.find('.'), resource.size() - 1) + 1);
  struct Divisors {
    std::string_view resource, named;
    bool bytes;
  };
  static constexpr Divisors kDivisors[] = {{"cpu", "cpu", false},
                                           {"memory", "memory", true},
                                           {"ephemeral-storage", "local ephemeral storage", true},
                                           {"hugepages-", "hugepages", true}};
  static constexpr std::string_view kCpu[] = {"1m", "1"};
  static constexpr std::string_view kBytes[] = {"1",   "1k",  "1M",  "1G",  "1T",  "1P", "1E",
                                                "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"};
  meta::Quantity divisor = quantity_of(ref["divisor"]);
  if (divisor.is_zero() || resource.empty()) return;
  for (const Divisors& row : kDivisors) {
    if (row.resource.ends_with('-') ? !amount.starts_with(row.resource) : amount != row.resource) continue;
    bool fits = row.bytes ? std::ranges::find(kBytes, divisor.text()) != std::end(kBytes)
                          : std::ranges::find(kCpu, divisor.text()) != std::end(kCpu);
    if (fits) return;
    std::string_view units =
        row.bytes ? "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are" : "1m and 1 are";
    ref["divisor"].invalid(resource, "only divisor's values " + std::string(units) + " supported with the " +
                                         std::string(row.named) + " resource");
  }
}

}  // namespace

void check_field_ref(const Field& ref, std::span<const std::string_view> supported) {
  Field path = ref["fieldPath"];
  if (!require_text(ref["apiVersion"]) || !require_text(path)) return;
  auto [name, subscript] = split_subscript(path.text());
  bool map = name == "metadata.annotations" || name == "metadata.labels";
  if (ref["apiVersion"].text() != "v1") {
    return path.invalid(path.text(), "error converting fieldPath: unsupported pod version: " +
                                         std::string(ref["apiVersion"].text()));
  }
  if (subscript ? !map : !is_field_label(name)) {
    std::string what = subscript ? "field label does not support subscript: " : "field label not supported: ";
    return path.invalid(path.text(), "error converting fieldPath: " + what + std::string(path.text()));
  }
  if (subscript) return check_subscript(ref, name, *subscript);
  if (name == "spec.host") name = "spec.nodeName";
  if (std::ranges::find(supported, name) == supported.end()) path.not_supported(supported);
}

void check_resource_field_ref(const Field& ref, bool in_volume) {
  static constexpr std::string_view kContainer[] = {
      "limits.cpu",   "limits.ephemeral-storage",   "limits.memory",
      "requests.cpu", "requests.ephemeral-storage", "requests.memory"};
  Field resource = ref["resource"];
  if ((!in_volume || require_text(ref["containerName"])) && require_text(resource) &&
      !resource.text().starts_with("limits.hugepages-") &&
      !resource.text().starts_with("requests.hugepages-")) {
    check_enum(resource, kContainer);
  }
  check_divisor(ref);
}

void check_environment(const Field& env) {
  env.each_if([](const Value& variable) { return !is_plain_variable(variable); },
              [](const Field& variable) {
                require_name(variable["name"], variable_name_problems);
                check_value_from(variable);
              });
}

void check_environment_sources(const Field& env_from) {
  env_from.each([&](const Field& source) {
    if (!source["prefix"].text().empty()) check_name(source["prefix"], variable_name_problems);
    int sources = 0;
    for (std::string_view kind : {"configMapRef", "secretRef"}) {
      if (!source[kind]) continue;
      ++sources;
      require_name(source[kind]["name"], meta::dns_subdomain_problems);
    }
    // These two stand at the list.
    if (sources == 0)
      env_from.invalid(std::string_view(), "must specify one of: `configMapRef` or `secretRef`");
    if (sources > 1)
      env_from.invalid(std::string_view(), "may not have more than one field specified at a time");
  });
}

void check_environment_files(const Field& spec) {
  each_container(spec, [&](const Field& container) {
    container["env"].each_if(has_source, [&](const Field& variable) {
      Field ref = variable["valueFrom"]["fileKeyRef"];
      if (!ref) return;
      Field volume_name = ref["volumeName"];
      bool found = false, empty_dir = false;
      spec["volumes"].each([&](const Field& volume) {
        if (volume["name"].text() != volume_name.text()) return;
        found = true;
        empty_dir = static_cast<bool>(volume["emptyDir"]);
      });
      if (!found) {
        volume_name.not_found();
      } else if (!empty_dir) {
        volume_name.invalid(volume_name.text(), "referenced volume must be of type emptyDir");
      }
    });
  });
}

}  // namespace pedalion::registry::builtin::kinds::pods
