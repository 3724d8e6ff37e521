// Containers, init containers, ephemeral containers.
#include <algorithm>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"
#include "pedalion/registry/builtin/kinds/ports.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

void check_ports(const Field& ports) {
  static constexpr std::string_view kProtocols[] = {"SCTP", "TCP", "UDP"};
  std::set<std::string_view> names;
  ports.each([&](const Field& port) {
    Field name = port["name"], number = port["containerPort"], host = port["hostPort"],
          protocol = port["protocol"];
    if (!name.text().empty()) {
      auto problems = port_name_problems(name.text());
      for (const std::string& problem : problems) name.invalid(name.text(), problem);
      if (problems.empty() && !names.insert(name.text()).second) name.duplicate();
    }
    if (number.number() == 0) {
      number.required();
    } else {
      check_port_number(number);
    }
    if (host.number() != 0) check_port_number(host);
    if (protocol.text().empty()) {
      protocol.required();
    } else {
      check_one_of(protocol, kProtocols);
    }
  });
}

/// A port of the node's is taken once.
void check_host_ports(const Field& spec, std::initializer_list<std::string_view> lists) {
  std::set<std::string, std::less<>> taken;
  for (std::string_view list : lists) {
    spec[list].each([&](const Field& container) {
      container["ports"].each([&](const Field& port) {
        if (port["hostPort"].number() == 0) return;
        std::string use = std::string(port["protocol"].text()) + "/" + std::string(port["hostIP"].text()) +
                          "/" + std::to_string(port["hostPort"].number());
        if (!taken.insert(use).second) port["hostPort"].duplicate(use);
      });
    });
  }
}

void check_restart_rules(const Field& container) {
  static constexpr std::string_view kActions[] = {"Restart", "RestartAllContainers"},
                                    kOperators[] = {"In", "NotIn"};
  static constexpr std::string_view kPolicies[] = {"Always", "Never", "OnFailure"};
  Field policy = container["restartPolicy"], rules = container["restartPolicyRules"];
  if (policy && std::ranges::find(kPolicies, policy.text()) == std::end(kPolicies))
    policy.not_supported(kPolicies);
  if (!rules.empty() && !policy) policy.required("must specify restartPolicy when restart rules are used");
  if (rules.size() > 20) rules.too_many(20);
  rules.each([&](const Field& rule) {
    if (std::ranges::find(kActions, rule["action"].text()) == std::end(kActions))
      rule["action"].not_supported(kActions);
    Field codes = rule["exitCodes"];
    if (!codes) {
      codes.required("must be specified");
      return;
    }
    if (std::ranges::find(kOperators, codes["operator"].text()) == std::end(kOperators))
      codes["operator"].not_supported(kOperators);
    if (codes["values"].size() > 255) codes["values"].too_many(255);
  });
}

void check_image(const Field& container, bool padded_too) {
  Field image = container["image"];
  std::string_view text = image.text();
  if (text.empty()) {
    image.required();
  } else if (padded_too &&
             (text.front() == ' ' || text.back() == ' ' || text.front() == '\t' || text.back() == '\t')) {
    image.invalid(text, "must not have leading or trailing whitespace");
  }
}

void check_common(const Field& container, const SpecFacts& facts, const Field& spec) {
  static constexpr std::string_view kTermination[] = {"File", "FallbackToLogsOnError"};
  static constexpr std::string_view kPulls[] = {"Always", "IfNotPresent", "Never"};
  Field name = container["name"];
  if (require_text(name)) check_name(name, meta::dns_label_problems);
  check_image(container, true);
  Field termination = container["terminationMessagePolicy"];
  if (termination.text().empty()) {
    termination.required();
  } else {
    check_one_of(termination, kTermination);
  }
  check_ports(container["ports"]);
  check_environment(container["env"]);
  check_environment_sources(container["envFrom"]);
  check_mounts_and_devices(container, facts);
  Field pull = container["imagePullPolicy"];
  if (require_text(pull)) check_one_of(pull, kPulls);
  check_requirements(container["resources"], &facts.claims);
  check_resize_policy(container["resizePolicy"], spec["restartPolicy"].text());
  Field users = spec["hostUsers"];
  check_container_security(container, !users || users.flag());
}

void check_main(const Field& spec, const SpecFacts& facts) {
  Field containers = spec["containers"];
  if (containers.empty()) {
    containers.required();
    return;
  }
  std::set<std::string_view> names;
  containers.each([&](const Field& container) {
    check_common(container, facts, spec);
    Field name = container["name"];
    if (!name.text().empty() && !names.insert(name.text()).second) name.duplicate();
    check_lifecycle(container["lifecycle"], facts);
    check_liveness_probe(container["livenessProbe"], facts);
    check_readiness_probe(container["readinessProbe"], facts);
    check_startup_probe(container["startupProbe"], facts);
    check_restart_rules(container);
  });
  check_host_ports(spec, {"containers"});
}

void check_init(const Field& spec, const SpecFacts& facts) {
  std::set<std::string_view> names;
  spec["containers"].each([&](const Field& container) { names.insert(container["name"].text()); });
  spec["initContainers"].each([&](const Field& container) {
    check_common(container, facts, spec);
    bool sidecar = container["restartPolicy"].text() == "Always";
    Field name = container["name"];
    if (!name.text().empty() && !names.insert(name.text()).second) name.duplicate();
    check_restart_rules(container);
    if (sidecar) {
      check_lifecycle(container["lifecycle"], facts);
      check_liveness_probe(container["livenessProbe"], facts);
      check_readiness_probe(container["readinessProbe"], facts);
      check_startup_probe(container["startupProbe"], facts);
    } else {
      for (std::string_view part : {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"}) {
        if (container[part])
          container[part].forbidden("may not be set for init containers without restartPolicy=Always");
      }
    }
    // Each init container by itself: they run one after the other.
    std::set<std::string, std::less<>> taken;
    container["ports"].each([&](const Field& port) {
      if (port["hostPort"].number() == 0) return;
      std::string use = std::string(port["protocol"].text()) + "/" + std::string(port["hostIP"].text()) +
                        "/" + std::to_string(port["hostPort"].number());
      if (!taken.insert(use).second) port["hostPort"].duplicate(use);
    });
  });
}

}  // namespace

void check_containers(const Field& spec, const SpecFacts& facts) {
  check_main(spec, facts);
  check_init(spec, facts);
}

void check_ephemeral_containers(const Field& spec, const SpecFacts& facts) {
  std::set<std::string_view> others, names;
  for (std::string_view list : {"containers", "initContainers"}) {
    spec[list].each([&](const Field& container) { others.insert(container["name"].text()); });
  }
  spec["ephemeralContainers"].each([&](const Field& container) {
    check_common(container, facts, spec);
    Field name = container["name"], target = container["targetContainerName"];
    if (!name.text().empty() && (others.contains(name.text()) || !names.insert(name.text()).second))
      name.duplicate();
    if (!target.text().empty() && !others.contains(target.text())) target.not_found();
    for (std::string_view part : {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe", "ports",
                                  "resources", "resizePolicy", "restartPolicy", "restartPolicyRules"}) {
      if (container[part] &&
          !(container[part].value()->is_object() && part == "resources" && container[part].empty())) {
        container[part].forbidden("cannot be set for an Ephemeral Container");
      }
    }
    container["volumeMounts"].each([&](const Field& mount) {
      for (std::string_view path : {"subPath", "subPathExpr"}) {
        if (!mount[path].text().empty()) mount[path].forbidden("cannot be set for an Ephemeral Container");
      }
    });
  });
}

}  // namespace pedalion::registry::builtin::kinds::pods
