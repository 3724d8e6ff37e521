// Defaults of the types of all other groups.
#include <algorithm>
#include <cctype>
#include <limits>
#include <string>

#include "pedalion/registry/builtin/defaults/autoscaler_annotations.h"
#include "pedalion/registry/builtin/defaults/defaulter.h"

namespace pedalion::registry::builtin::defaults {

namespace {

void fill_deployment_strategy(Filler& strategy) {
  if (strategy.text("type") != "RollingUpdate") return;
  Filler rolling = strategy.in("rollingUpdate");
  rolling.fill("maxUnavailable", "25%");
  rolling.fill("maxSurge", "25%");
}

void fill_daemon_strategy(Filler& strategy) {
  if (strategy.text("type") != "RollingUpdate") return;
  Filler rolling = strategy.in("rollingUpdate");
  rolling.fill("maxUnavailable", Value::integer(1));
  rolling.fill("maxSurge", Value::integer(0));
}

/// The count of the template's changes has no field of its own any more.
void fill_daemon_set(Filler& object) {
  json::Arena& arena = object.arena();
  Value& annotations = object.in("metadata").in("annotations").object();
  constexpr std::string_view kCount = "deprecated.daemonset.template.generation";
  if (annotations.find(kCount) != nullptr) return;
  annotations.set(kCount, Value::string("0"), arena);
  annotations.sort_members();
}

void fill_stateful_set(Filler& spec) {
  Filler strategy = spec.in("updateStrategy");
  strategy.fill("type", "RollingUpdate");
  if (strategy.text("type") == "RollingUpdate") {
    strategy.in("rollingUpdate").fill("partition", Value::integer(0));
  }
  Filler retention = spec.in("persistentVolumeClaimRetentionPolicy");
  retention.fill("whenDeleted", "Retain");
  retention.fill("whenScaled", "Retain");
  Value* templates = spec.find("volumeClaimTemplates");
  if (templates == nullptr) return;
  for (Value& claim : templates->items()) {
    Value whole = Value::object(spec.arena(), claim.size() + 2);
    whole.append_member("kind", Value::string("PersistentVolumeClaim"), spec.arena());
    whole.append_member("apiVersion", Value::string("v1"), spec.arena());
    for (const json::Member& member : claim.members()) {
      if (member.name != "kind" && member.name != "apiVersion") {
        whole.append_member(member.name, member.value, spec.arena());
      }
    }
    claim = whole;
  }
}

void fill_job(Filler& job) {
  Filler spec = job.in("spec");
  if (!spec.has("completions") && !spec.has("parallelism")) {
    spec.fill("completions", Value::integer(1));
    spec.fill("parallelism", Value::integer(1));
  }
  spec.fill("parallelism", Value::integer(1));
  bool per_index = spec.has("backoffLimitPerIndex");
  spec.fill("backoffLimit", Value::integer(per_index ? std::numeric_limits<std::int32_t>::max() : 6));
  spec.fill("completionMode", "NonIndexed");
  spec.fill("suspend", Value::boolean(false));
  spec.fill("podReplacementPolicy", spec.has("podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
  spec.fill("manualSelector", Value::boolean(false));
  const Value* labels =
      static_cast<const Value&>(job.object()).at({"spec", "template", "metadata", "labels"});
  Filler metadata(*job.find("metadata"), *job.type().field("metadata")->type, job.arena());
  if (labels != nullptr && metadata.unset("labels")) {
    metadata.set("labels", json::deep_copy(*labels, job.arena()));
  }
}

/// Without metrics: 80 percent of the CPU that is asked for.
void fill_autoscaler_metrics(Filler& spec) {
  spec.fill("minReplicas", Value::integer(1));
  if (!spec.unset("metrics")) return;
  json::Arena& arena = spec.arena();
  Value target = Value::object(arena);
  target.append_member("type", Value::string("Utilization"), arena);
  target.append_member("averageUtilization", Value::integer(80), arena);
  Value resource = Value::object(arena);
  resource.append_member("name", Value::string("cpu"), arena);
  resource.append_member("target", target, arena);
  Value metric = Value::object(arena);
  metric.append_member("type", Value::string("Resource"), arena);
  metric.append_member("resource", resource, arena);
  Value metrics = Value::array(arena);
  metrics.push_back(metric, arena);
  spec.set("metrics", metrics);
}

/// As every conversion of version 2 does: before anybody owns them.
void drop_annotations(Filler& autoscaler) { drop_autoscaler_annotations(autoscaler.object()); }

void add_policy(Value& policies, std::string_view type, int value, json::Arena& arena) {
  Value policy = Value::object(arena);
  policy.append_member("type", Value::string(type), arena);
  policy.append_member("value", Value::integer(value), arena);
  policy.append_member("periodSeconds", Value::integer(15), arena);
  policies.push_back(policy, arena);
}

void fill_scaling_rules(Filler rules, bool up) {
  if (up) rules.fill("stabilizationWindowSeconds", Value::integer(0));
  rules.fill("selectPolicy", "Max");
  if (rules.has("policies")) return;  // even when it is empty
  Value policies = Value::array(rules.arena());
  if (up) add_policy(policies, "Pods", 4, rules.arena());
  add_policy(policies, "Percent", 100, rules.arena());
  rules.set("policies", policies);
}

void fill_behavior(Filler& behavior) {
  fill_scaling_rules(behavior.in("scaleUp"), true);
  fill_scaling_rules(behavior.in("scaleDown"), false);
}

void fill_network_policy(Filler& spec) {
  if (!spec.unset("policyTypes")) return;
  Value types = Value::array(spec.arena());
  types.push_back(Value::string("Ingress"), spec.arena());
  if (!spec.unset("egress")) types.push_back(Value::string("Egress"), spec.arena());
  spec.set("policyTypes", types);
}

void fill_role_ref(Filler& binding) { binding.in("roleRef").fill("apiGroup", "rbac.authorization.k8s.io"); }

void fill_subject(Filler& subject) {
  std::string_view kind = subject.text("kind");
  if (kind == "User" || kind == "Group") subject.fill("apiGroup", "rbac.authorization.k8s.io");
}

void fill_csi_driver(Filler& spec) {
  if (!spec.unset("volumeLifecycleModes")) return;
  Value modes = Value::array(spec.arena());
  modes.push_back(Value::string("Persistent"), spec.arena());
  spec.set("volumeLifecycleModes", modes);
}

void fill_definition(Filler& spec) {
  Filler names = spec.in("names");
  std::string kind(names.text("kind"));
  std::string lower = kind;
  for (char& letter : lower) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  if (!kind.empty()) {
    if (names.unset("singular")) names.set_text("singular", lower);
    if (names.unset("listKind")) names.set_text("listKind", kind + "List");
  }
  spec.in("conversion").fill("strategy", "None");
}

void fill_limited_level(Filler& limited) {
  Value* queuing = limited.object().at({"limitResponse", "queuing"});
  if (queuing == nullptr) return;
  Filler filler = limited.in("limitResponse").in("queuing");
  filler.fill("queues", Value::integer(64));
  filler.fill("handSize", Value::integer(8));
  filler.fill("queueLengthLimit", Value::integer(50));
}

void fill_device_request(Filler& request) {
  request.fill("allocationMode", "ExactCount");
  if (request.text("allocationMode") == "ExactCount") request.fill("count", Value::integer(1));
}

constexpr TypeDefault kDefaults[] = {
    {"apps/v1.DeploymentSpec", "replicas", "1"},
    {"apps/v1.DeploymentSpec", "revisionHistoryLimit", "10"},
    {"apps/v1.DeploymentSpec", "progressDeadlineSeconds", "600"},
    {"apps/v1.DeploymentStrategy", "type", "\"RollingUpdate\""},
    {"apps/v1.DaemonSetSpec", "revisionHistoryLimit", "10"},
    {"apps/v1.DaemonSetUpdateStrategy", "type", "\"RollingUpdate\""},
    {"apps/v1.StatefulSetSpec", "replicas", "1"},
    {"apps/v1.StatefulSetSpec", "podManagementPolicy", "\"OrderedReady\""},
    {"apps/v1.StatefulSetSpec", "revisionHistoryLimit", "10"},
    {"apps/v1.ReplicaSetSpec", "replicas", "1"},
    {"batch/v1.CronJobSpec", "concurrencyPolicy", "\"Allow\""},
    {"batch/v1.CronJobSpec", "suspend", "false"},
    {"batch/v1.CronJobSpec", "successfulJobsHistoryLimit", "3"},
    {"batch/v1.CronJobSpec", "failedJobsHistoryLimit", "1"},
    {"batch/v1.PodFailurePolicyOnPodConditionsPattern", "status", "\"True\""},
    {"autoscaling/v1.HorizontalPodAutoscalerSpec", "minReplicas", "1"},
    {"networking/v1.NetworkPolicyPort", "protocol", "\"TCP\""},
    {"networking/v1.IngressClassParametersReference", "scope", "\"Cluster\""},
    {"scheduling/v1.PriorityClass", "preemptionPolicy", "\"PreemptLowerPriority\""},
    {"storage/v1.StorageClass", "reclaimPolicy", "\"Delete\""},
    {"storage/v1.StorageClass", "volumeBindingMode", "\"Immediate\""},
    {"storage/v1.CSIDriverSpec", "attachRequired", "true"},
    {"storage/v1.CSIDriverSpec", "podInfoOnMount", "false"},
    {"storage/v1.CSIDriverSpec", "storageCapacity", "false"},
    {"storage/v1.CSIDriverSpec", "fsGroupPolicy", "\"ReadWriteOnceWithFSType\""},
    {"storage/v1.CSIDriverSpec", "requiresRepublish", "false"},
    {"storage/v1.CSIDriverSpec", "seLinuxMount", "false"},
    {"discovery/v1.EndpointPort", "name", "\"\""},
    {"discovery/v1.EndpointPort", "protocol", "\"TCP\""},
    {"admissionregistration/v1.ValidatingWebhook", "failurePolicy", "\"Fail\""},
    {"admissionregistration/v1.ValidatingWebhook", "matchPolicy", "\"Equivalent\""},
    {"admissionregistration/v1.ValidatingWebhook", "namespaceSelector", "{}"},
    {"admissionregistration/v1.ValidatingWebhook", "objectSelector", "{}"},
    {"admissionregistration/v1.ValidatingWebhook", "timeoutSeconds", "10"},
    {"admissionregistration/v1.MutatingWebhook", "failurePolicy", "\"Fail\""},
    {"admissionregistration/v1.MutatingWebhook", "matchPolicy", "\"Equivalent\""},
    {"admissionregistration/v1.MutatingWebhook", "namespaceSelector", "{}"},
    {"admissionregistration/v1.MutatingWebhook", "objectSelector", "{}"},
    {"admissionregistration/v1.MutatingWebhook", "timeoutSeconds", "10"},
    {"admissionregistration/v1.MutatingWebhook", "reinvocationPolicy", "\"Never\""},
    {"admissionregistration/v1.RuleWithOperations", "scope", "\"*\""},
    {"admissionregistration/v1.NamedRuleWithOperations", "scope", "\"*\""},
    {"admissionregistration/v1.ServiceReference", "port", "443"},
    {"admissionregistration/v1.ValidatingAdmissionPolicySpec", "failurePolicy", "\"Fail\""},
    {"admissionregistration/v1.MutatingAdmissionPolicySpec", "failurePolicy", "\"Fail\""},
    {"admissionregistration/v1.MatchResources", "matchPolicy", "\"Equivalent\""},
    {"admissionregistration/v1.MatchResources", "namespaceSelector", "{}"},
    {"admissionregistration/v1.MatchResources", "objectSelector", "{}"},
    {"apiextensions/v1.ServiceReference", "port", "443"},
    {"apiregistration/v1.ServiceReference", "port", "443"},
    {"flowcontrol/v1.FlowSchemaSpec", "matchingPrecedence", "1000"},
    {"flowcontrol/v1.LimitedPriorityLevelConfiguration", "nominalConcurrencyShares", "30"},
    {"flowcontrol/v1.LimitedPriorityLevelConfiguration", "lendablePercent", "0"},
    {"flowcontrol/v1.ExemptPriorityLevelConfiguration", "nominalConcurrencyShares", "0"},
    {"flowcontrol/v1.ExemptPriorityLevelConfiguration", "lendablePercent", "0"},
};

constexpr TypeHook kHooks[] = {
    {"apps/v1.DeploymentStrategy", fill_deployment_strategy},
    {"apps/v1.DaemonSetUpdateStrategy", fill_daemon_strategy},
    {"apps/v1.DaemonSet", fill_daemon_set},
    {"apps/v1.StatefulSetSpec", fill_stateful_set},
    {"batch/v1.Job", fill_job},
    {"autoscaling/v2.HorizontalPodAutoscaler", drop_annotations},
    {"autoscaling/v2.HorizontalPodAutoscalerSpec", fill_autoscaler_metrics},
    {"autoscaling/v2.HorizontalPodAutoscalerBehavior", fill_behavior},
    {"networking/v1.NetworkPolicySpec", fill_network_policy},
    {"rbac/v1.RoleBinding", fill_role_ref},
    {"rbac/v1.ClusterRoleBinding", fill_role_ref},
    {"rbac/v1.Subject", fill_subject},
    {"storage/v1.CSIDriverSpec", fill_csi_driver},
    {"apiextensions/v1.CustomResourceDefinitionSpec", fill_definition},
    {"flowcontrol/v1.LimitedPriorityLevelConfiguration", fill_limited_level},
    {"resource/v1.ExactDeviceRequest", fill_device_request},
    {"resource/v1.DeviceSubRequest", fill_device_request},
};

}  // namespace

std::span<const TypeDefault> group_defaults() { return kDefaults; }

std::span<const TypeHook> group_hooks() { return kHooks; }

void drop_autoscaler_annotations(Value& autoscaler) {
  Value* annotations = autoscaler.at({"metadata", "annotations"});
  if (annotations == nullptr) return;
  for (std::string_view key :
       {kMetricsAnnotation, kBehaviorAnnotation, kCurrentMetricsAnnotation, kConditionsAnnotation}) {
    annotations->erase(key);
  }
  if (annotations->empty()) autoscaler.find("metadata")->erase("annotations");
}

}  // namespace pedalion::registry::builtin::defaults
