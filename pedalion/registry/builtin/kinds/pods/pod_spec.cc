// A pod's spec as a whole, in the order in which kube-apiserver tells what is wrong.
#include <limits>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/pods/annotations.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"
#include "pedalion/registry/builtin/kinds/selectors.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

SpecFacts facts_of(const Field& spec) {
  SpecFacts facts;
  spec["resourceClaims"].each([&](const Field& claim) {
    if (!claim["name"].text().empty()) facts.claims.insert(claim["name"].text());
  });
  Field grace = spec["terminationGracePeriodSeconds"], users = spec["hostUsers"];
  if (grace) facts.grace_seconds = grace.number();
  facts.restart_policy = spec["restartPolicy"].text();
  facts.os = spec["os"]["name"].text();
  facts.host_users = !users || users.flag();
  facts.host_network = spec["hostNetwork"].flag();
  facts.host_ipc = spec["hostIPC"].flag();
  return facts;
}

void check_resource_claim(const Field& claim, Names& names) {
  constexpr GoType kClaim{"core/v1", "PodResourceClaim"};
  Field name = claim["name"], claim_name = claim["resourceClaimName"],
        made_from = claim["resourceClaimTemplateName"];
  if (!require_text(name)) {
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
}

void check_resource_claims(const Field& claims, const SpecFacts& facts) {
  Names names;
  claims.each([&](const Field& claim) {
    if (!facts.mirror) return check_resource_claim(claim, names);
    claim.reported_at(whole_object()).forbidden("static pods do not support resource claims");
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
  Names gates;
  spec["schedulingGates"].each([&](const Field& gate) {
    check_name(gate["name"].reported_at(gate.path()), meta::qualified_name_problems);
    if (!gates.insert(gate["name"].text()).second) gate.duplicate(gate["name"].text());
  });
}

void check_names(const Field& spec) {
  static constexpr std::string_view kPreemption[] = {"PreemptLowerPriority", "Never"};
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
  if (spec["runtimeClassName"]) check_name(spec["runtimeClassName"], meta::dns_subdomain_problems);
  if (spec["preemptionPolicy"]) require_one_of(spec["preemptionPolicy"], kPreemption);
}

void check_spec(const Field& spec, SpecFacts& facts) {
  if (!facts.grace_seconds) spec["terminationGracePeriodSeconds"].required();
  check_volumes(spec["volumes"], facts);
  check_resource_claims(spec["resourceClaims"], facts);
  check_containers(spec, facts);
  check_init_containers(spec, facts);
  check_ephemeral_containers(spec, facts);
  check_pod_requirements(spec, facts);
  check_host_network_ports(spec, facts);
  check_policies(spec);
  check_labels(spec["nodeSelector"]);
  check_pod_security(spec, facts);
  check_affinity(spec["affinity"]);
  check_dns(spec);
  check_gates(spec);
  check_spread_constraints(spec["topologySpreadConstraints"]);
  check_host_processes(spec);
  check_host_users(spec);
  check_hostname_override(spec);
  check_names(spec);
  check_overhead(spec["overhead"]);
  check_operating_system(spec);
  check_environment_files(spec);
}

/// Templates are let have these.
void check_only_of_pods(const Field& spec) {
  if (spec["serviceAccountName"].text().empty()) {
    spec["volumes"].each([](const Field& volume) {
      volume["projected"]["sources"].each([](const Field& source) {
        Field token = source["serviceAccountToken"];
        if (token) token.forbidden("must not be specified when serviceAccountName is not set");
      });
    });
  }
  check_images(spec["containers"]);
  check_images(spec["initContainers"]);
}

/// An absent spec is one without anything.
Field spec_of(const Field& owner) {
  static const Value kNone;
  Field spec = owner["spec"];
  return spec ? spec : Field(&kNone, spec.path(), spec.errors());
}

}  // namespace

void validate_pod(const Field& pod) {
  Field spec = spec_of(pod), annotations = pod["metadata"]["annotations"];
  SpecFacts facts = facts_of(spec);
  facts.of_pod = true;
  facts.mirror = static_cast<bool>(annotations[kMirror]);
  facts.pod_name = pod["metadata"]["name"].text();
  check_annotations(annotations, spec);
  check_spec(spec, facts);
  check_only_of_pods(spec);
}

void validate_pod_template(const Field& pod_template) {
  Field metadata = pod_template["metadata"], spec = spec_of(pod_template);
  // Metadata is embedded: paths do not name it.
  Field annotations = metadata["annotations"].reported_at(pod_template.path().child("annotations"));
  check_labels(metadata["labels"].reported_at(pod_template.path().child("labels")));
  if (annotations) {
    for (FieldError& error : meta::validate_annotations(*annotations.value(), annotations.path()))
      annotations.errors().push_back(std::move(error));
  }
  check_annotations(annotations, spec);
  SpecFacts facts = facts_of(spec);
  check_spec(spec, facts);
  check_seccomp_agrees(annotations, spec);
  check_app_armor_agrees(annotations, spec);
  if (!spec["ephemeralContainers"].empty())
    spec["ephemeralContainers"].forbidden("ephemeral containers not allowed in pod template");
}

}  // namespace pedalion::registry::builtin::kinds::pods
