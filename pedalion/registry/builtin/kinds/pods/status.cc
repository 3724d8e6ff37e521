#include "pedalion/registry/builtin/kinds/pods/status.h"

#include <algorithm>
#include <limits>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/addresses.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"

namespace pedalion::registry::builtin::kinds::pods {

namespace {

void check_generation(const Field& generation) {
  if (generation.number() < 0) generation.invalid("must be a non-negative integer");
}

void check_conditions(const Field& conditions) {
  static constexpr std::string_view kKnown[] = {"PodScheduled", "Ready", "Initialized"};
  conditions.each([](const Field& condition) {
    Field type = condition["type"];
    check_generation(condition["observedGeneration"]);
    if (std::ranges::find(kKnown, type.text()) != std::end(kKnown)) return;
    check_name(type.reported_at(condition.path().child("Type")), meta::qualified_name_problems);
  });
}

/// Where the scheduler would like it, as long as it runs nowhere.
void check_nominated_node(const Field& pod, const Field& old) {
  Field name = pod["status"]["nominatedNodeName"];
  if (name.text().empty() || name.text() == old["status"]["nominatedNodeName"].text()) return;
  check_name(name, meta::dns_subdomain_problems);
  if (!old["spec"]["nodeName"].text().empty())
    name.forbidden("may not be set on pods that are already bound to a node");
}

Field named(const Field& list, std::string_view name) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list.item(i)["name"].text() == name) return list.item(i);
  }
  return {nullptr, list.path(), list.errors()};
}

bool exit_code_matches(const Field& rule, std::int64_t code) {
  Field codes = rule["exitCodes"];
  bool listed = false;
  codes["values"].each([&](const Field& value) { listed = listed || value.number() == code; });
  return codes && (codes["operator"].text() == "NotIn" ? !listed : listed);
}

/// A container that has ended with this code may run again: by its rules, its own policy, or the pod's.
bool may_run_again(const Field& container, std::string_view pod_policy, std::int64_t code) {
  bool by_rule = false;
  container["restartPolicyRules"].each([&](const Field& rule) {
    std::string_view action = rule["action"].text();
    by_rule = by_rule ||
              ((action == "Restart" || action == "RestartAllContainers") && exit_code_matches(rule, code));
  });
  Field own = container["restartPolicy"];
  std::string_view policy = own ? own.text() : pod_policy;
  return by_rule || policy == "Always" || (policy == "OnFailure" && code != 0);
}

/// Another container's end can restart all.
bool all_can_restart(const Field& spec) {
  bool found = false;
  each_container(spec, [&](const Field& container) {
    container["restartPolicyRules"].each(
        [&](const Field& rule) { found = found || rule["action"].text() == "RestartAllContainers"; });
  });
  return found;
}

/// A container that has ended does not run again where nothing restarts it. `allowed` is asked about one that
/// has, by its name and exit code.
template <class Allowed>
void check_no_return(const Field& statuses, const Field& old, Allowed allowed) {
  for (std::size_t i = 0; i < old.size(); ++i) {
    Field before = old.item(i);
    Field ended = before["state"]["terminated"];
    if (!ended) continue;
    Field now = named(statuses, before["name"].text());
    if (!now || now["state"]["terminated"]) continue;
    if (allowed(before["name"].text(), ended["exitCode"].number())) continue;
    statuses.item(i)["state"].forbidden("may not be transitioned to non-terminated state");
  }
}

void check_transitions(const Field& status, const Field& old) {
  Field spec = old["spec"], before = old["status"];
  std::string_view policy = spec["restartPolicy"].text();
  bool all = all_can_restart(spec);
  check_no_return(status["containerStatuses"], before["containerStatuses"],
                  [&](std::string_view name, std::int64_t code) {
                    Field container = named(spec["containers"], name);
                    return all || (container && may_run_again(container, policy, code));
                  });
  check_no_return(status["initContainerStatuses"], before["initContainerStatuses"],
                  [&](std::string_view name, std::int64_t code) {
                    if (all || policy == "Always" || (policy == "OnFailure" && code != 0)) return true;
                    Field container = named(spec["initContainers"], name);
                    return container && may_run_again(container, policy, code);
                  });
  check_no_return(status["ephemeralContainerStatuses"], before["ephemeralContainerStatuses"],
                  [](std::string_view, std::int64_t) { return false; });
}

void check_claim_statuses(const Field& statuses, const Field& claims) {
  Names names;
  statuses.each([&](const Field& status) {
    Field name = status["name"], made = status["resourceClaimName"];
    if (!named(claims, name.text()))
      name.invalid(name.text(), "must match the name of an entry in `spec.resourceClaims`");
    if (!names.insert(name.text()).second) name.duplicate();
    if (made) check_name(made.reported_at(name.path()), meta::dns_subdomain_problems);
  });
}

void check_mapping(const Field& mapping, const Field& spec) {
  Field container_name = mapping["containerName"], resource = mapping["resourceName"];
  Field container = named(spec["containers"], container_name.text());
  if (!container) container = named(spec["initContainers"], container_name.text());
  if (!container) {
    container_name.invalid(
        container_name.text(),
        "must match the name of an entry in spec.initContainers.name or spec.containers.name");
  } else if (!container["resources"]["requests"].entry(resource.text())) {
    resource.invalid(resource.text(),
                     "must match the extended resource name of an entry in "
                     "spec.initContainers.resources.requests or spec.containers.resources.requests");
  }
}

