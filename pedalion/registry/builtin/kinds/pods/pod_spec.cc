// A pod's spec as a whole, in the order in which kube-apiserver tells what is wrong.
#include <limits>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"
#include "pedalion/registry/builtin/kinds/selectors.h"
#include "pedalion/registry/builtin/kinds/tolerations.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

SpecFacts facts_of(const Field& spec) {
  SpecFacts facts;
  spec["volumes"].each(
      [&](const Field& volume) { facts.volumes.emplace(volume["name"].text(), volume.value()); });
  spec["resourceClaims"].each([&](const Field& claim) { facts.claims.insert(claim["name"].text()); });
  facts.grace_seconds = spec["terminationGracePeriodSeconds"].number();
  facts.restart_policy = spec["restartPolicy"].text();
  facts.windows = spec["os"]["name"].text() == "windows";
  return facts;
}

void check_resource_claims(const Field& claims) {
  constexpr GoType kClaim{"core/v1", "PodResourceClaim"};
  std::set<std::string_view> names;
  claims.each([&](const Field& claim) {
    Field name = claim["name"], claim_name = claim["resourceClaimName"],
          made_from = claim["resourceClaimTemplateName"];
    if (name.text().empty()) {
      name.required();
    } else if (!names.insert(name.text()).second) {
      name.duplicate();
    } else {
      check_name(name, meta::dns_label_problems);
    }
    if (claim_name && made_from) {
      invalid_struct(claim, kClaim,
                     "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified");
    }
    if (!claim_name && !made_from) {
      invalid_struct(claim, kClaim, "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
    }
    if (claim_name) check_name(claim_name, meta::dns_subdomain_problems);
    if (made_from) check_name(made_from, meta::dns_subdomain_problems);
  });
}

void check_policies(const Field& spec) {
  static constexpr std::string_view kRestarts[] = {"Always", "OnFailure", "Never"};
  static constexpr std::string_view kDns[] = {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"};
  require_one_of(spec["restartPolicy"], kRestarts);
  require_one_of(spec["dnsPolicy"], kDns);
}

void check_gates(const Field& spec) {
  spec["readinessGates"].each(
      [](const Field& gate) { check_name(gate["conditionType"], meta::qualified_name_problems); });
  std::set<std::string_view> gates;
  spec["schedulingGates"].each([&](const Field& gate) {
    for (const std::string& problem : meta::qualified_name_problems(gate["name"].text()))
      gate.invalid(gate["name"].text(), problem);
    if (!gates.insert(gate["name"].text()).second) gate.duplicate(gate["name"].text());
  });
}

/// A user namespace of the pod's own goes with nothing of the host's.
void check_host_users(const Field& spec) {
  Field users = spec["hostUsers"];
  if (!users || users.flag()) return;
  if (spec["hostNetwork"].flag()) spec["hostNetwork"].forbidden("when `hostUsers` is false");
  if (spec["hostPID"].flag()) spec["HostPID"].forbidden("when `hostUsers` is false");
  if (spec["hostIPC"].flag()) spec["HostIPC"].forbidden("when `hostUsers` is false");
}

/// What shares the host's network has its ports on the host.
void check_host_network(const Field& spec) {
  if (!spec["hostNetwork"].flag()) return;
  for (std::string_view list : {"containers", "initContainers"}) {
    spec[list].each([&](const Field& container) {
      container["ports"].each([&](const Field& port) {
        if (port["hostPort"].number() == port["containerPort"].number()) return;
        container.errors().push_back(FieldError::invalid(port.path().child("containerPort"),
                                                         port["containerPort"].number(),
                                                         "must match `hostPort` when `hostNetwork` is true"));
      });
    });
  }
}

void check_names(const Field& spec) {
  auto judge = [&](std::string_view name, meta::NameRule rule) {
    if (!spec[name].text().empty()) check_name(spec[name], rule);
  };
  judge("serviceAccountName", meta::dns_subdomain_problems);
  judge("nodeName", meta::dns_subdomain_problems);
  if (Field deadline = spec["activeDeadlineSeconds"]; deadline)
    check_range(deadline, 1, std::numeric_limits<std::int32_t>::max());
  judge("hostname", meta::dns_label_problems);
  judge("subdomain", meta::dns_label_problems);
  check_tolerations(spec["tolerations"]);
  check_host_aliases(spec["hostAliases"]);
  judge("priorityClassName", meta::dns_subdomain_problems);
  judge("runtimeClassName", meta::dns_subdomain_problems);
}

void check_rest(const Field& spec) {
  static constexpr std::string_view kPreemption[] = {"PreemptLowerPriority", "Never"};
  check_one_of(spec["preemptionPolicy"], kPreemption);
  spec["overhead"].each_entry([](std::string_view name, const Field& amount) {
    check_container_resource_name(name, amount);
    check_resource_amount(name, amount);
  });
  check_operating_system(spec);
}

void check_spec(const Field& spec, std::string_view pod_name) {
  SpecFacts facts = facts_of(spec);
  check_volumes(spec["volumes"], pod_name, spec["serviceAccountName"].text());
  check_resource_claims(spec["resourceClaims"]);
  check_containers(spec, facts);
  check_ephemeral_containers(spec, facts);
  check_pod_requirements(spec);
  check_policies(spec);
  check_labels(spec["nodeSelector"]);
  check_pod_security(spec);
  check_host_network(spec);
  spec["imagePullSecrets"].each([](const Field& secret) {
    if (!secret["name"].text().empty()) check_name(secret["name"], meta::dns_subdomain_problems);
  });
  check_affinity(spec["affinity"]);
  check_dns(spec);
  check_gates(spec);
  check_spread_constraints(spec["topologySpreadConstraints"]);
  check_host_users(spec);
  check_names(spec);
  check_rest(spec);
}

}  // namespace

void validate_pod_spec(const Value& spec, const FieldPath& path, FieldErrors& errors,
                       std::string_view pod_name) {
  check_spec(Field(&spec, path, errors), pod_name);
}

void validate_pod_template(const Field& pod_template) {
  // Metadata is embedded in the struct: paths lead past it.
  Field metadata = pod_template["metadata"], labels = metadata["labels"], notes = metadata["annotations"];
  check_labels(labels.reported_at(pod_template.path().child("labels")));
  if (notes) {
    FieldPath path = pod_template.path().child("annotations");
    for (FieldError& error : meta::validate_annotations(*notes.value(), path)) {
      notes.errors().push_back(std::move(error));
    }
  }
  Field spec = pod_template["spec"];
  static const Value kNone;
  check_spec(Field(spec.value() == nullptr ? &kNone : spec.value(), spec.path(), spec.errors()), {});
  if (!spec["ephemeralContainers"].empty()) {
    spec["ephemeralContainers"].forbidden("ephemeral containers not allowed in pod template");
  }
}

}  // namespace pedalion::registry::builtin::kinds::pods
