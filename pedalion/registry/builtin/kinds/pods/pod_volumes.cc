// The volumes of a pod: each has one source.
#include <algorithm>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

void check_mode(const Field& mode) {
  if (!mode || (mode.number() >= 0 && mode.number() <= 0777)) return;
  mode.invalid("must be a number between 0 and 0777 (octal), both inclusive");
}

/// Not in a parent, and not a name that a kubelet keeps for itself.
void check_volume_path(const Field& path) {
  check_local_path(path);
  if (path.text().starts_with("..") && path.text() != ".." && !path.text().starts_with("../")) {
    path.invalid(path.text(), "must not start with '..'");
  }
}

void check_items(const Field& items) {
  items.each([](const Field& item) {
    require_text(item["key"]);
    if (require_text(item["path"])) check_volume_path(item["path"]);
    check_mode(item["mode"]);
  });
}

void check_host_path(const Field& source) {
  static constexpr std::string_view kTypes[] = {
      "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"};
  if (!require_text(source["path"])) return;
  std::string_view path = source["path"].text();
  for (std::size_t begin = 0; begin <= path.size();) {
    std::size_t end = std::min(path.find('/', begin), path.size());
    if (path.substr(begin, end - begin) == "..") {
      source["path"].invalid(path, "must not contain '..'");
      break;
    }
    begin = end + 1;
  }
  if (source["type"] && std::ranges::find(kTypes, source["type"].text()) == std::end(kTypes))
    source["type"].not_supported(kTypes);
}

void check_empty_dir(const Field& source) {
  Field limit = source["sizeLimit"];
  if (limit && quantity_of(limit).sign() < 0)
    limit.forbidden("SizeLimit field must be a valid resource quantity");
}

void check_git_repo(const Field& source) {
  require_text(source["repository"]);
  if (!source["directory"].text().empty()) check_volume_path(source["directory"]);
}

void check_secret(const Field& source) {
  require_text(source["secretName"]);
  check_mode(source["defaultMode"]);
  check_items(source["items"]);
}

void check_config_map(const Field& source) {
  require_text(source["name"]);
  check_mode(source["defaultMode"]);
  check_items(source["items"]);
}

void check_nfs(const Field& source) {
  require_text(source["server"]);
  require_text(source["path"]);
  if (!source["path"].text().starts_with('/'))
    source["path"].invalid(source["path"].text(), "must be an absolute path");
}

void check_iscsi(const Field& source) {
  require_text(source["targetPortal"]);
  Field iqn = source["iqn"];
  if (require_text(iqn)) {
    if (!iqn.text().starts_with("iqn") && !iqn.text().starts_with("eui") && !iqn.text().starts_with("naa")) {
      iqn.invalid(iqn.text(), "must be valid format starting with iqn, eui, or naa");
    }
  }
  check_range(source["lun"], 0, 255);
  bool chap = source["chapAuthDiscovery"].flag() || source["chapAuthSession"].flag();
  if (chap && !source["secretRef"]) source["secretRef"].required();
}