void check_extended_claim(const Field& status, const Field& spec) {
  if (!status) return;
  Field mappings = status["requestMappings"];
  if (mappings.empty()) mappings.required("at least one request mapping is required");
  std::set<std::pair<std::string_view, std::string_view>> seen;
  mappings.each([&](const Field& mapping) {
    Field container = mapping["containerName"], resource = mapping["resourceName"];
    check_mapping(mapping, spec);
    check_name(mapping["requestName"].reported_at(status.path().child("requestName")),
               meta::dns_label_problems);
    if (seen.emplace(container.text(), resource.text()).second) return;
    container.duplicate();
    resource.duplicate();
  });
  require_name(status["resourceClaimName"], meta::dns_subdomain_problems);
}

/// Addresses that were there are let be.
void check_ips(const Field& ips, const Field& old, GoType type) {
  ips.each([&](const Field& ip) {
    bool known = false;
    old.each([&](const Field& before) { known = known || before["ip"].text() == ip["ip"].text(); });
    if (!known) check_ip(ip["ip"].reported_at(ip.path()), AddressForm::kLegacy);
  });
  if (ips.size() < 2) return;
  json::Arena arena;
  Value texts = Value::array(arena);
  ips.each([&](const Field& ip) { texts.push_back(Value::string(ip["ip"].text()), arena); });
  if (!are_dual_stack(Field(&texts, ips.path(), ips.errors())) || ips.size() > 2)
    invalid_struct(ips, type, "may specify no more than one IP for each IP family");
}

void check_addresses(const Field& status, const Field& old) {
  check_ips(status["podIPs"], old["podIPs"], {"core/v1", "PodIP", true});
  Field hosts = status["hostIPs"];
  if (hosts.empty()) return;
  Field first = hosts.item(0)["ip"];
  if (status["hostIP"].text() != first.text()) first.invalid(first.text(), "must be equal to `hostIP`");
  check_ips(hosts, old["hostIPs"], {"core/v1", "HostIP", true});
}

void check_user(const Field& user, std::string_view os) {
  Field on_linux = user["linux"];
  if (!on_linux) return;
  if (os == "windows") return on_linux.forbidden("cannot be set for a windows pod");
  auto judge = [](const Field& id) { check_range(id, 0, std::numeric_limits<std::int32_t>::max()); };
  judge(on_linux["uid"]);
  judge(on_linux["gid"]);
  on_linux["supplementalGroups"].each(judge);
}

/// What a container was given, as its requests or claims name it.
bool was_asked_for(const Field& container, std::string_view name) {
  if (!name.starts_with("claim:")) return static_cast<bool>(container["resources"]["requests"].entry(name));
  bool found = false;
  container["resources"]["claims"].each([&](const Field& claim) {
    std::string whole = "claim:" + std::string(claim["name"].text());
    if (!claim["request"].text().empty()) whole += "/" + std::string(claim["request"].text());
    found = found || whole == name;
  });
  return found;
}

void check_allocated(const Field& allocated, const Field& container) {
  static constexpr std::string_view kHealth[] = {"Healthy", "Unhealthy", "Unknown"};
  allocated.each([&](const Field& resource) {
    Field name = resource["name"];
    if (container && !was_asked_for(container, name.text())) {
      name.invalid(name.text(),
                   name.text().starts_with("claim:")
                       ? "must match one of the container's resource claims in a format "
                         "'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty"
                       : "must match one of the container's resource requests");
    }
    Names ids;
    resource["resources"].each([&](const Field& one) {
      check_enum(one["health"], kHealth);
      if (!ids.insert(one["resourceID"].text()).second) one["resourceID"].duplicate();
    });
  });
}

constexpr std::string_view kStatuses[] = {"containerStatuses", "initContainerStatuses",
                                          "ephemeralContainerStatuses"};

}  // namespace

void check_status_update(const Field& pod, const Field& old) {
  Field status = pod["status"], spec = pod["spec"];
  check_conditions(status["conditions"]);
  check_nominated_node(pod, old);
  check_generation(status["observedGeneration"]);
  check_immutable(status["qosClass"], old["status"]["qosClass"]);
  check_transitions(status, old);
  check_claim_statuses(status["resourceClaimStatuses"], spec["resourceClaims"]);
  check_extended_claim(status["extendedResourceClaimStatus"], spec);
  check_addresses(status, old["status"]);
  Field os = spec["os"];
  for (std::string_view list : kStatuses) {
    status[list].each([&](const Field& container) { check_user(container["user"], os["name"].text()); });
  }
  for (std::string_view list : {"containers", "initContainers"}) {
    std::string_view statuses = kStatuses[list == "containers" ? 0 : 1];
    status[statuses].each([&](const Field& container) {
      check_allocated(container["allocatedResourcesStatus"], named(spec[list], container["name"].text()));
    });
  }
  status[kStatuses[2]].each([](const Field& container) {
    Field allocated = container["allocatedResourcesStatus"];
    if (!allocated.empty()) allocated.forbidden("must not be specified in container status");
  });
}

}  // namespace pedalion::registry::builtin::kinds::pods
