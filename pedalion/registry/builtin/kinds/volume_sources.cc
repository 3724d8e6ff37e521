#include "pedalion/registry/builtin/kinds/volume_sources.h"

#include <algorithm>
#include <cctype>
#include <ranges>
#include <string>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"

namespace pedalion::registry::builtin::kinds {

namespace {

/// What a source's check is told besides the source.
struct Context {
  VolumeOwner owner;
  std::string_view volume_name;
  bool persistent() const { return owner == VolumeOwner::kPersistentVolume; }
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool alphanumeric(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) != 0; });
}

bool digits(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

void require_texts(const Field& source, std::initializer_list<std::string_view> members) {
  for (std::string_view member : members) require_text(source[member]);
}

/// The secret's name, and its namespace where it has one of its own.
void check_secret(const Field& source, const Context& context) {
  Field secret = source["secretRef"];
  if (!secret) return;
  require_text(secret["name"]);
  if (context.persistent()) require_text(secret["namespace"]);
}

void check_host_path(const Field& source, const Context&) {
  static constexpr std::string_view kTypes[] = {
      "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"};
  if (!require_text(source["path"])) return;
  check_no_backsteps(source["path"]);
  check_one_of(source["type"], kTypes);
}

void check_disk(const Field& source, std::string_view name) {
  require_text(source[name]);
  std::int64_t partition = source["partition"].number();
  if (partition >= 0 && partition <= 255) return;
  source["partition"].invalid("must be between 1 and 255, inclusive");
}
void check_gce(const Field& source, const Context&) { check_disk(source, "pdName"); }
void check_aws(const Field& source, const Context&) { check_disk(source, "volumeID"); }

void check_glusterfs(const Field& source, const Context& context) {
  require_texts(source, {"endpoints", "path"});
  Field ns = source["endpointsNamespace"];
  if (!context.persistent() || !ns) return;
  if (ns.text().empty()) {
    return ns.invalid("if the endpointnamespace is set, it must be a valid namespace name");
  }
  check_name(ns, meta::dns_label_problems);
}

void check_nfs(const Field& source, const Context&) {
  require_texts(source, {"server", "path"});
  if (!source["path"].text().starts_with('/')) {
    source["path"].invalid(source["path"].text(), "must be an absolute path");
  }
}

void check_rbd(const Field& source, const Context&) {
  if (source["monitors"].empty()) source["monitors"].required();
  require_text(source["image"]);
}

void check_cephfs(const Field& source, const Context&) {
  if (source["monitors"].empty()) source["monitors"].required();
}

void check_cinder(const Field& source, const Context& context) {
  require_text(source["volumeID"]);
  check_secret(source, context);
}

/// As net.SplitHostPort wants it.
bool is_host_and_port(std::string_view text) {
  std::size_t colon = text.rfind(':');
  if (colon == text.npos) return false;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[')) return host.size() > 1 && host.find(']') == host.size() - 1;
  return host.find_first_of(":[]") == host.npos && text.find_first_of("[]", colon) == text.npos;
}

void check_quobyte(const Field& source, const Context&) {
  constexpr std::string_view kPairs = "must be a host:port pair or multiple pairs separated by commas";
  Field registry = source["registry"], tenant = source["tenant"];
  if (registry.text().empty()) {
    registry.required(kPairs);
  } else if (tenant.text().size() >= 65) {
    tenant.required("must be a UUID and may not exceed a length of 64 characters");
  } else {
    for (auto part : std::views::split(registry.text(), ',')) {
      if (!is_host_and_port(std::string_view(part.begin(), part.end()))) registry.invalid(kPairs);
    }
  }
  require_text(source["volume"]);
}

void check_flocker(const Field& source, const Context&) {
  Field name = source["datasetName"], uid = source["datasetUUID"];
  bool named = !name.text().empty(), numbered = !uid.text().empty();
  if (!named && !numbered) source.required("one of datasetName and datasetUUID is required");
  if (named && numbered) {
    source.invalid("resource", "datasetName and datasetUUID can not be specified simultaneously");
  }
  if (name.text().find('/') != std::string_view::npos) name.invalid("must not contain '/'");
}

/// "iqn.2001-04.com.example:storage".
bool is_dated_name(std::string_view name) {
  if (name.size() < 12 || !name.starts_with("iqn.") || !digits(name.substr(4, 4)) || name[8] != '-' ||
      !digits(name.substr(9, 2)) || name[11] != '.') {
    return false;
  }
  std::string_view rest = name.substr(12), authority = rest.substr(0, rest.find(':'));
  if (authority.empty() || authority.size() + 1 >= rest.size()) return false;
  bool known = std::ranges::all_of(
      authority, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.'; });
  return known && rest.find_first_of(",;*&$| \t\n\r\f\v", authority.size() + 1) == rest.npos;
}

bool is_iscsi_name(std::string_view name) {
  if (name.starts_with("iqn")) return is_dated_name(name);
  if (name.starts_with("eui")) return name.size() == 20 && alphanumeric(name.substr(4));
  return name.starts_with("naa") && name.size() == 36 && alphanumeric(name.substr(4));
}

bool has_iscsi_prefix(std::string_view name) {
  return name.starts_with("iqn") || name.starts_with("eui") || name.starts_with("naa");
}

void check_iscsi_name(const Field& name, const Context& context) {
  if (is_iscsi_name(name.text())) return;
  bool prefixed = context.persistent() || has_iscsi_prefix(name.text());
  name.invalid(name.text(),
               prefixed ? "must be valid format" : "must be valid format starting with iqn, eui, or naa");
}

void check_iscsi(const Field& source, const Context& context) {
  Field portal = source["targetPortal"], iqn = source["iqn"], initiator = source["initiatorName"];
  require_text(portal);
  if (context.persistent() && initiator && context.volume_name.size() + 1 + portal.text().size() > 64) {
    portal.reported_at(source.path().child("targetportal"))
        .invalid(portal.text(),
                 "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if "
                 "iscsi.initiatorName is specified.");
  }
  if (require_text(iqn)) check_iscsi_name(iqn, context);
  check_range(source["lun"], 0, 255);
  Field secret = source["secretRef"];
  if (!secret && (source["chapAuthDiscovery"].flag() || source["chapAuthSession"].flag())) secret.required();
  if (secret && context.persistent()) require_text(secret["name"]);
  if (initiator) check_iscsi_name(initiator.reported_at(source.path().child("initiatorname")), context);
}

void check_fibre_channel(const Field& source, const Context&) {
  Field targets = source["targetWWNs"], names = source["wwids"], lun = source["lun"];
  if (targets.empty() && names.empty()) {
    targets.required("must specify either targetWWNs or wwids, but not both");
  }
  if (!targets.empty() && !names.empty()) {
    targets.invalid("targetWWNs and wwids can not be specified simultaneously");
  }
  if (targets.empty()) return;
  if (!lun) return lun.required("lun is required if targetWWNs is specified");
  check_range(lun, 0, 255);
}

void check_flex(const Field& source, const Context&) {
  require_text(source["driver"]);
  source["options"].each_entry([](std::string_view key, const Field& option) {
    std::string domain = "." + lower(key.substr(0, key.find('/')));
    if (!domain.ends_with(".kubernetes.io") && !domain.ends_with(".k8s.io")) return;
    option.invalid(key, "kubernetes.io and k8s.io namespaces are reserved");
  });
}

void check_azure_file(const Field& source, const Context& context) {
  require_texts(source, {"secretName", "shareName"});
  if (context.persistent() && source["secretNamespace"]) require_text(source["secretNamespace"]);
}

void check_azure_disk(const Field& source, const Context&) {
  static constexpr std::string_view kCaching[] = {"None", "ReadOnly", "ReadWrite"};
  static constexpr std::string_view kKinds[] = {"Dedicated", "Managed", "Shared"};
  static constexpr std::string_view kManaged[] = {
      "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"};
  static constexpr std::string_view kBlob[] = {
      "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"};
  require_texts(source, {"diskName", "diskURI"});
  check_one_of(source["cachingMode"], kCaching);
  check_one_of(source["kind"], kKinds);
  if (!source["kind"]) return;
  Field uri = source["diskURI"];
  bool managed = source["kind"].text() == "Managed";
  if (managed && !uri.text().starts_with("/subscriptions/")) uri.not_supported(kManaged);
  if (!managed && !uri.text().starts_with("https://")) uri.not_supported(kBlob);
}

void check_vsphere(const Field& source, const Context&) { require_text(source["volumePath"]); }
void check_photon(const Field& source, const Context&) { require_text(source["pdID"]); }
void check_portworx(const Field& source, const Context&) { require_text(source["volumeID"]); }
void check_scale_io(const Field& source, const Context&) {
  require_texts(source, {"gateway", "system", "volumeName"});
}

void check_storage_os(const Field& source, const Context& context) {
  require_name(source["volumeName"], meta::dns_label_problems);
  if (!source["volumeNamespace"].text().empty()) {
    check_name(source["volumeNamespace"], meta::dns_label_problems);
  }
  check_secret(source, context);
}

void check_reference(const Field& secret) {
  if (!secret) return;
  require_name(secret["name"], meta::dns_subdomain_problems);
  require_name(secret["namespace"], meta::dns_label_problems);
}

void check_csi(const Field& source, const Context& context) {
  check_csi_driver_name(source["driver"]);
  if (context.persistent()) {
    require_text(source["volumeHandle"]);
    for (std::string_view member : {"controllerPublishSecretRef", "controllerExpandSecretRef",
                                    "nodePublishSecretRef", "nodeExpandSecretRef"}) {
      check_reference(source[member]);
    }
    return;
  }
  Field name = source.at({"nodePublishSecretRef", "name"});
  if (!source["nodePublishSecretRef"] || !require_text(name)) return;
  check_name(name.reported_at(source.path().child("name")), meta::dns_subdomain_problems);
}

struct Source {
  std::string_view member;
  void (*check)(const Field& source, const Context& context);
};
constexpr Source kSources[] = {
    {"hostPath", check_host_path},
    {"gcePersistentDisk", check_gce},
    {"awsElasticBlockStore", check_aws},
    {"glusterfs", check_glusterfs},
    {"flocker", check_flocker},
    {"nfs", check_nfs},
    {"rbd", check_rbd},
    {"quobyte", check_quobyte},
    {"cephfs", check_cephfs},
    {"iscsi", check_iscsi},
    {"cinder", check_cinder},
    {"fc", check_fibre_channel},
    {"flexVolume", check_flex},
    {"azureFile", check_azure_file},
    {"vsphereVolume", check_vsphere},
    {"photonPersistentDisk", check_photon},
    {"portworxVolume", check_portworx},
    {"azureDisk", check_azure_disk},
    {"scaleIO", check_scale_io},
    {"storageos", check_storage_os},
    {"csi", check_csi},
};

}  // namespace

bool check_volume_source(std::string_view member, const Field& source, VolumeOwner owner,
                         std::string_view volume_name) {
  auto found = std::ranges::find(kSources, member, &Source::member);
  if (found == std::end(kSources)) return false;
  found->check(source, {owner, volume_name});
  return true;
}

void check_csi_driver_name(const Field& name) {
  if (!require_text(name)) return;
  if (name.text().size() > 63) name.too_long(63);
  for (const std::string& problem : meta::dns_subdomain_problems(lower(name.text()))) {
    name.invalid(name.text(), problem);
  }
}

void check_no_backsteps(const Field& path) {
  for (auto part : std::views::split(path.text(), '/')) {
    if (std::string_view(part.begin(), part.end()) != "..") continue;
    return path.invalid(path.text(), "must not contain '..'");
  }
}

}  // namespace pedalion::registry::builtin::kinds
