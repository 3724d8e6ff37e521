// What clients are warned of: fields that are ignored, deprecated, or likely not meant.
#include "pedalion/registry/builtin/kinds/warnings.h"

#include <array>
#include <utility>

#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/apimachinery/meta/quantity.h"

namespace pedalion::registry::builtin::kinds {

using meta::FieldPath;

namespace {

using Warnings = std::vector<std::string>;
using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<Pair, 4> kNodeLabels = {
    Pair{"beta.kubernetes.io/arch", "kubernetes.io/arch"},
    Pair{"beta.kubernetes.io/os", "kubernetes.io/os"},
    Pair{"failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"},
    Pair{"failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"},
};

constexpr std::array<Pair, 9> kVolumes = {
    Pair{"cephfs", "deprecated in v1.28, non-functional in v1.31+"},
    Pair{"rbd", "deprecated in v1.28, non-functional in v1.31+"},
    Pair{"glusterfs", "deprecated in v1.25, non-functional in v1.26+"},
    Pair{"flocker", "deprecated in v1.22, non-functional in v1.25+"},
    Pair{"gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"},
    Pair{"quobyte", "deprecated in v1.22, non-functional in v1.25+"},
    Pair{"scaleIO", "deprecated in v1.16, non-functional in v1.22+"},
    Pair{"storageOS", "deprecated in v1.22, non-functional in v1.25+"},
    Pair{"photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"},
};

void warn_of_fraction(const Value* list, std::string_view resource, const FieldPath& path,
                      Warnings& warnings) {
  const Value* amount = list == nullptr ? nullptr : list->find(resource);
  if (amount == nullptr) return;
  auto quantity = meta::Quantity::parse(amount->string_or());
  if (!quantity || quantity->milli_value() % 1000 == 0) return;
  warnings.push_back(path.key(resource).text() + ": fractional byte value " +
                     meta::go_quoted(amount->string_or()) + " is invalid, must be an integer");
}

void warn_of_ports(const Value& container, const FieldPath& path,
                   std::vector<std::pair<std::string, std::string>>& seen, Warnings& warnings) {
  std::size_t index = 0;
  for (const Value& port : items_at(container, {"ports"})) {
    FieldPath at = path.child("ports").index(index++);
    const Value *number = port.find("containerPort"), *host = port.find("hostPort");
    std::string use = std::string(port.string_at({"protocol"})) + "/" +
                      std::to_string(number == nullptr ? 0 : number->int_or(0)) + "/" +
                      std::to_string(host == nullptr ? 0 : host->int_or(0)) + "/" +
                      std::string(port.string_at({"hostIP"}));
    bool twice = false;
    for (const auto& [other, where] : seen) {
      if (other != use || twice) continue;
      warnings.push_back(at.text() + ": duplicate port definition with " + where);
      twice = true;
    }
    if (!twice) seen.emplace_back(std::move(use), at.text());
  }
}

void warn_of_environment(const Value& container, const FieldPath& path, Warnings& warnings) {
  std::vector<std::string_view> seen;
  std::size_t index = 0;
  for (const Value& variable : items_at(container, {"env"})) {
    FieldPath at = path.child("env").index(index++);
    std::string_view name = variable.string_at({"name"}), value = variable.string_at({"value"});
    bool twice = false;
    for (std::string_view other : seen) twice = twice || other == name;
    // A variable may refer to its former self: then it extends it.
    bool extends = value.find("$(" + std::string(name) + ")") != value.npos;
    if (twice && !extends) {
      warnings.push_back(at.text() + ": hides previous definition of " + meta::go_quoted(name) +
                         ", which may be dropped when using apply");
    }
    seen.push_back(name);
  }
}

void warn_of_containers(const Value& spec, const FieldPath& path, Warnings& warnings) {
  std::vector<std::pair<std::string, std::string>> ports;
  for (std::string_view list : {"initContainers", "containers"}) {
    std::size_t index = 0;
    for (const Value& container : items_at(spec, {list})) {
      FieldPath at = path.child(list).index(index++);
      warn_of_environment(container, at, warnings);
      for (std::string_view resource : {"memory", "ephemeral-storage"}) {
        for (std::string_view kind : {"limits", "requests"}) {
          warn_of_fraction(container.at({"resources", kind}), resource, at.child("resources").child(kind),
                           warnings);
        }
      }
      if (list == "containers") warn_of_ports(container, at, ports, warnings);
    }
  }
}

void warn_of_names(const Value& spec, const FieldPath& path, Warnings& warnings) {
  std::vector<std::string_view> seen;
  std::size_t index = 0;
  for (const Value& secret : items_at(spec, {"imagePullSecrets"})) {
    FieldPath at = path.child("imagePullSecrets").index(index++).child("name");
    std::string_view name = secret.string_at({"name"});
    bool twice = false;
    for (std::string_view other : seen) twice = twice || other == name;
    if (name.empty()) {
      warnings.push_back(at.text() + ": invalid empty name \"\"");
    } else if (twice) {
      warnings.push_back(at.text() + ": duplicate name " + meta::go_quoted(name));
    }
    seen.push_back(name);
  }
}

}  // namespace

void warn_of_pod_spec(const Value& spec, const FieldPath& path, Warnings& warnings) {
  if (const Value* selector = spec.find("nodeSelector"); selector != nullptr) {
    for (const auto& [old_label, new_label] : kNodeLabels) {
      if (selector->find(old_label) == nullptr) continue;
      warnings.push_back(path.child("nodeSelector").key(old_label).text() + ": deprecated since v1.14; use " +
                         meta::go_quoted(new_label) + " instead");
    }
  }
  std::size_t index = 0;
  for (const Value& volume : items_at(spec, {"volumes"})) {
    FieldPath at = path.child("volumes").index(index++);
    for (const auto& [kind, text] : kVolumes) {
      if (volume.find(kind) != nullptr) warnings.push_back(at.child(kind).text() + ": " + std::string(text));
    }
  }
  warn_of_names(spec, path, warnings);
  warn_of_containers(spec, path, warnings);
}

void warn_of_pod(const Value& pod, Warnings& warnings) {
  std::string_view name = pod.string_at({"metadata", "name"});
  if (name.find('.') != name.npos) {
    warnings.push_back(
        "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS "
        "label "
        "is recommended: [must not contain dots]");
  }
  if (const Value* spec = pod.find("spec"); spec != nullptr)
    warn_of_pod_spec(*spec, FieldPath("spec"), warnings);
}

void warn_of_template(const Value& object, Warnings& warnings) {
  const Value* spec = object.at({"spec", "template", "spec"});
  if (spec == nullptr) return;
  warn_of_pod_spec(*spec, FieldPath("spec").child("template").child("spec"), warnings);
}

void warn_of_service(const Value& service, Warnings& warnings) {
  bool external = !items_at(service, {"spec", "externalIPs"}).empty();
  if (service.string_at({"spec", "clusterIP"}) == "None") {
    if (external) warnings.push_back("spec.externalIPs is ignored for headless services");
  } else if (external) {
    warnings.push_back("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
  }
  if (!service.string_at({"spec", "externalName"}).empty() &&
      service.string_at({"spec", "type"}) != "ExternalName") {
    warnings.push_back("spec.externalName is ignored when spec.type is not \"ExternalName\"");
  }
  if (service.string_at({"spec", "trafficDistribution"}) == "PreferClose") {
    warnings.push_back("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"");
  }
}

void warn_of_claim(const Value& claim, Warnings& warnings) {
  constexpr std::string_view kOld = "volume.beta.kubernetes.io/storage-class";
  if (claim.at({"metadata", "annotations", kOld}) != nullptr) {
    warnings.push_back("metadata.annotations[" + std::string(kOld) +
                       "]: deprecated since v1.8; use \"storageClassName\" attribute instead");
  }
  warn_of_fraction(claim.at({"spec", "resources", "requests"}), "storage",
                   FieldPath("spec").child("resources").child("requests"), warnings);
}

void warn_of_volume(const Value& volume, Warnings& warnings) {
  if (volume.string_at({"spec", "persistentVolumeReclaimPolicy"}) != "Recycle") return;
  warnings.push_back(
      "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the "
      "recommended "
      "approach is to use dynamic provisioning.");
}

void warn_of_secret(const Value& secret, Warnings& warnings) {
  if (secret.string_at({"type"}) != "kubernetes.io/tls") return;
  // "-----BEGIN" in base64, wherever it begins.
  std::string_view certificate = secret.string_at({"data", "tls.crt"});
  if (certificate.starts_with("LS0tLS1CRUdJT")) return;
  warnings.push_back("tls: failed to find any PEM data in certificate input");
}

void warn_of_driver(const Value& driver, Warnings& warnings) {
  if (items_at(driver, {"spec", "tokenRequests"}).empty()) return;
  if (driver.at({"spec", "serviceAccountTokenInSecrets"}) != nullptr) return;
  warnings.push_back(
      "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent "
      "possible logging of tokens in volume attributes");
}

void warn_of_slice(const Value& slice, Warnings& warnings) {
  if (slice.string_at({"addressType"}) == "FQDN") {
    warnings.push_back("spec.addressType: FQDN endpoints are deprecated");
  }
}

void warn_of_ingress(const Value& ingress, Warnings& warnings) {
  if (ingress.at({"metadata", "annotations", "kubernetes.io/ingress.class"}) == nullptr) return;
  warnings.push_back(
      "annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead");
}

}  // namespace pedalion::registry::builtin::kinds
