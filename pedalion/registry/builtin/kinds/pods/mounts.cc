// Where volumes are mounted in a container.
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

using Names = std::map<std::string_view, std::string_view>;  // of volumes, to the path

Names places(const Field& list, std::string_view path) {
  Names names;
  list.each([&](const Field& entry) { names[entry["name"].text()] = entry[path].text(); });
  return names;
}

bool has_path(const Names& names, std::string_view path) {
  for (const auto& [name, other] : names) {
    if (other == path) return true;
  }
  return false;
}

void check_propagation(const Field& mount, const Field& mounts, const Field& container) {
  static constexpr std::string_view kModes[] = {"Bidirectional", "HostToContainer", "None"};
  std::string_view mode = mount["mountPropagation"].text();
  if (mode.empty()) return;
  Field shown = mount["mountPropagation"].reported_at(mounts.path().child("mountPropagation"));
  check_one_of(shown, kModes);
  if (mode == "Bidirectional" && !container["securityContext"]["privileged"].flag()) {
    shown.forbidden("Bidirectional mount propagation is available only to privileged containers");
  }
}

void check_recursive_read_only(const Field& mount, const Field& mounts) {
  static constexpr std::string_view kModes[] = {"Disabled", "Enabled", "IfPossible"};
  std::string_view mode = mount["recursiveReadOnly"].text();
  if (mode.empty()) return;
  Field shown = mount["recursiveReadOnly"].reported_at(mounts.path().child("recursiveReadOnly"));
  check_one_of(shown, kModes);
  if (mode != "Enabled" && mode != "IfPossible") return;
  if (!mount["readOnly"].flag()) shown.forbidden("may only be specified when readOnly is true");
  std::string_view propagation = mount["mountPropagation"].text();
  if (!propagation.empty() && propagation != "None") {
    shown.forbidden("may only be specified when mountPropagation is None or not specified");
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

void check_mounts(const Field& container, const SpecFacts& facts, const Names& devices) {
  Field mounts = container["volumeMounts"];
  std::set<std::string_view> paths;
  mounts.each([&](const Field& mount) {
    std::string_view name = mount["name"].text(), path = mount["mountPath"].text();
    if (name.empty()) mount["name"].required();
    auto volume = facts.volumes.find(name);
    if (volume == facts.volumes.end())
      mount.errors().push_back(FieldError::not_found(mount.path().child("name"), name));
    if (path.empty()) mount["mountPath"].required();
    if (!paths.insert(path).second) mount["mountPath"].invalid(path, "must be unique");
    if (devices.contains(name)) mount["name"].invalid(name, "must not already exist in volumeDevices");
    if (!path.empty() && has_path(devices, path)) {
      mount["mountPath"].invalid(path, "must not already exist as a path in volumeDevices");
    }
    check_sub_path(mount, mounts);
    check_propagation(mount, mounts, container);
    check_recursive_read_only(mount, mounts);
  });
}

void check_devices(const Field& container, const SpecFacts& facts, const Names& mounts) {
  std::set<std::string_view> names, paths;
  container["volumeDevices"].each([&](const Field& device) {
    Field name = device["name"], path = device["devicePath"];
    if (name.text().empty()) name.required();
    if (!names.insert(name.text()).second) name.invalid(name.text(), "must be unique");
    auto volume = facts.volumes.find(name.text());
    if (volume == facts.volumes.end()) {
      device.errors().push_back(FieldError::not_found(name.path(), name.text()));
    } else if (!is_block_source(*volume->second)) {
      name.invalid(name.text(),
                   "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
    }
    if (mounts.contains(name.text())) name.invalid(name.text(), "must not already exist in volumeMounts");
    if (path.text().empty()) path.required();
    if (!path.text().empty() && !paths.insert(path.text()).second)
      path.invalid(path.text(), "must be unique");
    if (!path.text().empty() && path.text().find("..") != path.text().npos) {
      path.invalid(path.text(), "can not contain backsteps ('..')");
    }
    if (!path.text().empty() && has_path(mounts, path.text())) {
      path.invalid(path.text(), "must not already exist as a path in volumeMounts");
    }
  });
}

}  // namespace

void check_mounts_and_devices(const Field& container, const SpecFacts& facts) {
  check_mounts(container, facts, places(container["volumeDevices"], "devicePath"));
  check_devices(container, facts, places(container["volumeMounts"], "mountPath"));
}

}  // namespace pedalion::registry::builtin::kinds::pods
