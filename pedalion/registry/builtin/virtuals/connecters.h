#pragma once
// exec, attach, portforward, proxy and log: what would be handed on to a node. This server has no connection
// to nodes, and says so once it knows that the request would have been good.
#include <string>
#include <string_view>

#include "pedalion/registry/rest/storage.h"

namespace pedalion::registry::builtin::virtuals {

/// Where connections would lead. Borrowed.
struct Ends {
  rest::Getter &pods, &nodes, &services, &endpoints;
};

/// A subresource of pods.
class PodConnecter final : public rest::Connecter {
 public:
  PodConnecter(Ends ends, std::string_view subresource) : ends_(ends), subresource_(subresource) {}
  Task<http::Response> connect(rest::RequestContext& context, std::string name, std::string subpath,
                               http::Request request) override;

 private:
  Task<Result<void>> check(rest::RequestContext& context, const std::string& name,
                           const http::Request& request);
  Task<Result<void>> check_proxy(rest::RequestContext& context, std::string_view name);

  const Ends ends_;
  const std::string subresource_;
};

/// proxy of nodes.
class NodeProxy final : public rest::Connecter {
 public:
  explicit NodeProxy(Ends ends) : ends_(ends) {}
  Task<http::Response> connect(rest::RequestContext& context, std::string name, std::string subpath,
                               http::Request request) override;

 private:
  Task<Result<void>> check(rest::RequestContext& context, std::string_view name);

  const Ends ends_;
};

/// proxy of services: to one of the pods that their Endpoints list.
class ServiceProxy final : public rest::Connecter {
 public:
  explicit ServiceProxy(Ends ends) : ends_(ends) {}
  Task<http::Response> connect(rest::RequestContext& context, std::string name, std::string subpath,
                               http::Request request) override;

 private:
  Task<Result<void>> check(rest::RequestContext& context, std::string_view name);
  Task<Result<std::string>> port_name(rest::RequestContext& context, std::string service, std::string port);
  Task<bool> leads_to_pod(rest::RequestContext& context, const json::Value& address);

  const Ends ends_;
};

}  // namespace pedalion::registry::builtin::virtuals
