// The volumes of a pod: each has one source.
#include <algorithm>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"
#include "pedalion/registry/builtin/kinds/template_metadata.h"
#include "pedalion/registry/builtin/kinds/volume_sources.h"
#include "pedalion/registry/builtin/kinds/volumes/claims.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

void check_empty_dir(const Field& source, const SpecFacts&) {
  Field limit = source["sizeLimit"];
  if (limit && quantity_of(limit).sign() < 0)
    limit.forbidden("SizeLimit field must be a valid resource quantity");
}

void check_git_repo(const Field& source, const SpecFacts&) {
  require_text(source["repository"]);
  check_local_path(source["directory"]);
}

/// Secrets and config maps: some of their items, as files.
void check_files(const Field& source, std::string_view name) {
  require_text(source[name]);
  check_file_mode(source["defaultMode"]);
  source["items"].each(check_item);
}
void check_secret(const Field& source, const SpecFacts&) { check_files(source, "secretName"); }
void check_config_map(const Field& source, const SpecFacts&) { check_files(source, "name"); }
void check_claim(const Field& source, const SpecFacts&) { require_text(source["claimName"]); }
void check_downward(const Field& source, const SpecFacts&) { check_downward_volume(source); }
void check_projected(const Field& source, const SpecFacts&) { check_projected_volume(source); }

void check_image(const Field& source, const SpecFacts& facts) {
  static constexpr std::string_view kPolicies[] = {"Always", "IfNotPresent", "Never"};
  if (facts.of_pod) require_text(source["reference"]);
  require_one_of(source["pullPolicy"], kPolicies);
}

void check_claim_template(const Field& source, const SpecFacts&) {
  Field wanted = source["volumeClaimTemplate"];
  if (!wanted) return wanted.required();
  check_template_metadata(wanted["metadata"]);
  volumes::check_claim_spec(wanted["spec"]);
}

struct SourceRule {
  std::string_view name;
  void (*check)(const Field& source, const SpecFacts& facts) = nullptr;  // null: as persistent volumes' are
  std::string_view shown = {};      // in paths of its own errors, where that is another name
  std::string_view shown_too = {};  // the same, of the error that there is another source
};

// In the order in which a second one is found.
constexpr SourceRule kSources[] = {
    {"emptyDir", check_empty_dir},
    {"hostPath"},
    {"gitRepo", check_git_repo},
    {.name = "gcePersistentDisk", .shown = "persistentDisk"},
    {"awsElasticBlockStore"},
    {"secret", check_secret},
    {"nfs"},
    {"iscsi"},
    {"glusterfs"},
    {"flocker"},
    {"persistentVolumeClaim", check_claim},
    {"rbd"},
    {"cinder"},
    {.name = "cephfs", .shown_too = "cephFS"},
    {"quobyte"},
    {.name = "downwardAPI", .check = check_downward, .shown_too = "downwarAPI"},
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
    {"image", check_image},
};

void check_portal_length(const Field& volume) {
  Field iscsi = volume["iscsi"], name = volume["name"];
  if (!iscsi["initiatorName"] || name.text().size() + 1 + iscsi["targetPortal"].text().size() <= 64) return;
  name.invalid(name.text(),
               "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if "
               "iscsi.initiatorName is specified.");
}

/// The claim that is made for an ephemeral volume is named after both.
std::string claim_of(const Field& volume, std::string_view pod_name) {
  if (!volume["ephemeral"] || pod_name.empty() || volume["name"].text().empty()) return {};
  return std::string(pod_name) + "-" + std::string(volume["name"].text());
}

void check_claim_name(const Field& volume, std::string_view pod_name) {
  std::string claim = claim_of(volume, pod_name);
  if (claim.empty()) return;
  for (const std::string& problem : meta::dns_subdomain_problems(claim)) {
    volume["name"].invalid(volume["name"].text(), "PVC name " + meta::go_quoted(claim) + ": " + problem);
  }
}

void check_source(const Field& volume, const SpecFacts& facts) {
  int sources = 0;
  for (const SourceRule& rule : kSources) {
    Field source = volume[rule.name];
    if (!source) continue;
    if (sources++ > 0) {
      source.reported_at(volume.path().child(rule.shown_too.empty() ? rule.name : rule.shown_too))
          .forbidden("may not specify more than 1 volume type");
    } else if (rule.check != nullptr) {
      rule.check(source, facts);
      if (rule.name == "ephemeral") check_claim_name(volume, facts.pod_name);
    } else {
      check_volume_source(
          rule.name, source.reported_at(volume.path().child(rule.shown.empty() ? rule.name : rule.shown)),
          VolumeOwner::kPod, volume["name"].text());
    }
    if (rule.name == "iscsi") check_portal_length(volume);
  }
  if (sources == 0) volume.required("must specify a volume type");
}

}  // namespace

void check_file_mode(const Field& mode) {
  if (!mode || (mode.number() >= 0 && mode.number() <= 0777)) return;
  mode.invalid("must be a number between 0 and 0777 (octal), both inclusive");
}

void check_local_path(const Field& path) {
  if (path.text().starts_with('/')) path.invalid(path.text(), "must be a relative path");
  check_no_backsteps(path);
}

void check_volume_path(const Field& path) {
  check_local_path(path);
  // One that has been refused for its steps is not refused again.
  if (path.text().starts_with("..") && !path.text().starts_with("../"))
    path.invalid(path.text(), "must not start with '..'");
}

bool is_block_source(const Value& volume) {
  return volume.find("persistentVolumeClaim") != nullptr || volume.find("ephemeral") != nullptr;
}

void check_volumes(const Field& volumes, SpecFacts& facts) {
  std::set<std::string, std::less<>> made;
  volumes.each([&](const Field& volume) { made.insert(claim_of(volume, facts.pod_name)); });
  volumes.each([&](const Field& volume) {
    std::size_t before = volume.errors_so_far();
    Field name = volume["name"], claim = volume["persistentVolumeClaim"]["claimName"];
    check_source(volume, facts);
    require_name(name, meta::dns_label_problems);
    if (facts.volumes.contains(name.text())) name.duplicate();
    if (volume.errors_so_far() == before) facts.volumes.emplace(name.text(), volume.value());
    if (!claim.text().empty() && made.contains(claim.text())) {
      claim.invalid(claim.text(), "must not reference a PVC that gets created for an ephemeral volume");
    }
  });
}

}  // namespace pedalion::registry::builtin::kinds::pods
