// Containers, init containers, ephemeral containers.
#include <algorithm>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"
#include "pedalion/registry/builtin/kinds/ports.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

constexpr std::size_t kMostRules = 20, kMostExitCodes = 255;

void check_ports(const Field& ports) {
  Names names;
  ports.each([&](const Field& port) {
    Field name = port["name"], number = port["containerPort"], host = port["hostPort"];
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
    check_protocol(port["protocol"]);
  });
}

/// A port of the node's is taken once.
class HostPorts {
 public:
  void take(const Field& container) {
    container["ports"].each([&](const Field& port) {
      if (port["hostPort"].number() == 0) return;
      std::string use = std::string(port["protocol"].text()) + "/" + std::string(port["hostIP"].text()) +
                        "/" + std::to_string(port["hostPort"].number());
      if (!taken_.insert(use).second) port["hostPort"].duplicate(use);
    });
  }

 private:
  std::set<std::string, std::less<>> taken_;
};

void check_restart_rule(const Field& rule) {
  static constexpr std::string_view kActions[] = {"Restart", "RestartAllContainers"};
  static constexpr std::string_view kOperators[] = {"In", "NotIn"};
  check_enum(rule["action"], kActions);
  Field codes = rule["exitCodes"];
  if (!codes) return codes.required("must be specified");
  check_enum(codes["operator"], kOperators);
  if (codes["values"].size() > kMostExitCodes) codes["values"].too_long(kMostExitCodes);
}

/// A container's own restart policy, and its rules.
void check_restart_policy(const Field& container) {
  static constexpr std::string_view kPolicies[] = {"Always", "Never", "OnFailure"};
  Field policy = container["restartPolicy"], rules = container["restartPolicyRules"];
  if (policy) {
    check_enum(policy, kPolicies);
  } else if (!rules.empty()) {
    policy.required("must specify restartPolicy when restart rules are used");
  }
  if (rules.size() > kMostRules) rules.too_long(kMostRules);
  rules.each(check_restart_rule);
}

/// A sidecar is restarted anyhow: its rules can only be of the others.
void check_sidecar_rules(const Field& container) {
  bool of_itself = false;
  Field rules = container["restartPolicyRules"];
  rules.each(
      [&](const Field& rule) { of_itself = of_itself || rule["action"].text() != "RestartAllContainers"; });
  if (of_itself) {
    rules.forbidden("restartPolicyRules are not allowed for init containers with restart policy Always");
  } else {
    check_restart_policy(container);
  }
}

void check_image(const Field& container) {
  Field image = container["image"];
  if (is_padded(image.text())) image.invalid(image.text(), "must not have leading or trailing whitespace");
}

void check_common(const Field& container, const SpecFacts& facts) {
  static constexpr std::string_view kTermination[] = {"File", "FallbackToLogsOnError"};
  static constexpr std::string_view kPulls[] = {"Always", "IfNotPresent", "Never"};
  require_name(container["name"], meta::dns_label_problems);
  require_text(container["image"]);
  require_one_of(container["terminationMessagePolicy"], kTermination);
  check_ports(container["ports"]);
  check_environment(container["env"]);
  check_environment_sources(container["envFrom"]);
  check_mounts_and_devices(container, facts);
  require_one_of(container["imagePullPolicy"], kPulls);
  check_requirements(container["resources"], facts.claims);
  check_resize_policy(container["resizePolicy"], facts.restart_policy);
  check_container_security(container["securityContext"], facts.host_users);
}

/// What tells of a container's life, which what only runs for a while does not have.
void check_life(const Field& container, const SpecFacts& facts) {
  check_lifecycle(container["lifecycle"], facts);
  check_liveness_probe(container["livenessProbe"], facts);
  check_readiness_probe(container["readinessProbe"], facts);
  check_startup_probe(container["startupProbe"], facts);
}

Names names_of(const Field& spec, std::initializer_list<std::string_view> lists) {
  Names names;
  for (std::string_view list : lists) {
    spec[list].each([&](const Field& container) { names.insert(container["name"].text()); });
  }
  return names;
}

}  // namespace

bool is_padded(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  return !text.empty() &&
         (kSpace.find(text.front()) != kSpace.npos || kSpace.find(text.back()) != kSpace.npos);
}

void check_images(const Field& containers) { containers.each(check_image); }

void check_containers(const Field& spec, const SpecFacts& facts) {
  Field containers = spec["containers"];
  if (containers.empty()) return containers.required();
  Names names;
  HostPorts ports;
  containers.each([&](const Field& container) {
    check_common(container, facts);
    if (!names.insert(container["name"].text()).second) container["name"].duplicate();
    check_life(container, facts);
    check_restart_policy(container);
  });
  containers.each([&](const Field& container) { ports.take(container); });
}

void check_init_containers(const Field& spec, const SpecFacts& facts) {
  Names names = names_of(spec, {"containers"});
  spec["initContainers"].each([&](const Field& container) {
    check_common(container, facts);
    bool sidecar = container["restartPolicy"].text() == "Always";
    sidecar ? check_sidecar_rules(container) : check_restart_policy(container);
    Field name = container["name"];
    if (names.contains(name.text())) {
      name.duplicate();
    } else if (!name.text().empty()) {
      names.insert(name.text());
    }
    HostPorts().take(container);  // they run one after the other
    if (sidecar) return check_life(container, facts);
    for (std::string_view part : {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"}) {
      if (container[part])
        container[part].forbidden("may not be set for init containers without restartPolicy=Always");
    }
  });
}

void check_ephemeral_containers(const Field& spec, const SpecFacts& facts) {
  constexpr std::string_view kDetail = "cannot be set for an Ephemeral Container";
  const Names others = names_of(spec, {"containers", "initContainers"});
  Names names = others;
  spec["ephemeralContainers"].each([&](const Field& container) {
    check_common(container, facts);
    check_image(container);
    Field name = container["name"], target = container["targetContainerName"];
    if (!names.insert(name.text()).second) name.duplicate();
    if (!target.text().empty() && !others.contains(target.text())) target.not_found();
    // In the order in which Go declares them.
    for (std::string_view part : {"ports", "resources", "resizePolicy", "restartPolicy", "restartPolicyRules",
                                  "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"}) {
      Field value = container[part];
      // An empty struct is none; an empty list, or what is a pointer in Go, has been set.
      if (value && (part != "resources" || !value.empty())) value.forbidden(kDetail);
    }
    container["volumeMounts"].each([&](const Field& mount) {
      for (std::string_view path : {"subPath", "subPathExpr"}) {
        if (!mount[path].text().empty()) mount[path].forbidden(kDetail);
      }
    });
  });
}

}  // namespace pedalion::registry::builtin::kinds::pods
