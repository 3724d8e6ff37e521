// Makes the routes of resources from the capabilities that they declare. This is where a path is bound to its
// handler.
#include <algorithm>

#include "pedalion/endpoints/route_table.h"

namespace pedalion::endpoints {
namespace {

using registry::rest::Resource;

/// The paths at which one resource is served.
struct Paths {
  std::string collection, everywhere, item;  // everywhere: in all namespaces; empty for what has no namespace
  std::string watch_collection, watch_everywhere, watch_item;
};

Paths paths_of(const Resource& resource) {
  const auto& gvr = resource.gvr;
  std::string root = gvr.group.empty() ? "/api/" + gvr.version : "/apis/" + gvr.group + "/" + gvr.version;
  std::string place = (resource.namespaced ? "/namespaces/{namespace}/" : "/") + gvr.resource;
  std::string sub = resource.subresource.empty() ? "" : "/" + resource.subresource;
  Paths paths;
  paths.collection = root + place;
  paths.item = paths.collection + "/{name}" + sub;
  paths.watch_collection = root + "/watch" + place;
  paths.watch_item = paths.watch_collection + "/{name}";
  if (resource.namespaced) {
    paths.everywhere = root + "/" + gvr.resource;
    paths.watch_everywhere = root + "/watch/" + gvr.resource;
  }
  return paths;
}

class Installer {
 public:
  Installer(RouteTable& table, const Resource& resource)
      : table_(table), resource_(resource), paths_(paths_of(resource)) {}

  void run() {
    if (resource_.subresource.empty()) collection();
    item();
    if (resource_.connecter != nullptr) connect();
  }

 private:
  void add(std::string_view method, const std::string& path, std::string_view verb, VerbHandler handler,
           std::string_view name) {
    if (!path.empty()) table_.add({std::string(method), path, std::string(verb), &resource_, handler, name});
  }

  void collection() {
    if (resource_.lister != nullptr) {
      add("GET", paths_.collection, "list", handle_list, "handle_list");
      add("GET", paths_.everywhere, "list", handle_list, "handle_list");
    }
    if (resource_.creater != nullptr)
      add("POST", paths_.collection, "create", handle_create, "handle_create");
    if (resource_.collection_deleter != nullptr)
      add("DELETE", paths_.collection, "deletecollection", handle_delete_collection,
          "handle_delete_collection");
    if (resource_.watcher == nullptr) return;
    for (const auto* path : {&paths_.collection, &paths_.everywhere, &paths_.watch_collection,
                             &paths_.watch_everywhere, &paths_.watch_item}) {
      add("GET", *path, "watch", handle_watch, "handle_watch");
    }
  }

  void item() {
    if (resource_.getter != nullptr) add("GET", paths_.item, "get", handle_get, "handle_get");
    if (resource_.creater != nullptr && !resource_.subresource.empty())
      add("POST", paths_.item, "create", handle_create, "handle_create");
    if (resource_.updater != nullptr) {
      add("PUT", paths_.item, "update", handle_update, "handle_update");
      if (resource_.patchable) add("PATCH", paths_.item, "patch", handle_patch, "handle_patch");
    }
    if (resource_.deleter != nullptr) add("DELETE", paths_.item, "delete", handle_delete, "handle_delete");
  }

  void connect() {
    const auto& verbs = resource_.connect_methods;
    auto has = [&](std::string_view verb) { return std::ranges::find(verbs, verb) != verbs.end(); };
    struct Method {
      std::string_view method, verb;
    };
    static constexpr Method kMethods[] = {
        {"GET", "get"}, {"POST", "create"}, {"PUT", "update"}, {"PATCH", "patch"}, {"DELETE", "delete"}};
    bool any = has("delete");  // what takes all of them is a proxy, with paths below it
    for (const auto& [method, verb] : kMethods) {
      if (!has(verb)) continue;
      add(method, paths_.item, verb, handle_connect, "handle_connect");
      if (any) add(method, paths_.item + "/{path}", verb, handle_connect, "handle_connect");
    }
    if (!any) return;
    for (std::string_view method : {"HEAD", "OPTIONS"}) {
      add(method, paths_.item, "get", handle_connect, "handle_connect");
      add(method, paths_.item + "/{path}", "get", handle_connect, "handle_connect");
    }
  }

  RouteTable& table_;
  const Resource& resource_;
  const Paths paths_;
};

}  // namespace

void install(RouteTable& table, const std::vector<registry::rest::ApiGroupInfo>& groups) {
  for (const auto& group : groups) {
    for (const auto& version : group.versions) {
      for (const Resource& resource : version.resources) Installer(table, resource).run();
    }
  }
}

}  // namespace pedalion::endpoints
