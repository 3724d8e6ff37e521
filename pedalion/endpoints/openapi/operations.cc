#include "pedalion/endpoints/openapi/operations.h"

#include <algorithm>
#include <map>

namespace pedalion::openapi {
namespace {

using registry::rest::Resource;

constexpr std::string_view kStatus = "io.k8s.apimachinery.pkg.apis.meta.v1.Status";
constexpr std::string_view kWatchEvent = "io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent";

/// Resources whose DELETE answers with the object, by "resource.group".
constexpr std::string_view kDeleteAnswersObject[] = {"csidrivers.storage.k8s.io",
                                                     "csinodes.storage.k8s.io",
                                                     "deviceclasses.resource.k8s.io",
                                                     "persistentvolumeclaims",
                                                     "persistentvolumes",
                                                     "pods",
                                                     "podtemplates",
                                                     "resourceclaims.resource.k8s.io",
                                                     "resourceclaimtemplates.resource.k8s.io",
                                                     "resourcequotas",
                                                     "resourceslices.resource.k8s.io",
                                                     "serviceaccounts",
                                                     "services",
                                                     "storageclasses.storage.k8s.io",
                                                     "volumeattachments.storage.k8s.io",
                                                     "volumeattributesclasses.storage.k8s.io"};

bool delete_answers_object(const Resource& resource) {
  std::string name = meta::GroupResource{resource.gvr.group, resource.gvr.resource}.text();
  return std::ranges::find(kDeleteAnswersObject, name) != std::end(kDeleteAnswersObject);
}

std::string title(std::string_view word) {
  std::string text(word);
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] -= 'a' - 'A';
  return text;
}

/// Finds what all operations of a path have in common and takes it out of them.
void share_parameters(Path& path) {
  for (auto& operation : path.operations) sort(operation.parameters);
  for (const Parameter* parameter : path.operations[0].parameters) {
    bool everywhere = std::ranges::all_of(path.operations, [&](const Operation& operation) {
      return std::ranges::find(operation.parameters, parameter) != operation.parameters.end();
    });
    if (everywhere) path.common.push_back(parameter);
  }
  for (auto& operation : path.operations) {
    std::erase_if(operation.parameters, [&](const Parameter* parameter) {
      return std::ranges::find(path.common, parameter) != path.common.end();
    });
  }
}

/// Makes the paths of one group-version.
class Builder {
 public:
  Builder(const meta::GroupVersion& version, Schemas& schemas)
      : schemas_(schemas), tag_(tag_of_group(version.group)) {
    prefix_ =
        version.group.empty() ? "/api/" + version.version : "/apis/" + version.group + "/" + version.version;
    id_prefix_ = title(tag_) + title(version.version);
    tag_ += "_" + version.version;
  }

  void add_discovery() {
    Operation& get = add(prefix_ + "/", "get", "");
    get.id = "get" + id_prefix_ + "APIResources";
    get.answer_schema = "io.k8s.apimachinery.pkg.apis.meta.v1.APIResourceList";
    get.codes = {200};
    get.parameters.clear();
  }

  void add(const Resource& resource, std::string_view parent_kind) {
    resource_ = &resource;
    kind_name_ = std::string(parent_kind);
    suffix_ = title(resource.subresource);
    std::string middle = resource.namespaced ? "Namespaced" : "";
    std::string in_namespace = resource.namespaced ? "/namespaces/{namespace}" : "";
    std::string collection = in_namespace + "/" + resource.gvr.resource;
    path_parameters_ = {&kPretty};
    if (resource.namespaced) path_parameters_.push_back(&kNamespace);
    if (resource.subresource.empty()) add_collection(collection, middle);
    path_parameters_.push_back(&kName);
    std::string item = collection + "/{name}";
    if (!resource.subresource.empty()) item += "/" + resource.subresource;
    add_item(prefix_ + item, middle);
    if (resource.subresource.empty()) add_watches(collection, middle);
    if (resource.connecter != nullptr && !is_log()) add_connect(prefix_ + item, middle);
  }

  std::vector<Path> take() {
    std::vector<Path> paths;
    for (auto& [name, path] : paths_) {
      std::ranges::sort(path.operations, {}, &Operation::method);
      share_parameters(path);
      paths.push_back(std::move(path));
    }
    return paths;
  }

