// Volumes of kinds that are gone, and files that would lie in each other's way.
#include <string>
#include <utility>
#include <vector>

#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/registry/builtin/kinds/pods/warnings.h"
#include "pedalion/registry/builtin/kinds/warnings.h"

namespace pedalion::registry::builtin::kinds::pods {

namespace {

struct GoneVolume {
  std::string_view member, shown, text;
};

// In the order in which they are told.
constexpr GoneVolume kGone[] = {
    {"photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"},
    {"gitRepo", "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"},
    {"scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"},
    {"flocker", "flocker", "deprecated in v1.22, non-functional in v1.25+"},
    {"storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"},
    {"quobyte", "quobyte", "deprecated in v1.22, non-functional in v1.25+"},
    {"glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"},
    {"cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"},
    {"rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"},
};

/// A file of a volume, and what makes it ("ConfigMap "b""; empty where that is said otherwise).
struct File {
  std::string path, source;
  bool operator==(const File&) const = default;
  std::string text() const { return meta::go_quoted(path) + (source.empty() ? "" : " (" + source + ")"); }
};
using Files = std::vector<File>;

std::string named(std::string_view kind, std::string_view name) {
  return std::string(kind) + " " + meta::go_quoted(name);
}

Files files_of(const Value& items, std::string_view source) {
  Files files;
  for (const Value& item : items.items())
    files.push_back({std::string(item.string_at({"path"})), std::string(source)});
  return files;
}

bool overlap(const File& a, const File& b) {
  if (a.path.empty() || b.path.empty()) return false;
  return a == b || (a.path + "/").starts_with(b.path + "/") || (b.path + "/").starts_with(a.path + "/");
}

/// Warns of each file that lies in the way of one before it. `volume` is how the volume is called.
void warn_of_overlaps(const Files& files, const std::string& volume, Files& before, Warnings& warnings) {
  for (File file : files) {
    while (file.path.ends_with('/')) file.path.pop_back();
    for (const File& other : before) {
      if (overlap(file, other))
        warnings.push_back(volume + ": overlapping paths: " + file.text() + " with " + other.text());
    }
    before.push_back(std::move(file));
  }
}

bool is_there(const Value& object, std::string_view member) {
  const Value* value = object.find(member);
  return value != nullptr && !value->is_null();
}

/// The files of one source of a projected volume.
Files projected_files(const Value& source) {
  struct Kind {
    std::string_view member, name;
    bool named;
  };
  static constexpr Kind kKinds[] = {
      {"configMap", "ConfigMap", true}, {"secret", "Secret", true}, {"downwardAPI", "DownwardAPI", false}};
  for (const Kind& kind : kKinds) {
    const Value* items = source.at({kind.member, "items"});
    if (items == nullptr || !items->is_array()) continue;
    return files_of(*items, kind.named ? named(kind.name, source.string_at({kind.member, "name"}))
                                       : std::string(kind.name));
  }
  if (!is_there(source, "serviceAccountToken")) return {};
  return {{std::string(source.string_at({"serviceAccountToken", "path"})), "ServiceAccountToken"}};
}

void warn_of_projected(const Value& volume, Warnings& warnings) {
  std::string name = "volume " + meta::go_quoted(volume.string_at({"name"}));
  Files before;
  for (const Value& source : items_at(volume, {"projected", "sources"})) {
    if (source.empty()) {
      warnings.push_back(name + " (Projected) has no sources provided");
    } else {
      warn_of_overlaps(projected_files(source), name + " (Projected)", before, warnings);
    }
  }
}

void warn_of_files(const Value& volume, std::string_view member, const std::string& kind,
                   Warnings& warnings) {
  const Value* items = volume.at({member, "items"});
  if (items == nullptr || !items->is_array()) return;
  Files before;
  std::string name = "volume " + meta::go_quoted(volume.string_at({"name"})) + " (" + kind + ")";
  warn_of_overlaps(files_of(*items, ""), name, before, warnings);
}

}  // namespace

void warn_of_volumes(const Value& spec, const FieldPath& path, Warnings& warnings) {
  std::size_t index = 0;
  for (const Value& volume : items_at(spec, {"volumes"})) {
    FieldPath at = path.child("volumes").index(index++);
    for (const GoneVolume& gone : kGone) {
      if (gone.member == "cephfs") {
        warn_of_fraction(volume.at({"ephemeral", "volumeClaimTemplate", "spec", "resources", "requests"}),
                         "storage",
                         at.child("ephemeral")
                             .child("volumeClaimTemplate")
                             .child("spec")
                             .child("resources")
                             .child("requests"),
                         warnings);
      }
      if (is_there(volume, gone.member))
        warnings.push_back(at.child(gone.shown).text() + ": " + std::string(gone.text));
    }
  }
}

void warn_of_overlapping_files(const Value& spec, Warnings& warnings) {
  for (const Value& volume : items_at(spec, {"volumes"})) {
    warn_of_files(volume, "configMap", named("ConfigMap", volume.string_at({"configMap", "name"})), warnings);
    warn_of_files(volume, "secret", named("Secret", volume.string_at({"secret", "secretName"})), warnings);
    warn_of_files(volume, "downwardAPI", "DownwardAPI", warnings);
    warn_of_projected(volume, warnings);
  }
}

}  // namespace pedalion::registry::builtin::kinds::pods
