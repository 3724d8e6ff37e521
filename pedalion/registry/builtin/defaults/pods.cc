// Defaults of pods, and of what pods are made from.
#include <algorithm>

#include "pedalion/registry/builtin/defaults/defaulter.h"
#include "pedalion/registry/builtin/defaults/image_name.h"
#include "pedalion/registry/builtin/defaults/pod_resources.h"

namespace pedalion::registry::builtin::defaults {

namespace {

/// What moves may have moved since it was pulled.
void fill_pull_policy(Filler& owner, std::string_view policy, std::string_view reference) {
  if (!owner.unset(policy)) return;
  bool moves = image_tag(owner.text(reference)) == "latest";
  owner.set(policy, Value::string(moves ? "Always" : "IfNotPresent"));
}

void fill_container(Filler& container) { fill_pull_policy(container, "imagePullPolicy", "image"); }
void fill_image_volume(Filler& image) { fill_pull_policy(image, "pullPolicy", "reference"); }

/// A volume without a source is an empty directory.
void fill_volume(Filler& volume) {
  for (const json::Member& member : volume.object().members()) {
    if (member.name != "name" && !member.value.is_null()) return;
  }
  volume.fill_object("emptyDir");
}

/// serviceAccount is the old name of serviceAccountName: both are written.
void fill_service_account(Filler& spec) {
  std::string_view name = spec.text("serviceAccountName"), old_name = spec.text("serviceAccount");
  if (name.empty() && !old_name.empty()) spec.set("serviceAccountName", Value::string(old_name));
  if (!name.empty()) spec.set("serviceAccount", Value::string(name));
}

/// Calls visit(Filler) for each container and init container.
template <class Visit>
void each_container(Filler& spec, Visit visit) {
  for (std::string_view list : {"containers", "initContainers"}) {
    Value* containers = spec.find(list);
    if (containers == nullptr) continue;
    const schema::Type& type = *spec.type().field(list)->type->element;
    for (Value& container : containers->items()) visit(Filler(container, type, spec.arena()));
  }
}

void fill_host_ports(Filler container) {
  Value* ports = container.find("ports");
  if (ports == nullptr) return;
  const schema::Type& type = *container.type().field("ports")->type->element;
  for (Value& port : ports->items()) {
    Filler filler(port, type, container.arena());
    const Value* number = filler.find("containerPort");
    if (number != nullptr) filler.fill("hostPort", *number);
  }
}

/// What is limited and not requested is requested as it is limited.
void fill_requests(Filler container) {
  const Value* limits = static_cast<const Value&>(container.object()).at({"resources", "limits"});
  if (limits == nullptr || limits->empty()) return;
  Filler resources = container.in("resources");
  resources.fill_object("requests");
  Value& requests = *resources.find("requests");
  for (const json::Member& limit : limits->members()) {
    if (requests.find(limit.name) == nullptr) requests.set(limit.name, limit.value, container.arena());
  }
  requests.sort_members();
}

void set_amount(Filler& resources, std::string_view list, std::string_view name,
                const meta::Quantity& amount) {
  resources.fill_object(list);
  Value& amounts = *resources.find(list);
  if (amounts.find(name) != nullptr) return;
  json::Arena& arena = resources.arena();
  amounts.set(arena.copy(name), Value::string(amount.text(), arena), arena);
  amounts.sort_members();
}

/// A pod with resources of its own has what its containers have where it says nothing else.
void fill_pod_resources(Filler& spec) {
  const Value* own = spec.find("resources");
  if (own == nullptr || !own->is_object()) return;
  Filler resources = spec.in("resources");
  for (const auto& [name, amount] : sum_of_containers(spec.object(), "limits")) {
    if (name.starts_with("hugepages-")) set_amount(resources, "limits", name, amount);
  }
  const Value* limits = resources.find("limits");
  if (limits == nullptr || limits->empty()) return;
  for (const auto& [name, amount] : sum_of_containers(spec.object(), "requests")) {
    if (name == "cpu" || name == "memory") set_amount(resources, "requests", name, amount);
  }
  for (const auto& [name, amount] : amounts_of(resources.find("limits"))) {
    if (is_pod_level_resource(name)) set_amount(resources, "requests", name, amount);
  }
}

/// Init containers were annotations once; what clients of that time still send is not kept.
void drop_old_annotations(Filler& owner) {
  static constexpr std::string_view kOld[] = {
      "pod.beta.kubernetes.io/init-containers", "pod.alpha.kubernetes.io/init-containers",
      "pod.beta.kubernetes.io/init-container-statuses", "pod.alpha.kubernetes.io/init-container-statuses"};
  Value* annotations = owner.object().at({"metadata", "annotations"});
  if (annotations == nullptr || !annotations->is_object()) return;
  bool dropped = false;
  for (std::string_view name : kOld) dropped = annotations->erase(name) || dropped;
  if (dropped && annotations->empty()) owner.find("metadata")->erase("annotations");
}

/// The first of podIPs is podIP; the old field wins.
void fill_pod_status(Filler& status) {
  std::string_view single = status.text("podIP");
  const Value* list = status.find("podIPs");
  bool listed = list != nullptr && !list->empty();
  if (single.empty()) {
    if (listed) status.set("podIP", Value::string(list->items()[0].string_at({"ip"})));
    return;
  }
  if (listed && list->items()[0].string_at({"ip"}) == single) return;
  json::Arena& arena = status.arena();
  Value entry = Value::object(arena), ips = Value::array(arena);
  entry.append_member("ip", Value::string(single), arena);
  ips.push_back(entry, arena);
  status.set("podIPs", ips);
}

/// Pods get what templates do not.
void fill_pod(Filler& pod) {
  drop_old_annotations(pod);
  Filler spec = pod.in("spec");
  spec.fill("enableServiceLinks", Value::boolean(true));
  each_container(spec, fill_requests);
  fill_pod_resources(spec);
  const Value* host_network = spec.find("hostNetwork");
  if (host_network != nullptr && host_network->bool_or(false)) each_container(spec, fill_host_ports);
  const Value* grace = spec.find("terminationGracePeriodSeconds");
  if (grace != nullptr && grace->int_or(0) < 0) spec.set("terminationGracePeriodSeconds", Value::integer(1));
}

constexpr TypeDefault kDefaults[] = {
    {"core/v1.Container", "terminationMessagePath", "\"/dev/termination-log\""},
    {"core/v1.Container", "terminationMessagePolicy", "\"File\""},
    {"core/v1.EphemeralContainer", "terminationMessagePath", "\"/dev/termination-log\""},
    {"core/v1.EphemeralContainer", "terminationMessagePolicy", "\"File\""},
    {"core/v1.Probe", "timeoutSeconds", "1"},
    {"core/v1.Probe", "periodSeconds", "10"},
    {"core/v1.Probe", "successThreshold", "1"},
    {"core/v1.Probe", "failureThreshold", "3"},
    {"core/v1.HTTPGetAction", "path", "\"/\""},
    {"core/v1.HTTPGetAction", "scheme", "\"HTTP\""},
    {"core/v1.PodSpec", "restartPolicy", "\"Always\""},
    {"core/v1.PodSpec", "terminationGracePeriodSeconds", "30"},
    {"core/v1.PodSpec", "dnsPolicy", "\"ClusterFirst\""},
    {"core/v1.PodSpec", "securityContext", "{}"},
    {"core/v1.PodSpec", "schedulerName", "\"default-scheduler\""},
    {"core/v1.SecretVolumeSource", "defaultMode", "420"},
    {"core/v1.ConfigMapVolumeSource", "defaultMode", "420"},
    {"core/v1.DownwardAPIVolumeSource", "defaultMode", "420"},
    {"core/v1.ProjectedVolumeSource", "defaultMode", "420"},
    {"core/v1.ServiceAccountTokenProjection", "expirationSeconds", "3600"},
    {"core/v1.ObjectFieldSelector", "apiVersion", "\"v1\""},
};

constexpr TypeHook kHooks[] = {
    {"core/v1.Container", fill_container},
    {"core/v1.EphemeralContainer", fill_container},
    {"core/v1.ImageVolumeSource", fill_image_volume},
    {"core/v1.Volume", fill_volume},
    {"core/v1.PodSpec", fill_service_account},
    {"core/v1.PodTemplateSpec", drop_old_annotations},
    {"core/v1.PodStatus", fill_pod_status},
    {"core/v1.Pod", fill_pod},
};

}  // namespace

std::span<const TypeDefault> pod_defaults() { return kDefaults; }
std::span<const TypeHook> pod_hooks() { return kHooks; }

}  // namespace pedalion::registry::builtin::defaults