void check_downward_item(const Field& item, const Field& at) {
  static constexpr std::string_view kPaths[] = {"metadata.annotations", "metadata.labels", "metadata.name",
                                                "metadata.namespace", "metadata.uid"};
  // Errors stand at the volume's source, not at the item.
  Field shown(item.value(), at.path(), at.errors());
  if (require_text(shown["path"])) check_volume_path(shown["path"]);
  Field field = shown["fieldRef"], resource = shown["resourceFieldRef"];
  if (field) {
    Field path = field["fieldPath"];
    if (require_text(path)) {
      auto [name, subscript] = split_subscript(path.text());
      bool map = name == "metadata.annotations" || name == "metadata.labels";
      if (subscript && !map) {
        path.invalid(path.text(), "does not support subscript");
      } else if (subscript) {
        for (const std::string& problem : meta::qualified_name_problems(*subscript))
          path.invalid(path.text(), problem);
      } else if (std::ranges::find(kPaths, name) == std::end(kPaths)) {
        path.not_supported(kPaths);
      }
    }
    if (resource)
      shown.invalid("resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
  } else if (resource) {
    check_resource_field_ref(resource, true);
  } else {
    shown.required("one of fieldRef and resourceFieldRef is required");
  }
  check_mode(shown["mode"]);
}

void check_downward(const Field& source) {
  check_mode(source["defaultMode"]);
  source["items"].each([&](const Field& item) { check_downward_item(item, source); });
}

void check_token_source(const Field& token, const Field& projected) {
  Field seconds = token["expirationSeconds"];
  if (seconds && seconds.number() < 600) seconds.invalid("may not specify a duration less than 10 minutes");
  if (seconds && seconds.number() > (std::int64_t{1} << 32))
    seconds.invalid("may not specify a duration larger than 2^32 seconds");
  Field path = token["path"].reported_at(projected.path().child("path"));
  if (require_text(path)) check_volume_path(path);
}

struct Paths {
  std::set<std::string_view> seen;
  void add(const Field& projected, std::string_view source_name, std::string_view path) {
    if (path.empty() || seen.insert(path).second) return;
    projected.invalid(source_name, "conflicting duplicate paths");
  }
};

void check_projected_source(const Field& source, const Field& projected, Paths& paths) {
  int sources = 0;
  auto begins = [&](std::string_view kind) {
    if (!source[kind]) return false;
    if (sources++ == 0) return true;
    source.forbidden("may not specify more than 1 volume type per source");
    return false;
  };
  auto add_items = [&](const Field& ref) {
    ref["items"].each(
        [&](const Field& item) { paths.add(projected, ref["name"].text(), item["path"].text()); });
  };
  for (std::string_view kind : {"secret", "configMap"}) {
    if (!begins(kind)) continue;
    require_text(source[kind]["name"]);
    check_items(source[kind]["items"]);
    add_items(source[kind]);
  }
  if (begins("downwardAPI")) {
    source["downwardAPI"]["items"].each([&](const Field& item) {
      check_downward_item(item, source["downwardAPI"]);
      paths.add(projected, item["path"].text(), item["path"].text());
    });
  }
  if (begins("serviceAccountToken")) {
    check_token_source(source["serviceAccountToken"], projected);
    paths.add(projected, source["serviceAccountToken"]["path"].text(),
              source["serviceAccountToken"]["path"].text());
  }
  if (begins("clusterTrustBundle")) {
    Field bundle = source["clusterTrustBundle"];
    if (!bundle["name"] && !bundle["signerName"])
      bundle.required("either name or signerName must be specified");
    if (require_text(bundle["path"])) check_volume_path(bundle["path"]);
  }
}

void check_projected(const Field& source) {
  check_mode(source["defaultMode"]);
  Paths paths;
  source["sources"].each([&](const Field& one) { check_projected_source(one, source, paths); });
}

void check_csi(const Field& source) {
  if (require_text(source["driver"])) {
    if (source["driver"].text().size() > 63) source["driver"].too_long(63);
    std::string lower(source["driver"].text());
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (const std::string& problem : meta::dns_subdomain_problems(lower))
      source["driver"].invalid(source["driver"].text(), problem);
  }
  Field secret = source["nodePublishSecretRef"];
  if (secret) require_text(secret["name"]);
}

void check_claim_template(const Field& source) {
  Field wanted = source["volumeClaimTemplate"];
  if (!wanted) {
    wanted.required();
    return;
  }
  for (std::string_view name : {"name", "generateName", "namespace", "uid"}) {
    if (!wanted["metadata"][name].text().empty()) wanted["metadata"][name].forbidden("cannot be set");
  }
  Field spec = wanted["spec"];
  if (spec["accessModes"].empty()) spec["accessModes"].required("at least 1 access mode is required");
  static constexpr std::string_view kModes[] = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce",
                                                "ReadWriteOncePod"};
  spec["accessModes"].each([&](const Field& mode) {
    if (std::ranges::find(kModes, mode.text()) == std::end(kModes)) {
      spec.errors().push_back(FieldError::not_supported(spec["accessModes"].path(), mode.text(), kModes));
    }
  });
  Field storage =
      spec["resources"]["requests"]["storage"].reported_at(spec["resources"].path().key("storage"));
  if (!storage) {
    storage.required();
  } else {
    check_positive_quantity(storage);
  }
}

void require_texts(const Field& source, std::initializer_list<std::string_view> names) {
  for (std::string_view name : names) require_text(source[name]);
}

void check_rbd(const Field& source) {
  if (source["monitors"].empty()) source["monitors"].required();
  require_text(source["image"]);
}

void check_glusterfs(const Field& source) { require_texts(source, {"endpoints", "path"}); }
void check_cephfs(const Field& source) {
  if (source["monitors"].empty()) source["monitors"].required();
}
void check_claim(const Field& source) { require_text(source["claimName"]); }
void check_image(const Field& source) {
  static constexpr std::string_view kPolicies[] = {"Always", "IfNotPresent", "Never"};
  require_text(source["reference"]);
  check_one_of(source["pullPolicy"], kPolicies);
}
void check_gce(const Field& source) {
  require_text(source["pdName"]);
  check_range(source["partition"], 0, 255);
}
void check_aws(const Field& source) {
  require_text(source["volumeID"]);
  check_range(source["partition"], 0, 255);
}
void check_cinder(const Field& source) { require_text(source["volumeID"]); }
void check_flocker(const Field& source) {
  bool name = !source["datasetName"].text().empty(), uuid = !source["datasetUUID"].text().empty();
  if (!name && !uuid) source.required("one of datasetName and datasetUUID is required");
  if (name && uuid)
    source.invalid("resource", "datasetName and datasetUUID can not be specified simultaneously");
}
void check_flex(const Field& source) { require_text(source["driver"]); }
void check_azure_file(const Field& source) { require_texts(source, {"secretName", "shareName"}); }
void check_azure_disk(const Field& source) { require_texts(source, {"diskName", "diskURI"}); }
void check_vsphere(const Field& source) { require_text(source["volumePath"]); }
void check_photon(const Field& source) { require_text(source["pdID"]); }
void check_portworx(const Field& source) { require_text(source["volumeID"]); }
void check_quobyte(const Field& source) { require_texts(source, {"registry", "volume"}); }
void check_storageos(const Field& source) { require_text(source["volumeName"]); }
void check_scale_io(const Field& source) { require_texts(source, {"gateway", "system", "volumeName"}); }
void check_fc(const Field& source) {
  if (source["targetWWNs"].empty() && source["wwids"].empty()) {
    source["targetWWNs"].required("must specify either targetWWNs or wwids, but not both");
  }
}

