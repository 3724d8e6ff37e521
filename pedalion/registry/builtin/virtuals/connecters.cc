#include "pedalion/registry/builtin/virtuals/connecters.h"

#include <algorithm>
#include <cctype>

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/query.h"
#include "pedalion/apimachinery/meta/status_codec.h"
#include "pedalion/registry/builtin/virtuals/log_options.h"
#include "pedalion/registry/builtin/virtuals/targets.h"

namespace pedalion::registry::builtin::virtuals {

using json::Value;

namespace {

http::Response refusal(const Status& status) {
  return http::Response(status.code, "application/json", meta::status_json(status) + "\n");
}

constexpr int kNothingLogged = 204;

/// The answer to what was checked: all that is good would go to a node.
http::Response answer(const Result<void>& checked) {
  if (checked) return refusal(meta::not_implemented("this server has no connection to kubelets"));
  if (checked.error().code != kNothingLogged) return refusal(checked.error());
  http::Response nothing;
  nothing.status = kNothingLogged;
  return nothing;
}

Result<void> check_options(std::string_view subresource, const meta::Query& query, std::string_view pod) {
  if (subresource == "log") return check_log_options(query, pod);
  if (subresource == "portforward") return check_ports(query);
  return {};
}

/// Streams run over a connection that is taken over. Nobody asks for that before it is known where to.
Result<void> check_upgrade(const http::Request& request) {
  for (std::string_view value : request.headers.get_all("connection")) {
    std::string lower(value);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    if (lower.contains("upgrade")) return {};
  }
  return std::unexpected(meta::bad_request("Upgrade request required"));
}

Status no_endpoints(std::string_view service) {
  return Status(503, "ServiceUnavailable", "no endpoints available for service " + meta::go_quoted(service));
}

const Value& member(const Value& object, std::string_view name) {
  static const Value kNothing;
  const Value* found = object.find(name);
  return found == nullptr ? kNothing : *found;
}

}  // namespace

Task<Result<void>> PodConnecter::check_proxy(rest::RequestContext& context, std::string_view name) {
  CO_TRY(Target target, split_target("pod", name));
  CO_TRY(json::Document pod, co_await get_for(context, ends_.pods, target.name, "pods"));
  if (is_proxyable(pod.root)) co_return Result<void>();
  co_return std::unexpected(meta::bad_request("address not allowed"));
}

Task<Result<void>> PodConnecter::check(rest::RequestContext& context, const std::string& name,
                                       const http::Request& request) {
  if (subresource_ == "proxy") co_return co_await check_proxy(context, name);
  meta::Query query(request.query());
  CO_TRY_OK(check_options(subresource_, query, name));
  CO_TRY(json::Document pod, co_await get_for(context, ends_.pods, name, "pods"));
  if (subresource_ != "portforward") {
    const std::string* container = query.find("container");
    CO_TRY_OK(check_container(pod.root, name, container == nullptr ? std::string_view() : *container));
  }
  std::string node(std::as_const(pod.root).string_at({"spec", "nodeName"}));
  if (node.empty() && subresource_ == "log") co_return std::unexpected(Status(kNothingLogged, "", ""));
  if (node.empty()) {
    co_return std::unexpected(meta::bad_request("pod " + name + " does not have a host assigned"));
  }
  CO_TRY_OK(co_await check_node(context, ends_.nodes, std::move(node), "pods"));
  co_return subresource_ == "log" ? Result<void>() : check_upgrade(request);
}

Task<http::Response> PodConnecter::connect(rest::RequestContext& context, std::string name, std::string,
                                           http::Request request) {
  co_return answer(co_await check(context, name, request));
}

Task<Result<void>> NodeProxy::check(rest::RequestContext& context, std::string_view name) {
  CO_TRY(Target target, split_target("node", name));
  co_return co_await check_node(context, ends_.nodes, target.name, "nodes");
}

Task<http::Response> NodeProxy::connect(rest::RequestContext& context, std::string name, std::string,
                                        http::Request) {
  co_return answer(co_await check(context, name));
}

/// A port given as a number is one of the service's; endpoints know it by its name.
Task<Result<std::string>> ServiceProxy::port_name(rest::RequestContext& context, std::string service,
                                                  std::string port) {
  auto number = meta::parse_int64(port);
  if (!number) co_return port;
  CO_TRY(json::Document found, co_await get_for(context, ends_.services, service, "services"));
  if (const Value* ports = std::as_const(found.root).at({"spec", "ports"}); ports != nullptr) {
    for (const Value& own : ports->items()) {
      if (member(own, "port").int_or(0) == *number) co_return std::string(own.string_at({"name"}));
    }
  }
  co_return std::unexpected(Status(
      503, "ServiceUnavailable",
      "no service port " + std::to_string(*number) + " found for service " + meta::go_quoted(service)));
}

/// Endpoints can be written by anyone: only addresses of pods of the namespace are gone to.
Task<bool> ServiceProxy::leads_to_pod(rest::RequestContext& context, const Value& address) {
  const Value& target = member(address, "targetRef");
  if (target.string_at({"namespace"}) != context.ns) co_return false;
  auto pod = co_await get_for(context, ends_.pods, std::string(target.string_at({"name"})), "pods");
  co_return pod&& has_address(pod->root, address.string_at({"ip"}));
}

Task<Result<void>> ServiceProxy::check(rest::RequestContext& context, std::string_view name) {
  CO_TRY(Target target, split_target("service", name));
  CO_TRY(std::string port, co_await port_name(context, target.name, target.port));
  CO_TRY(json::Document endpoints, co_await get_for(context, ends_.endpoints, target.name, "services"));
  const Value& subsets = member(endpoints.root, "subsets");
  if (subsets.size() == 0) co_return std::unexpected(no_endpoints(target.name));
  for (const Value& subset : subsets.items()) {
    auto is_wanted = [&](const Value& own) { return own.string_at({"name"}) == port; };
    if (!std::ranges::any_of(member(subset, "ports").items(), is_wanted)) continue;
    for (const Value& address : member(subset, "addresses").items()) {
      if (co_await leads_to_pod(context, address)) co_return Result<void>();
    }
  }
  co_return std::unexpected(no_endpoints(name));
}

Task<http::Response> ServiceProxy::connect(rest::RequestContext& context, std::string name, std::string,
                                           http::Request) {
  co_return answer(co_await check(context, name));
}

}  // namespace pedalion::registry::builtin::virtuals
