// Fields that are ignored, deprecated, or likely not meant.
#include "pedalion/registry/builtin/kinds/pods/warnings.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/addresses.h"
#include "pedalion/registry/builtin/kinds/pods/annotations.h"
#include "pedalion/registry/builtin/kinds/warnings.h"

namespace pedalion::registry::builtin::kinds::pods {

namespace {

constexpr std::pair<std::string_view, std::string_view> kOldAnnotations[] = {
    {"scheduler.alpha.kubernetes.io/critical-pod",
     R"(non-functional in v1.16+; use the "priorityClassName" field instead)"},
    {"security.alpha.kubernetes.io/sysctls", R"(non-functional in v1.11+; use the "sysctls" field instead)"},
    {"security.alpha.kubernetes.io/unsafe-sysctls",
     R"(non-functional in v1.11+; use the "sysctls" field instead)"},
};
constexpr std::string_view kNoSelector = ": a null labelSelector results in matching no pod";

/// What is warned about: a pod's spec and its annotations, and where they are.
struct Subject {
  const Value& spec;
  const Value* annotations;
  FieldPath path, annotations_path;
  bool is_template;
  Warnings& warnings;

  void warn(const FieldPath& at, std::string_view text) const {
    warnings.push_back(at.text() + std::string(text));
  }
  bool has_annotation(std::string_view key) const {
    return annotations != nullptr && annotations->find(key) != nullptr;
  }
};

bool is_there(const Value* value) { return value != nullptr && !value->is_null(); }

template <class Visit>
void each_container(const Subject& pod, Visit visit) {
  for (std::string_view list : {"containers", "initContainers", "ephemeralContainers"}) {
    std::size_t index = 0;
    for (const Value& container : items_at(pod.spec, {list}))
      visit(container, pod.path.child(list).index(index++));
  }
}

void warn_of_node_term(const Subject& pod, const Value& term, const FieldPath& path, bool values_too) {
  std::size_t index = 0;
  for (const Value& requirement : items_at(term, {"matchExpressions"})) {
    FieldPath at = path.child("matchExpressions").index(index++);
    std::string_view key = requirement.string_at({"key"}), why = node_label_deprecation(key);
    if (!why.empty()) pod.warn(at.child("key"), ": " + std::string(key) + " is " + std::string(why));
    std::size_t position = 0;
    for (const Value& value : items_at(requirement, {"values"})) {
      FieldPath of_value = at.child("values").index(position++);
      if (!values_too) continue;
      for (const std::string& problem : meta::label_value_problems(value.string_or()))
        pod.warn(of_value, ": " + std::string(value.string_or()) + " is invalid, " + problem);
    }
  }
}

void warn_of_node_labels(const Subject& pod) {
  if (const Value* selector = pod.spec.find("nodeSelector"); is_there(selector)) {
    std::map<std::string_view, std::string_view> sorted;
    for (const json::Member& member : selector->members())
      sorted.emplace(member.name, node_label_deprecation(member.name));
    for (const auto& [label, why] : sorted) {
      if (!why.empty()) pod.warn(pod.path.child("nodeSelector").key(label), ": " + std::string(why));
    }
  }
  constexpr std::string_view kRequired = "requiredDuringSchedulingIgnoredDuringExecution",
                             kPreferred = "preferredDuringSchedulingIgnoredDuringExecution";
  FieldPath affinity = pod.path.child("affinity").child("nodeAffinity");
  std::size_t index = 0;
  for (const Value& term : items_at(pod.spec, {"affinity", "nodeAffinity", kRequired, "nodeSelectorTerms"})) {
    warn_of_node_term(pod, term, affinity.child(kRequired).child("nodeSelectorTerms").index(index++), false);
  }
  index = 0;
  for (const Value& term : items_at(pod.spec, {"affinity", "nodeAffinity", kPreferred})) {
    FieldPath at = affinity.child(kPreferred).index(index++).child("preference");
    if (const Value* preference = term.find("preference")) warn_of_node_term(pod, *preference, at, true);
  }
}

void warn_of_spreading(const Subject& pod) {
  std::size_t index = 0;
  for (const Value& constraint : items_at(pod.spec, {"topologySpreadConstraints"})) {
    FieldPath at = pod.path.child("topologySpreadConstraints").index(index++);
    std::string_view key = constraint.string_at({"topologyKey"}), why = node_label_deprecation(key);
    if (!why.empty()) pod.warn(at.child("topologyKey"), ": " + std::string(key) + " is " + std::string(why));
    if (!is_there(constraint.find("labelSelector"))) pod.warn(at.child("labelSelector"), kNoSelector);
  }
}

void warn_of_annotations(const Subject& pod) {
  for (const auto& [key, text] : kOldAnnotations) {
    if (pod.has_annotation(key)) pod.warn(pod.annotations_path.key(key), ": " + std::string(text));
  }
}

void warn_of_host_aliases(const Subject& pod) {
  std::set<std::string_view> seen;
  std::size_t index = 0;
  for (const Value& alias : items_at(pod.spec, {"hostAliases"})) {
    FieldPath at = pod.path.child("hostAliases").index(index++).child("ip");
    std::string_view ip = alias.string_at({"ip"});
    if (!seen.insert(ip).second) pod.warn(at, ": duplicate ip " + meta::go_quoted(ip));
  }
}

void warn_of_pull_secrets(const Subject& pod) {
  std::set<std::string_view> seen;
  auto secrets = items_at(pod.spec, {"imagePullSecrets"});
  FieldPath path = pod.path.child("imagePullSecrets");
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    std::string_view name = secrets[i].string_at({"name"});
    if (!seen.insert(name).second)
      pod.warn(path.index(i).child("name"), ": duplicate name " + meta::go_quoted(name));
  }
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    if (secrets[i].string_at({"name"}).empty())
      pod.warn(path.index(i).child("name"), ": invalid empty name \"\"");
  }
}