 private:
  bool is_log() const { return resource_->subresource == "log"; }

  Operation& add(const std::string& path, std::string_view method, std::string_view action) {
    Path& at = paths_[path];
    at.path = path;
    Operation& operation = at.operations.emplace_back();
    operation.method = method;
    operation.action = action;
    operation.tag = tag_;
    if (resource_ != nullptr) operation.kind = resource_->kind;
    operation.parameters = path_parameters_;
    return operation;
  }

  void finish(Operation& operation, std::string id, std::vector<int> codes, std::string_view answer,
              const Parameters& more = {}) {
    operation.id = std::move(id);
    operation.codes = std::move(codes);
    operation.answer_schema = answer;
    operation.parameters.insert(operation.parameters.end(), more.begin(), more.end());
  }

  std::string_view schema() const { return resource_->type->open_api_name; }

  void add_collection(const std::string& collection, const std::string& middle) {
    std::string id = id_prefix_ + middle + kind_name_;
    if (resource_->lister != nullptr) add_list(prefix_ + collection, "list" + id);
    if (resource_->creater != nullptr) add_create(prefix_ + collection, "create" + id);
    if (resource_->collection_deleter != nullptr) {
      auto& operation = add(prefix_ + collection, "delete", "deletecollection");
      operation.body = BodyKind::kDeleteOptions;
      finish(operation, "delete" + id_prefix_ + "Collection" + middle + kind_name_, {200}, kStatus,
             delete_collection_parameters());
    }
    if (resource_->lister != nullptr && resource_->namespaced) {
      auto parameters = std::exchange(path_parameters_, {&kPretty});
      add_list(prefix_ + "/" + resource_->gvr.resource,
               "list" + id_prefix_ + kind_name_ + "ForAllNamespaces");
      path_parameters_ = std::move(parameters);
    }
  }

  void add_list(const std::string& path, std::string id) {
    auto& operation = add(path, "get", "list");
    operation.media = Media::kList;
    finish(operation, std::move(id), {200}, schemas_.list_of(*resource_), list_parameters());
  }

  void add_create(const std::string& path, std::string id) {
    auto& operation = add(path, "post", "post");
    operation.body = BodyKind::kObject;
    operation.body_schema = schema();
    finish(operation, std::move(id), {200, 201, 202}, schema(), write_parameters());
  }

  void add_item(const std::string& path, const std::string& middle) {
    std::string id = id_prefix_ + middle + kind_name_ + suffix_;
    if (resource_->getter != nullptr || is_log()) {
      auto& operation = add(path, "get", "get");
      if (is_log()) operation.media = Media::kLog;
      auto more = is_log() ? connect_parameters("PodLogOptions") : Parameters();
      finish(operation, "read" + id, {200}, is_log() ? std::string_view() : schema(), more);
    }
    if (resource_->creater != nullptr && !resource_->subresource.empty()) add_create(path, "create" + id);
    if (resource_->updater != nullptr) {
      auto& put = add(path, "put", "put");
      put.body = BodyKind::kObject;
      put.body_schema = schema();
      finish(put, "replace" + id, {200, 201}, schema(), write_parameters());
    }
    if (resource_->updater != nullptr && resource_->patchable) {
      auto& patch = add(path, "patch", "patch");
      patch.body = BodyKind::kPatch;
      finish(patch, "patch" + id, {200, 201}, schema(), patch_parameters());
    }
    if (resource_->deleter != nullptr) {
      auto& operation = add(path, "delete", "delete");
      operation.body = BodyKind::kDeleteOptions;
      finish(operation, "delete" + id, {200, 202}, delete_answers_object(*resource_) ? schema() : kStatus,
             delete_parameters());
    }
  }

  void add_watch(const std::string& path, std::string_view action, std::string id) {
    auto& operation = add(path, "get", action);
    operation.media = Media::kList;
    finish(operation, std::move(id), {200}, kWatchEvent, list_parameters());
  }

  void add_watches(const std::string& collection, const std::string& middle) {
    if (resource_->watcher == nullptr) return;
    std::string watch = prefix_ + "/watch";
    std::string id = "watch" + id_prefix_;
    if (resource_->getter != nullptr)
      add_watch(watch + collection + "/{name}", "watch", id + middle + kind_name_);
    std::erase(path_parameters_, &kName);
    add_watch(watch + collection, "watchlist", id + middle + kind_name_ + "List");
    if (!resource_->namespaced) return;
    std::erase(path_parameters_, &kNamespace);
    add_watch(watch + "/" + resource_->gvr.resource, "watchlist", id + kind_name_ + "ListForAllNamespaces");
  }

