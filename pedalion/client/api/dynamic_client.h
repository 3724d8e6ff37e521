#pragma once
// Every verb on every resource, on objects as values: the dynamic client.
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/client/api/object.h"
#include "pedalion/client/api/options.h"
#include "pedalion/client/api/watch.h"
#include "pedalion/client/rest/rest_client.h"

namespace pedalion::client::api {

/// A page of a list, or all of it.
struct ObjectList {
  std::string resource_version;
  std::string continue_token;  // empty: there is no more
  std::int64_t remaining = 0;  // as the server estimates
  std::vector<Object> items;   // each with apiVersion and kind, and bytes of its own
};

/// A resource, in one namespace or in all (or in none). A value; the client outlives it and its Tasks.
class ResourceClient {
 public:
  ResourceClient(rest::RestClient& client, meta::GroupVersionResource resource)
      : client_(&client), resource_(std::move(resource)) {}

  /// The same resource in that namespace. The empty name: all namespaces, or a resource of the cluster.
  ResourceClient in_namespace(std::string_view name) const;

  Task<Result<Object>> get(std::string name, GetOptions options = {}) const;
  Task<Result<ObjectList>> list(ListOptions options = {}) const;
  /// Page after page of options.limit (500 when 0), until the end or until `visit` says false.
  Task<Result<void>> for_each_page(ListOptions options, std::function<bool(ObjectList&&)> visit) const;
  Task<Result<Watch>> watch(WatchOptions options = {}) const;
  /// `object` is JSON. `subresource` empty: the object itself.
  Task<Result<Object>> create(Bytes object, WriteOptions options = {}, std::string name = {},
                              std::string subresource = {}) const;
  Task<Result<Object>> update(std::string name, Bytes object, WriteOptions options = {},
                              std::string subresource = {}) const;
  Task<Result<Object>> patch(std::string name, rest::PatchType type, Bytes patch, PatchOptions options = {},
                             std::string subresource = {}) const;
  /// Server-side apply; needs options.field_manager.
  Task<Result<Object>> apply(std::string name, Bytes configuration, PatchOptions options,
                             std::string subresource = {}) const;
  /// Answers the object where it goes on to exist for a while, a Status object else.
  Task<Result<Object>> remove(std::string name, DeleteOptions options = {}) const;
  Task<Result<void>> remove_all(DeleteOptions options = {}, ListOptions selection = {}) const;

  const meta::GroupVersionResource& resource() const { return resource_; }
  const std::string& namespace_name() const { return namespace_; }
  rest::RestClient& client() const { return *client_; }

 private:
  // What the verbs share; free of `this`, so that a ResourceClient may go before its Tasks.
  static Task<Result<ObjectList>> list_of(rest::Request get);
  static Task<Result<void>> pages_of(ResourceClient self, ListOptions options,
                                     std::function<bool(ObjectList&&)> visit);
  static Task<Result<Watch>> watch_of(rest::Request get);
  static Task<Result<void>> done_of(rest::Request request);
  rest::Request request(rest::Request base, std::string_view name, std::string_view subresource) const;

  rest::RestClient* client_;
  meta::GroupVersionResource resource_;
  std::string namespace_;
};

}  // namespace pedalion::client::api
