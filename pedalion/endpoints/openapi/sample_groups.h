#pragma once
// The groups that kube-apiserver serves, declared from a list of its resources, for tests and benchmarks.
#include <cstddef>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "pedalion/apimachinery/scheme/scheme.h"
#include "pedalion/registry/rest/resource.h"

namespace pedalion::openapi::testing {

using namespace registry::rest;

/// A capability's address without the capability: documents only ask whether there is one.
template <class Capability>
Capability* declared() {
  static std::max_align_t nowhere;
  return reinterpret_cast<Capability*>(&nowhere);
}

inline void add_verb(Resource& resource, std::string_view verb) {
  if (verb == "get") resource.getter = declared<Getter>();
  if (verb == "list") resource.lister = declared<Lister>();
  if (verb == "watch") resource.watcher = declared<Watcher>();
  if (verb == "create") resource.creater = declared<Creater>();
  if (verb == "update") resource.updater = declared<Updater>();
  if (verb == "delete") resource.deleter = declared<Deleter>();
  if (verb == "deletecollection") resource.collection_deleter = declared<CollectionDeleter>();
}

inline bool connects(std::string_view subresource) {
  return subresource == "exec" || subresource == "attach" || subresource == "portforward" ||
         subresource == "proxy";
}

inline Resource read_resource(std::istringstream& words, const meta::GroupVersion& version,
                              const scheme::Scheme& scheme) {
  Resource resource;
  std::string name, kind_version, scope, verbs;
  words >> name >> kind_version >> resource.kind.kind >> scope >> verbs;
  auto slash = name.find('/');
  if (slash != std::string::npos) resource.subresource = name.substr(slash + 1);
  resource.gvr = {version.group, version.version, name.substr(0, slash)};
  auto kind = meta::GroupVersion::parse(kind_version).value();
  resource.kind.group = kind.group;
  resource.kind.version = kind.version;
  resource.type = scheme.type(resource.kind);
  resource.namespaced = scope == "namespaced";
  resource.patchable = verbs.find("patch") != std::string::npos;
  std::istringstream list(verbs);
  for (std::string verb; std::getline(list, verb, ',');) add_verb(resource, verb);
  if (connects(resource.subresource)) {
    resource.getter = nullptr;
    resource.creater = nullptr;
    resource.updater = nullptr;
    resource.deleter = nullptr;
    resource.connecter = declared<Connecter>();
  }
  return resource;
}

/// Declared, never called: the capabilities are there but lead nowhere. Reads testdata/resources.txt.
inline std::vector<ApiGroupInfo> sample_groups(const scheme::Scheme& scheme) {
  std::vector<ApiGroupInfo> groups;
  std::ifstream file("pedalion/endpoints/openapi/testdata/resources.txt");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string api_version;
    words >> api_version;
    auto version = meta::GroupVersion::parse(api_version).value();
    if (groups.empty() || groups.back().group != version.group) groups.push_back({version.group, {}});
    auto& versions = groups.back().versions;
    if (versions.empty() || versions.back().group_version != version) versions.push_back({version, {}});
    versions.back().resources.push_back(read_resource(words, version, scheme));
  }
  return groups;
}

}  // namespace pedalion::openapi::testing