/// Annotations that do nothing without the field that took their place.
void warn_of_profile(const Subject& pod, std::string_view key, std::string_view text) {
  if (pod.has_annotation(key)) pod.warn(pod.annotations_path.key(key), text);
}

/// Almost never true of names that all differ: to compare numbers is cheaper.
bool may_repeat_a_name(std::span<const Value> named) {
  std::vector<std::size_t> hashes;
  hashes.reserve(named.size());
  for (const Value& one : named) {
    const Value* name = one.find("name");
    hashes.push_back(std::hash<std::string_view>()(name == nullptr ? std::string_view() : name->string_or()));
  }
  std::ranges::sort(hashes);
  return std::ranges::adjacent_find(hashes) != hashes.end();
}

void warn_of_environment(const Subject& pod, const Value& container, const FieldPath& path) {
  if (!may_repeat_a_name(items_at(container, {"env"}))) return;
  std::set<std::string_view> seen;
  std::size_t index = 0;
  for (const Value& variable : items_at(container, {"env"})) {
    FieldPath at = path.child("env").index(index++);
    std::string_view name = variable.string_at({"name"}), value = variable.string_at({"value"});
    if (seen.insert(name).second) continue;
    // A variable may refer to its former self: then it extends it.
    std::string former = "$(" + std::string(name) + ")";
    bool extends =
        !is_there(variable.find("valueFrom")) && value != former && value.find(former) != value.npos;
    if (extends) continue;
    pod.warn(at, ": hides previous definition of " + meta::go_quoted(name) +
                     ", which may be dropped when using apply");
  }
}