struct SourceRule {
  std::string_view name;
  void (*check)(const Field& source);
};

// In the order in which a second one is found.
constexpr SourceRule kSources[] = {{"emptyDir", check_empty_dir},
                                   {"hostPath", check_host_path},
                                   {"gitRepo", check_git_repo},
                                   {"gcePersistentDisk", check_gce},
                                   {"awsElasticBlockStore", check_aws},
                                   {"secret", check_secret},
                                   {"nfs", check_nfs},
                                   {"iscsi", check_iscsi},
                                   {"glusterfs", check_glusterfs},
                                   {"flocker", check_flocker},
                                   {"persistentVolumeClaim", check_claim},
                                   {"rbd", check_rbd},
                                   {"cinder", check_cinder},
                                   {"cephfs", check_cephfs},
                                   {"quobyte", check_quobyte},
                                   {"downwardAPI", check_downward},
                                   {"fc", check_fc},
                                   {"flexVolume", check_flex},
                                   {"configMap", check_config_map},
                                   {"azureFile", check_azure_file},
                                   {"vsphereVolume", check_vsphere},
                                   {"photonPersistentDisk", check_photon},
                                   {"portworxVolume", check_portworx},
                                   {"azureDisk", check_azure_disk},
                                   {"storageos", check_storageos},
                                   {"projected", check_projected},
                                   {"scaleIO", check_scale_io},
                                   {"csi", check_csi},
                                   {"ephemeral", check_claim_template},
                                   {"image", check_image}};

void check_source(const Field& volume) {
  int sources = 0;
  for (const SourceRule& rule : kSources) {
    Field source = volume[rule.name];
    if (!source) continue;
    if (sources++ > 0) {
      source.forbidden("may not specify more than 1 volume type");
    } else {
      rule.check(source);
    }
  }
  if (sources == 0) volume.required("must specify a volume type");
}

void check_claim_name(const Field& volume, std::string_view pod_name) {
  if (!volume["ephemeral"] || pod_name.empty()) return;
  std::string claim = std::string(pod_name) + "-" + std::string(volume["name"].text());
  for (const std::string& problem : meta::dns_subdomain_problems(claim)) {
    volume["name"].invalid(volume["name"].text(), "PVC name \"" + claim + "\": " + problem);
  }
}

}  // namespace

void check_local_path(const Field& path) {
  std::string_view text = path.text();
  if (text.starts_with('/')) path.invalid(text, "must be a relative path");
  for (std::size_t begin = 0; begin <= text.size();) {
    std::size_t end = std::min(text.find('/', begin), text.size());
    if (text.substr(begin, end - begin) == "..") {
      path.invalid(text, "must not contain '..'");
      return;
    }
    begin = end + 1;
  }
}

bool is_block_source(const Value& volume) {
  return volume.find("persistentVolumeClaim") != nullptr || volume.find("ephemeral") != nullptr;
}

void check_volumes(const Field& volumes, std::string_view pod_name, std::string_view service_account) {
  std::set<std::string_view> names;
  volumes.each([&](const Field& volume) {
    std::size_t before = volume.errors_so_far();
    FieldErrors of_source;
    check_source(Field(volume.value(), volume.path(), of_source));
    Field name = volume["name"];
    if (require_text(name)) check_name(name, meta::dns_label_problems);
    if (volume.errors_so_far() == before && !names.insert(name.text()).second) name.duplicate();
    if (volume.errors_so_far() == before) check_claim_name(volume, pod_name);
    volume.errors().insert(volume.errors().begin() + static_cast<std::ptrdiff_t>(before), of_source.begin(),
                           of_source.end());
  });
  if (!service_account.empty()) return;
  volumes.each([](const Field& volume) {
    volume["projected"]["sources"].each([](const Field& source) {
      Field token = source["serviceAccountToken"];
      if (token) token.forbidden("must not be specified when serviceAccountName is not set");
    });
  });
}

}  // namespace pedalion::registry::builtin::kinds::pods
