#include <algorithm>

#include "pedalion/registry/builtin/printers/printer.h"

namespace pedalion::registry::builtin::printers {
namespace {

constexpr rest::TableColumn kNodeColumns[] = {kNameColumn,
                                              column("Status"),
                                              column("Roles"),
                                              kAgeColumn,
                                              column("Version"),
                                              column("Internal-IP", 1),
                                              column("External-IP", 1),
                                              column("OS-Image", 1),
                                              column("Kernel-Version", 1),
                                              column("Container-Runtime", 1)};
constexpr rest::TableColumn kVolumeColumns[] = {
    kNameColumn,      column("Capacity"), column("Access Modes"), column("Reclaim Policy"),
    column("Status"), column("Claim"),    column("StorageClass"), column("VolumeAttributesClass"),
    column("Reason"), kAgeColumn,         column("VolumeMode", 1)};
constexpr rest::TableColumn kClaimColumns[] = {kNameColumn,
                                               column("Status"),
                                               column("Volume"),
                                               column("Capacity"),
                                               column("Access Modes"),
                                               column("StorageClass"),
                                               column("VolumeAttributesClass"),
                                               kAgeColumn,
                                               column("VolumeMode", 1)};
constexpr rest::TableColumn kStorageClassColumns[] = {kNameColumn,
                                                      column("Provisioner"),
                                                      column("ReclaimPolicy"),
                                                      column("VolumeBindingMode"),
                                                      column("AllowVolumeExpansion"),
                                                      kAgeColumn};
constexpr rest::TableColumn kDriverColumns[] = {kNameColumn,
                                                bool_column("AttachRequired"),
                                                bool_column("PodInfoOnMount"),
                                                bool_column("StorageCapacity"),
                                                column("TokenRequests"),
                                                bool_column("RequiresRepublish"),
                                                column("Modes"),
                                                kAgeColumn};
constexpr rest::TableColumn kCsiNodeColumns[] = {kNameColumn, number_column("Drivers"), kAgeColumn};
constexpr rest::TableColumn kAttachmentColumns[] = {kNameColumn,
                                                    {.name = "Attacher", .format = "name"},
                                                    column("PV"),
                                                    column("Node"),
                                                    bool_column("Attached"),
                                                    kAgeColumn};
constexpr rest::TableColumn kAttributesClassColumns[] = {kNameColumn, column("DriverName"), kAgeColumn};

std::string node_status(const Value& node) {
  std::vector<std::string> words;
  for (const Value& condition : items_of(node, {"status", "conditions"})) {
    if (condition.string_at({"type"}) == "Ready")
      words.emplace_back(condition.string_at({"status"}) == "True" ? "Ready" : "NotReady");
  }
  if (words.empty()) words.emplace_back("Unknown");
  const Value* unschedulable = node.at({"spec", "unschedulable"});
  if (unschedulable != nullptr && unschedulable->bool_or(false)) words.emplace_back("SchedulingDisabled");
  return joined(words);
}

std::string node_roles(const Value& node) {
  constexpr std::string_view kPrefix = "node-role.kubernetes.io/";
  std::vector<std::string> roles;
  const Value* labels = node.at({"metadata", "labels"});
  for (const auto& label : labels == nullptr ? std::span<const json::Member>() : labels->members()) {
    if (label.key().starts_with(kPrefix) && label.key().size() > kPrefix.size())
      roles.emplace_back(label.key().substr(kPrefix.size()));
    else if (label.key() == "kubernetes.io/role" && !label.value.string_or().empty())
      roles.emplace_back(label.value.string_or());
  }
  std::ranges::sort(roles);
  roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
  return roles.empty() ? "<none>" : joined(roles);
}

std::string_view node_address(const Value& node, std::string_view type) {
  for (const Value& address : items_of(node, {"status", "addresses"})) {
    if (address.string_at({"type"}) == type) return address.string_at({"address"});
  }
  return "<none>";
}

void print_node(Row& row) {
  const Value& node = row.object;
  std::string kernel(node.string_at({"status", "nodeInfo", "kernelVersion"}));
  auto architecture = node.string_at({"status", "nodeInfo", "architecture"});
  if (!kernel.empty() && !architecture.empty()) kernel += " (" + std::string(architecture) + ")";
  row.name();
  row.text(node_status(node));
  row.text(node_roles(node));
  row.age();
  row.field({"status", "nodeInfo", "kubeletVersion"});
  row.text(node_address(node, "InternalIP"));
  row.text(node_address(node, "ExternalIP"));
  row.field({"status", "nodeInfo", "osImage"}, "<unknown>");
  row.text(kernel.empty() ? "<unknown>" : kernel);
  row.field({"status", "nodeInfo", "containerRuntimeVersion"}, "<unknown>");
}

std::string access_modes(std::span<const Value> modes) {
  static constexpr std::pair<std::string_view, std::string_view> kShort[] = {{"ReadWriteOnce", "RWO"},
                                                                             {"ReadOnlyMany", "ROX"},
                                                                             {"ReadWriteMany", "RWX"},
                                                                             {"ReadWriteOncePod", "RWOP"}};
  std::vector<std::string> words;
  for (auto [mode, text] : kShort) {
    if (std::ranges::any_of(modes, [&](const Value& given) { return given.string_or() == mode; }))
      words.emplace_back(text);
  }
  return joined(words);
}

/// The class of a volume or claim: the old annotation goes before the field.
std::string_view storage_class(const Value& object) {
  auto annotated = object.string_at({"metadata", "annotations", "volume.beta.kubernetes.io/storage-class"});
  return annotated.empty() ? object.string_at({"spec", "storageClassName"}) : annotated;
}

std::string_view phase_of(const Value& object) {
  return object.at({"metadata", "deletionTimestamp"}) != nullptr ? "Terminating"
                                                                 : object.string_at({"status", "phase"});
}

void print_volume(Row& row) {
  const Value& volume = row.object;
  std::string claim(volume.string_at({"spec", "claimRef", "name"}));
  if (!claim.empty()) claim.insert(0, std::string(volume.string_at({"spec", "claimRef", "namespace"})) + "/");
  row.name();
  row.text(scalar_text(volume.at({"spec", "capacity", "storage"})));
  row.text(access_modes(items_of(volume, {"spec", "accessModes"})));
  row.field({"spec", "persistentVolumeReclaimPolicy"});
  row.text(phase_of(volume));
  row.text(claim);
  row.text(storage_class(volume));
  row.field({"spec", "volumeAttributesClassName"}, "<unset>");
  row.field({"status", "reason"});
  row.age();
  row.field({"spec", "volumeMode"}, "<unset>");
}

void print_claim(Row& row) {
  const Value& claim = row.object;
  bool bound = !claim.string_at({"spec", "volumeName"}).empty();
  row.name();
  row.text(phase_of(claim));
  row.field({"spec", "volumeName"});
  row.text(bound ? scalar_text(claim.at({"status", "capacity", "storage"})) : "");
  row.text(bound ? access_modes(items_of(claim, {"status", "accessModes"})) : "");
  row.text(storage_class(claim));
  row.field({"spec", "volumeAttributesClassName"}, "<unset>");
  row.age();
  row.field({"spec", "volumeMode"}, "<unset>");
}

void print_storage_class(Row& row) {
  const Value& given = row.object;
  auto is_default = [&](std::string_view key) {
    return given.string_at({"metadata", "annotations", key}) == "true";
  };
  bool marked = is_default("storageclass.kubernetes.io/is-default-class") ||
                is_default("storageclass.beta.kubernetes.io/is-default-class");
  const Value* expansion = given.find("allowVolumeExpansion");
  row.text(std::string(given.string_at({"metadata", "name"})) + (marked ? " (default)" : ""));
  row.field({"provisioner"});
  row.field({"reclaimPolicy"}, "Delete");
  row.field({"volumeBindingMode"}, "Immediate");
  row.boolean(expansion != nullptr && expansion->bool_or(false));
  row.age();
}

bool bool_at(const Value& object, std::initializer_list<std::string_view> path, bool fallback) {
  const Value* found = object.at(path);
  return found == nullptr ? fallback : found->bool_or(fallback);
}

void print_driver(Row& row) {
  const Value& driver = row.object;
  std::vector<std::string> audiences, modes;
  for (const Value& request : items_of(driver, {"spec", "tokenRequests"}))
    audiences.emplace_back(request.string_at({"audience"}));
  for (const Value& mode : items_of(driver, {"spec", "volumeLifecycleModes"}))
    modes.emplace_back(mode.string_or());
  row.name();
  row.boolean(bool_at(driver, {"spec", "attachRequired"}, true));
  row.boolean(bool_at(driver, {"spec", "podInfoOnMount"}, false));
  row.boolean(bool_at(driver, {"spec", "storageCapacity"}, false));
  row.text(audiences.empty() ? "<unset>" : joined(audiences));
  row.boolean(bool_at(driver, {"spec", "requiresRepublish"}, false));
  row.text(modes.empty() ? "<none>" : joined(modes));
  row.age();
}

void print_csi_node(Row& row) {
  row.name();
  row.number(static_cast<std::int64_t>(items_of(row.object, {"spec", "drivers"}).size()));
  row.age();
}

void print_attachment(Row& row) {
  row.name();
  row.field({"spec", "attacher"});
  row.field({"spec", "source", "persistentVolumeName"});
  row.field({"spec", "nodeName"});
  row.boolean(bool_at(row.object, {"status", "attached"}, false));
  row.age();
}

void print_attributes_class(Row& row) {
  const Value& given = row.object;
  bool marked =
      given.string_at({"metadata", "annotations", "storageclass.kubernetes.io/is-default-class"}) == "true";
  row.text(std::string(given.string_at({"metadata", "name"})) + (marked ? " (default)" : ""));
  row.field({"driverName"});
  row.age();
}

constexpr Printer kPrinters[] = {
    {"", "nodes", kNodeColumns, print_node},
    {"", "persistentvolumes", kVolumeColumns, print_volume},
    {"", "persistentvolumeclaims", kClaimColumns, print_claim},
    {"storage.k8s.io", "storageclasses", kStorageClassColumns, print_storage_class},
    {"storage.k8s.io", "csidrivers", kDriverColumns, print_driver},
    {"storage.k8s.io", "csinodes", kCsiNodeColumns, print_csi_node},
    {"storage.k8s.io", "volumeattachments", kAttachmentColumns, print_attachment},
    {"storage.k8s.io", "volumeattributesclasses", kAttributesClassColumns, print_attributes_class},
};

}  // namespace

std::span<const Printer> node_and_volume_printers() { return kPrinters; }

}  // namespace pedalion::registry::builtin::printers