void warn_of_container(const Subject& pod, const Value& container, const FieldPath& path) {
  constexpr std::string_view kSeccompText =
      R"(: non-functional in v1.27+; use the "seccompProfile" field instead)";
  constexpr std::string_view kAppArmorText =
      R"(: deprecated since v1.30; use the "appArmorProfile" field instead)";
  std::string name(container.string_at({"name"}));
  if (!is_there(container.at({"securityContext", "seccompProfile"})))
    warn_of_profile(pod, std::string(kSeccompPrefix) + name, kSeccompText);
  // Of pods, the field has been made from the annotation, and that has been told.
  if (pod.is_template && !is_there(container.at({"securityContext", "appArmorProfile"})) &&
      !is_there(pod.spec.at({"securityContext", "appArmorProfile"}))) {
    warn_of_profile(pod, std::string(kAppArmorPrefix) + name, kAppArmorText);
  }
  for (std::string_view resource : {"memory", "ephemeral-storage"}) {
    for (std::string_view list : {"limits", "requests"}) {
      warn_of_fraction(container.at({"resources", list}), resource, path.child("resources").child(list),
                       pod.warnings);
    }
  }
  warn_of_environment(pod, container, path);
}

struct Port {
  std::string_view name, protocol, host_ip;
  std::int64_t number = 0, host = 0;
  std::string where;

  static Port of(const Value& port, const FieldPath& path) {
    auto integer = [&](std::string_view member) {
      const Value* value = port.find(member);
      return value == nullptr ? 0 : value->int_or(0);
    };
    return {port.string_at({"name"}), port.string_at({"protocol"}), port.string_at({"hostIP"}),
            integer("containerPort"), integer("hostPort"),          path.text()};
  }
  /// As Go prints the struct.
  std::string text() const {
    return "{Name:" + std::string(name) + " HostPort:" + std::to_string(host) +
           " ContainerPort:" + std::to_string(number) + " Protocol:" + std::string(protocol) +
           " HostIP:" + std::string(host_ip) + "}";
  }
};

/// What two definitions of one port are to each other; empty when they go together.
std::string_view conflict(const Port& port, const Port& other) {
  if (port.host_ip == other.host_ip && port.host == other.host) return "duplicate";
  if (port.host == 0 || other.host == 0) return "overlapping";
  bool one_has_no_ip = port.host_ip.empty() != other.host_ip.empty();
  return port.host == other.host && one_has_no_ip ? "dangerously ambiguous" : "";
}

void warn_of_ports(const Subject& pod) {
  std::vector<Port> before;
  each_container(pod, [&](const Value& container, const FieldPath& path) {
    std::size_t index = 0;
    for (const Value& value : items_at(container, {"ports"})) {
      Port port = Port::of(value, path.child("ports").index(index++));
      if (!port.host_ip.empty() && port.host == 0)
        pod.warnings.push_back(port.where + ": hostIP set without hostPort: " + port.text());
      for (const Port& other : before) {
        if (other.number != port.number || other.protocol != port.protocol) continue;
        std::string_view what = conflict(port, other);
        if (what.empty()) continue;
        pod.warnings.push_back(port.where + ": " + std::string(what) + " port definition with " +
                               other.where);
      }
      before.push_back(std::move(port));
    }
  });
}

/// Names of ports are looked for among all containers that stay.
void warn_of_port_names(const Subject& pod) {
  std::map<std::string, std::string, std::less<>> first;
  each_container(pod, [&](const Value& container, const FieldPath& path) {
    std::size_t index = 0;
    for (const Value& value : items_at(container, {"ports"})) {
      Port port = Port::of(value, path.child("ports").index(index++));
      if (port.name.empty()) continue;
      auto [entry, made] = first.try_emplace(std::string(port.name), port.where);
      if (made) continue;
      pod.warnings.push_back(port.where + ": duplicate port name " + meta::go_quoted(port.name) + " with " +
                             entry->second + ", services and probes that select ports by name will use " +
                             entry->second);
    }
  });
}

