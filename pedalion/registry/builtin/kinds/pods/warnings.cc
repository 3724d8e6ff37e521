// What clients are warned of: fields that are ignored, deprecated, or likely not meant.
#include "pedalion/registry/builtin/kinds/pods/warnings.h"

#include <array>
#include <utility>

#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/registry/builtin/kinds/warnings.h"

namespace pedalion::registry::builtin::kinds::pods {

namespace {

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

}  // namespace pedalion::registry::builtin::kinds::pods
