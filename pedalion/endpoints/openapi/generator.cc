#include "pedalion/endpoints/openapi/generator.h"

#include <algorithm>

#include "pedalion/endpoints/openapi/definitions.h"
#include "pedalion/endpoints/openapi/operations.h"
#include "pedalion/endpoints/openapi/path_writer.h"

namespace pedalion::openapi {
namespace {

using registry::rest::ApiGroupVersion;
using registry::rest::Resource;

constexpr std::string_view kInfo = R"({"title":"Kubernetes","version":"1.36"})";
constexpr std::string_view kSecurity =
    R"({"BearerToken":{"type":"apiKey","name":"authorization","in":"header"}})";

constexpr std::string_view kVersionInfoName = "io.k8s.apimachinery.pkg.version.Info";
/// What /version answers with. The members written always, then the optional ones.
constexpr std::string_view kVersionMembers[] = {"major",     "minor",        "gitVersion",
                                                "gitCommit", "gitTreeState", "buildDate",
                                                "goVersion", "compiler",     "platform"};
constexpr std::string_view kVersionOptional[] = {"emulationMajor", "emulationMinor", "minCompatibilityMajor",
                                                 "minCompatibilityMinor"};

std::string version_info(Version version) {
  JsonText out;
  out.open('{').member("type", "object").key("required").open('[');
  for (auto name : kVersionMembers) out.string(name);
  out.close(']').key("properties").open('{');
  for (auto name : kVersionMembers) {
    out.key(name).raw(version == Version::kV3 ? R"({"type":"string","default":""})" : R"({"type":"string"})");
  }
  for (auto name : kVersionOptional) out.key(name).raw(R"({"type":"string"})");
  out.close('}').close('}');
  return out.take();
}

/// Collects the schemas that the operations of a document mention.
class Collector : public Schemas {
 public:
  Collector(const scheme::Scheme& scheme, Definitions& definitions)
      : scheme_(scheme), definitions_(definitions) {}

  std::string_view list_of(const Resource& resource) override {
    auto kind = resource.kind;
    kind.kind += "List";
    const schema::Type* type = scheme_.type(kind);
    if (type == nullptr) return "io.k8s.apimachinery.pkg.apis.meta.v1.List";
    definitions_.add_kind(type, kind);
    return type->open_api_name;
  }

  std::vector<Path> add(const ApiGroupVersion& version) {
    auto paths = group_version_paths(version, *this);
    for (const auto& resource : version.resources) {
      bool named =
          resource.getter || resource.creater || resource.updater || resource.deleter || resource.lister;
      if (named && resource.type != nullptr) definitions_.add_kind(resource.type, resource.kind);
    }
    for (const auto& path : paths) {
      for (const auto& operation : path.operations) add(operation, version.group_version);
    }
    return paths;
  }

  void add(const Operation& operation, const meta::GroupVersion& version) {
    if (operation.body == BodyKind::kDeleteOptions) add_option_kind("DeleteOptions", version);
    if (operation.body == BodyKind::kPatch) {
      definitions_.add_text("io.k8s.apimachinery.pkg.apis.meta.v1.Patch", R"({"type":"object"})");
    }
    if (operation.answer_schema.ends_with(".meta.v1.WatchEvent")) add_option_kind("WatchEvent", version);
    for (std::string_view kind : {"Status", "APIResourceList", "APIGroup", "APIGroupList", "APIVersions"}) {
      if (operation.answer_schema.ends_with(std::string(".meta.v1.") + std::string(kind)))
        add_unversioned(kind);
    }
  }

 private:
  /// Part of every group-version, and of v1 before all.
  void add_option_kind(std::string_view name, const meta::GroupVersion& version) {
    const schema::Type* type = scheme_.named("meta/v1", name);
    definitions_.add_kind(type, {"", "v1", std::string(name)});
    definitions_.add_kind(type, {version.group, version.version, std::string(name)});
  }
  void add_unversioned(std::string_view name) {
    definitions_.add_kind(scheme_.named("meta/v1", name), {"", "v1", std::string(name)});
  }