void warn_of_affinity(const Subject& pod) {
  for (std::string_view kind : {"podAffinity", "podAntiAffinity"}) {
    FieldPath path = pod.path.child("affinity").child(kind);
    std::size_t index = 0;
    constexpr std::string_view kRequired = "requiredDuringSchedulingIgnoredDuringExecution",
                               kPreferred = "preferredDuringSchedulingIgnoredDuringExecution";
    for (const Value& term : items_at(pod.spec, {"affinity", kind, kRequired})) {
      FieldPath at = path.child(kRequired).index(index++);
      if (!is_there(term.find("labelSelector"))) pod.warn(at.child("labelSelector"), kNoSelector);
    }
    index = 0;
    for (const Value& term : items_at(pod.spec, {"affinity", kind, kPreferred})) {
      FieldPath at = path.child(kPreferred).index(index++).child("podAffinityTerm");
      if (!is_there(term.at({"podAffinityTerm", "labelSelector"})))
        pod.warn(at.child("labelSelector"), kNoSelector);
    }
  }
}

void warn_of_addresses(const Subject& pod) {
  std::size_t index = 0;
  for (const Value& server : items_at(pod.spec, {"dnsConfig", "nameservers"})) {
    warn_of_ip(pod.path.child("dnsConfig").child("nameservers").index(index++), server.string_or(),
               pod.warnings);
  }
  index = 0;
  for (const Value& alias : items_at(pod.spec, {"hostAliases"})) {
    warn_of_ip(pod.path.child("hostAliases").index(index++).child("ip"), alias.string_at({"ip"}),
               pod.warnings);
  }
}

void warn_of(const Subject& pod) {
  warn_of_node_labels(pod);
  warn_of_spreading(pod);
  warn_of_annotations(pod);
  warn_of_volumes(pod.spec, pod.path, pod.warnings);
  warn_of_overlapping_files(pod.spec, pod.warnings);
  warn_of_host_aliases(pod);
  warn_of_pull_secrets(pod);
  for (std::string_view resource : {"memory", "ephemeral-storage"})
    warn_of_fraction(pod.spec.find("overhead"), resource, pod.path.child("overhead"), pod.warnings);
  if (!is_there(pod.spec.at({"securityContext", "seccompProfile"}))) {
    warn_of_profile(pod, kSeccompPod,
                    R"(: non-functional in v1.27+; use the "seccompProfile" field instead)");
  }
  each_container(
      pod, [&](const Value& container, const FieldPath& path) { warn_of_container(pod, container, path); });
  warn_of_ports(pod);
  warn_of_port_names(pod);
  const Value* grace = pod.spec.find("terminationGracePeriodSeconds");
  if (grace != nullptr && grace->int_or(0) < 0) {
    pod.warn(pod.path.child("terminationGracePeriodSeconds"),
             ": must be >= 0; negative values are invalid and will be treated as 1");
  }
  warn_of_affinity(pod);
  warn_of_addresses(pod);
}

void warn_of_name(const Value& pod, Warnings& warnings) {
  std::string problems;
  for (const std::string& problem : meta::dns_label_problems(pod.string_at({"metadata", "name"})))
    problems += (problems.empty() ? "" : " ") + problem;
  if (problems.empty()) return;
  warnings.push_back(
      "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS "
      "label "
      "is recommended: [" +
      problems + "]");
}

}  // namespace

void warn_of_pod(const Value& pod, Warnings& warnings) {
  warn_of_name(pod, warnings);
  const Value* spec = pod.find("spec");
  if (spec == nullptr) return;
  warn_of({*spec, pod.at({"metadata", "annotations"}), FieldPath("spec"),
           FieldPath("metadata").child("annotations"), false, warnings});
}

void warn_of_pod_template(const Value& pod_template, const FieldPath& path, Warnings& warnings) {
  const Value* spec = pod_template.find("spec");
  if (spec == nullptr) return;
  warn_of({*spec, pod_template.at({"metadata", "annotations"}), path.child("spec"),
           path.child("metadata").child("annotations"), true, warnings});
}

void warn_of_template(const Value& object, Warnings& warnings) {
  const Value* pod_template = object.at({"spec", "template"});
  if (pod_template == nullptr) return;
  warn_of_pod_template(*pod_template, FieldPath("spec").child("template"), warnings);
}

}  // namespace pedalion::registry::builtin::kinds::pods
