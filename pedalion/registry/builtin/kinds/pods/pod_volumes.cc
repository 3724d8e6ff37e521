// The volumes of a pod: each has one source.
#include <algorithm>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"
#include "pedalion/registry/builtin/kinds/volume_sources.h"
#include "pedalion/registry/builtin/kinds/volumes/claims.h"

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

void check_claim_template(const Field& source) {
  Field wanted = source["volumeClaimTemplate"];
  if (!wanted) {
    wanted.required();
    return;
  }
  for (std::string_view name : {"name", "generateName", "namespace", "uid"}) {
    if (!wanted["metadata"][name].text().empty()) wanted["metadata"][name].forbidden("cannot be set");
  }
  volumes::check_claim_spec(wanted["spec"]);
}

void check_claim(const Field& source) { require_text(source["claimName"]); }
void check_image(const Field& source) {
  static constexpr std::string_view kPolicies[] = {"Always", "IfNotPresent", "Never"};
  require_text(source["reference"]);
  check_one_of(source["pullPolicy"], kPolicies);
}
struct SourceRule {
  std::string_view name;
  void (*check)(const Field& source) = nullptr;  // null: one that persistent volumes have, too
};

// In the order in which a second one is found.
constexpr SourceRule kSources[] = {{"emptyDir", check_empty_dir},
                                   {"hostPath"},
                                   {"gitRepo", check_git_repo},
                                   {"gcePersistentDisk"},
                                   {"awsElasticBlockStore"},
                                   {"secret", check_secret},
                                   {"nfs"},
                                   {"iscsi"},
                                   {"glusterfs"},
                                   {"flocker"},
                                   {"persistentVolumeClaim", check_claim},
                                   {"rbd"},
                                   {"cinder"},
                                   {"cephfs"},
                                   {"quobyte"},
                                   {"downwardAPI", check_downward},
                                   {"fc"},
                                   {"flexVolume"},
                                   {"configMap", check_config_map},
                                   {"azureFile"},
                                   {"vsphereVolume"},
                                   {"photonPersistentDisk"},
                                   {"portworxVolume"},
                                   {"azureDisk"},
                                   {"storageos"},
                                   {"projected", check_projected},
                                   {"scaleIO"},
                                   {"csi"},
                                   {"ephemeral", check_claim_template},
                                   {"image", check_image}};

void check_source(const Field& volume) {
  int sources = 0;
  for (const SourceRule& rule : kSources) {
    Field source = volume[rule.name];
    if (!source) continue;
    if (sources++ > 0) {
      source.forbidden("may not specify more than 1 volume type");
    } else if (rule.check != nullptr) {
      rule.check(source);
    } else {
      check_volume_source(rule.name, source, VolumeOwner::kPod, volume["name"].text());
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
  check_no_backsteps(path);
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