  const scheme::Scheme& scheme_;
  Definitions& definitions_;
};

std::string v3_document(const std::vector<Path>& paths, const Definitions& definitions) {
  JsonText out;
  out.reserve(512 * 1024);
  out.open('{').member("openapi", "3.0.0").member_raw("info", kInfo).key("paths").open('{');
  for (const auto& path : paths) write_path(path, Version::kV3, out);
  out.close('}').key("components").open('{');
  if (!definitions.empty()) {
    out.key("schemas").open('{');
    definitions.write(out);
    out.close('}');
  }
  out.member_raw("securitySchemes", kSecurity).close('}').close('}');
  return out.take();
}

/// The group of "apis/<group>"; nothing for other paths.
std::optional<std::string_view> group_of(std::string_view path) {
  constexpr std::string_view kPrefix = "apis/";
  if (!path.starts_with(kPrefix)) return std::nullopt;
  path.remove_prefix(kPrefix.size());
  return path.find('/') == std::string_view::npos ? std::optional(path) : std::nullopt;
}

std::string path_of(const meta::GroupVersion& version) {
  return version.group.empty() ? "api/" + version.version : "apis/" + version.group + "/" + version.version;
}

}  // namespace

Generator::Generator(const scheme::Scheme& scheme, std::span<const registry::rest::ApiGroupInfo> groups)
    : scheme_(scheme), groups_(groups) {}

std::vector<std::string> Generator::v3_paths() const {
  std::vector<std::string> paths = {".well-known/openid-configuration", "api", "apis", "openid/v1/jwks",
                                    "version"};
  for (const auto& group : groups_) {
    if (!group.group.empty()) paths.push_back("apis/" + group.group);
    for (const auto& version : group.versions) paths.push_back(path_of(version.group_version));
  }
  std::ranges::sort(paths);
  return paths;
}

const ApiGroupVersion* Generator::find(std::string_view path) const {
  for (const auto& group : groups_) {
    for (const auto& version : group.versions) {
      if (path_of(version.group_version) == path) return &version;
    }
  }
  return nullptr;
}

bool Generator::has_group(std::string_view name) const {
  return !name.empty() &&
         std::ranges::any_of(groups_, [&](const auto& group) { return group.group == name; });
}

Result<std::string> Generator::v3(std::string_view path) const {
  Definitions definitions(scheme_, Version::kV3);
  Collector collector(scheme_, definitions);
  if (const auto* version = find(path)) {
    auto paths = collector.add(*version);
    return v3_document(paths, definitions);
  }
  std::vector<Path> paths;
  std::string info = version_info(Version::kV3);
  auto group = group_of(path);
  if (path == "api")
    paths.push_back(api_root_path());
  else if (path == "apis")
    paths.push_back(group_list_path());
  else if (path == ".well-known/openid-configuration")
    paths.push_back(issuer_path());
  else if (path == "openid/v1/jwks")
    paths.push_back(keys_path());
  else if (path == "version")
    paths.push_back(version_path());
  else if (group && has_group(*group)) {
    paths.push_back(group_path(*group));
  } else {
    return std::unexpected(Status(404, "NotFound", "the server could not find the requested resource"));
  }
  if (path == "version") definitions.add_text(kVersionInfoName, info);
  collector.add(paths[0].operations[0], {});
  return v3_document(paths, definitions);
}

std::string Generator::v2() const {
  Definitions definitions(scheme_, Version::kV2);
  Collector collector(scheme_, definitions);
  std::vector<Path> paths = {api_root_path(), group_list_path(), version_path(), issuer_path(), keys_path()};
  for (const auto& group : groups_) {
    if (!group.group.empty()) paths.push_back(group_path(group.group));
  }
  for (const auto& path : paths) collector.add(path.operations[0], {});
  for (const auto& group : groups_) {
    for (const auto& version : group.versions) {
      auto more = collector.add(version);
      std::ranges::move(more, std::back_inserter(paths));
    }
  }
  std::string info = version_info(Version::kV2);
  definitions.add_text(kVersionInfoName, info);
  std::ranges::sort(paths, {}, &Path::path);
  JsonText out;
  out.reserve(2560 * 1024);
  out.open('{').member("swagger", "2.0").member_raw("info", kInfo).key("paths").open('{');
  for (const auto& path : paths) write_path(path, Version::kV2, out);
  out.close('}').key("definitions").open('{');
  definitions.write(out);
  out.close('}').key("parameters").open('{');
  write_shared_parameters(out);
  out.close('}')
      .member_raw("securityDefinitions", kSecurity)
      .member_raw("security", R"([{"BearerToken":[]}])");
  out.close('}');
  return out.take();
}

}  // namespace pedalion::openapi
