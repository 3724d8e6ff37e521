// Where volumes are mounted in a container.
#include <algorithm>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"
#include "pedalion/registry/builtin/kinds/volume_sources.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

using Places = std::map<std::string_view, std::string_view>;  // paths, by the volume's name

Places places(const Field& list, std::string_view path) {
  Places names;
  list.each([&](const Field& entry) { names[entry["name"].text()] = entry[path].text(); });
  return names;
}

bool has_path(const Places& places, std::string_view path) {
  return std::ranges::any_of(places, [&](const auto& place) { return place.second == path; });
}

void check_propagation(const Field& mount, const Field& mounts, const Field& container) {
  static constexpr std::string_view kModes[] = {"Bidirectional", "HostToContainer", "None"};
  Field mode = mount["mountPropagation"].reported_at(mounts.path().child("mountPropagation"));
  if (!mode) return;
  check_enum(mode, kModes);
  if (mode.text() == "Bidirectional" && !container["securityContext"]["privileged"].flag()) {
    mode.forbidden("Bidirectional mount propagation is available only to privileged containers");
  }
}

void check_recursive_read_only(const Field& mount, const Field& mounts) {
  static constexpr std::string_view kModes[] = {"Disabled", "Enabled", "IfPossible"};
  Field mode = mount["recursiveReadOnly"].reported_at(mounts.path().child("recursiveReadOnly"));
  if (!mode) return;
  check_enum(mode, kModes);
  if (mode.text() != "Enabled" && mode.text() != "IfPossible") return;
  if (!mount["readOnly"].flag()) mode.forbidden("may only be specified when readOnly is true");
  Field propagation = mount["mountPropagation"];
  if (propagation && propagation.text() != "None") {
    mode.forbidden("may only be specified when mountPropagation is None or not specified");
  }
}

void check_sub_path(const Field& mount, const Field& mounts) {
  Field path = mount["subPath"], expression = mount["subPathExpr"];
  if (!path.text().empty()) check_local_path(path.reported_at(mounts.path().child("subPath")));
  if (expression.text().empty()) return;
  if (!path.text().empty())
    expression.invalid(expression.text(), "subPathExpr and subPath are mutually exclusive");
  check_local_path(expression.reported_at(mounts.path().child("subPathExpr")));
}

void check_mounts(const Field& container, const SpecFacts& facts, const Places& devices) {
  Field mounts = container["volumeMounts"];
  Names paths;
  mounts.each([&](const Field& mount) {
    std::string_view name = mount["name"].text(), path = mount["mountPath"].text();
    if (name.empty()) mount["name"].required();
    auto volume = facts.volumes.find(name);
    if (volume == facts.volumes.end())
      mount.errors().push_back(FieldError::not_found(mount.path().child("name"), name));
    if (path.empty()) mount["mountPath"].required();
    if (!paths.insert(path).second) mount["mountPath"].invalid(path, "must be unique");
    if (devices.contains(name)) mount["name"].invalid(name, "must not already exist in volumeDevices");
    if (has_path(devices, path)) {
      mount["mountPath"].invalid(path, "must not already exist as a path in volumeDevices");
    }
    check_sub_path(mount, mounts);
    check_propagation(mount, mounts, container);
    check_recursive_read_only(mount, mounts);
  });
}

void check_devices(const Field& container, const SpecFacts& facts, const Places& mounts) {
  Names names, paths;
  container["volumeDevices"].each([&](const Field& device) {
    Field name = device["name"], path = device["devicePath"];
    require_text(name);
    if (!name.text().empty() && names.contains(name.text())) name.invalid(name.text(), "must be unique");
    auto volume = facts.volumes.find(name.text());
    if (volume == facts.volumes.end()) {
      name.not_found();
    } else if (!is_block_source(*volume->second)) {
      name.invalid(name.text(),
                   "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
    }
    require_text(path);
    if (paths.contains(path.text())) path.invalid(path.text(), "must be unique");
    FieldErrors steps;
    check_no_backsteps(Field(path.value(), path.path(), steps));
    if (!steps.empty()) {
      path.invalid(path.text(), "can not contain backsteps ('..')");
    } else {
      paths.insert(path.text());
    }
    if (mounts.contains(name.text())) name.invalid(name.text(), "must not already exist in volumeMounts");
    if (has_path(mounts, path.text()))
      path.invalid(path.text(), "must not already exist as a path in volumeMounts");
    names.insert(name.text());
  });
}

}  // namespace

void check_mounts_and_devices(const Field& container, const SpecFacts& facts) {
  check_mounts(container, facts, places(container["volumeDevices"], "devicePath"));
  check_devices(container, facts, places(container["volumeMounts"], "mountPath"));
}

}  // namespace pedalion::registry::builtin::kinds::pods