  void add_connect(const std::string& path, const std::string& middle) {
    std::erase(path_parameters_, &kPretty);
    bool proxy = resource_->subresource == "proxy";
    constexpr std::string_view kStreaming[] = {"get", "post"};
    constexpr std::string_view kProxied[] = {"delete", "get", "head", "options", "patch", "post", "put"};
    auto methods =
        proxy ? std::span<const std::string_view>(kProxied) : std::span<const std::string_view>(kStreaming);
    for (std::string_view method : methods) {
      std::string id = "connect" + id_prefix_ + title(method) + middle + kind_name_ + suffix_;
      add_connect(path, method, id, {});
      if (proxy) add_connect(path + "/{path}", method, id + "WithPath", {&kPath});
    }
  }

  void add_connect(const std::string& path, std::string_view method, std::string id, Parameters more) {
    auto& operation = add(path, method, "connect");
    operation.media = Media::kAny;
    for (const Parameter* parameter : connect_parameters(resource_->kind.kind)) more.push_back(parameter);
    finish(operation, std::move(id), {200}, {}, more);
  }

  Schemas& schemas_;
  std::string tag_, prefix_, id_prefix_;
  const Resource* resource_ = nullptr;
  std::string kind_name_, suffix_;  // of the resource at hand
  Parameters path_parameters_;
  std::map<std::string, Path> paths_;
};

Path single(std::string path, std::string id, std::string tag, std::string_view answer, Media media) {
  Path made{std::move(path), {}, {}};
  Operation& operation = made.operations.emplace_back();
  operation.method = "get";
  operation.id = std::move(id);
  operation.tag = std::move(tag);
  operation.answer_schema = answer;
  operation.media = media;
  operation.codes = {200};
  return made;
}

}  // namespace

std::string tag_of_group(std::string_view group) {
  if (group.empty()) return "core";
  if (group.ends_with(".k8s.io")) group.remove_suffix(std::string_view(".k8s.io").size());
  std::string tag;
  bool upper = false;
  for (char c : group) {
    bool separator = c == '.' || c == '-';
    if (!separator) tag += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = separator;
  }
  return tag;
}

std::vector<Path> group_version_paths(const registry::rest::ApiGroupVersion& version, Schemas& schemas) {
  Builder builder(version.group_version, schemas);
  builder.add_discovery();
  std::map<std::string_view, std::string_view>
      kinds;  // of the resources themselves: subresources are named after them
  for (const auto& resource : version.resources) {
    if (resource.subresource.empty()) kinds[resource.gvr.resource] = resource.kind.kind;
  }
  for (const auto& resource : version.resources) {
    auto parent = kinds.find(resource.gvr.resource);
    builder.add(resource, parent == kinds.end() ? resource.kind.kind : parent->second);
  }
  return builder.take();
}

Path api_root_path() {
  return single("/api/", "getCoreAPIVersions", "core", "io.k8s.apimachinery.pkg.apis.meta.v1.APIVersions",
                Media::kObject);
}
Path group_list_path() {
  return single("/apis/", "getAPIVersions", "apis", "io.k8s.apimachinery.pkg.apis.meta.v1.APIGroupList",
                Media::kObject);
}
Path group_path(std::string_view group) {
  std::string tag = tag_of_group(group);
  return single("/apis/" + std::string(group) + "/", "get" + title(tag) + "APIGroup", tag,
                "io.k8s.apimachinery.pkg.apis.meta.v1.APIGroup", Media::kObject);
}
Path version_path() {
  return single("/version/", "getCodeVersion", "version", "io.k8s.apimachinery.pkg.version.Info",
                Media::kJson);
}
Path issuer_path() {
  return single("/.well-known/openid-configuration/", "getServiceAccountIssuerOpenIDConfiguration",
                "WellKnown", {}, Media::kJson);
}
Path keys_path() {
  return single("/openid/v1/jwks/", "getServiceAccountIssuerOpenIDKeyset", "openid", {}, Media::kJwks);
}

}  // namespace pedalion::openapi
