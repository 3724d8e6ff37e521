#pragma once
// exec, attach, portforward, proxy and log: what would be handed on to a node. This server has no connection
// to nodes, and says so once it knows that the request would have been good.
#include <string>
#include <string_view>

#include "pedalion/registry/rest/storage.h"

namespace pedalion::registry::builtin::virtuals {

/// A subresource of pods. `pods` is borrowed.
class PodConnecter final : public rest::Connecter {
 public:
  PodConnecter(rest::Getter& pods, std::string_view subresource) : pods_(pods), subresource_(subresource) {}
  Task<http::Response> connect(rest::RequestContext& context, std::string name, std::string subpath,
                               http::Request request) override;

 private:
  Task<Result<void>> check(rest::RequestContext& context, const std::string& name,
                           const http::Request& request);

  rest::Getter& pods_;
  const std::string subresource_;
};

/// proxy of nodes and services.
class ProxyConnecter final : public rest::Connecter {
 public:
  explicit ProxyConnecter(rest::Getter& targets) : targets_(targets) {}
  Task<http::Response> connect(rest::RequestContext& context, std::string name, std::string subpath,
                               http::Request request) override;

 private:
  rest::Getter& targets_;
};

}  // namespace pedalion::registry::builtin::virtuals
