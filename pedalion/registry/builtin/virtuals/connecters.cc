#include "pedalion/registry/builtin/virtuals/connecters.h"

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/status_codec.h"

namespace pedalion::registry::builtin::virtuals {

namespace {

http::Response refusal(const Status& status) {
  return http::Response(status.code, "application/json", meta::status_json(status) + "\n");
}

int hex(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool escape = text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0;
    if (escape) {
      out.push_back(static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

/// The first value of a query parameter, or empty.
std::string parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.substr(0, pair.find('=')) != name) continue;
    return pair.find('=') == pair.npos ? std::string() : unescaped(pair.substr(pair.find('=') + 1));
  }
  return {};
}

/// The container meant: the one named, or the only one.
Result<void> check_container(const json::Value& pod, const std::string& name, const std::string& wanted) {
  std::vector<std::string_view> names;
  std::size_t main_containers = 0;
  for (std::string_view list : {"initContainers", "containers", "ephemeralContainers"}) {
    const json::Value* containers = pod.at({"spec", list});
    if (containers == nullptr) continue;
    if (list == "containers") main_containers = containers->size();
    for (const json::Value& container : containers->items()) names.push_back(container.string_at({"name"}));
  }
  if (!wanted.empty()) {
    for (std::string_view known : names) {
      if (known == wanted) return {};
    }
    return std::unexpected(meta::bad_request("container " + wanted + " is not valid for pod " + name));
  }
  const json::Value* annotations = pod.at({"metadata", "annotations"});
  if (annotations != nullptr && annotations->find("kubectl.kubernetes.io/default-container") != nullptr)
    return {};
  if (main_containers == 1 && names.size() == 1) return {};
  std::string choices;
  for (std::string_view known : names) choices.append(choices.empty() ? "" : " ").append(known);
  return std::unexpected(meta::bad_request("a container name must be specified for pod " + name +
                                           ", choose one of: [" + choices + "]"));
}

constexpr std::string_view kNoNodes = "this server has no connection to kubelets";

}  // namespace

Task<Result<void>> PodConnecter::check(rest::RequestContext& context, const std::string& name,
                                       const http::Request& request) {
  CO_TRY(rest::ObjectPtr pod, co_await pods_.get(context, name, {}));
  CO_TRY(json::Document document, json::parse(pod->json.view()));
  bool picks_container = subresource_ == "log" || subresource_ == "exec" || subresource_ == "attach";
  if (picks_container) {
    CO_TRY_OK(check_container(document.root, name, parameter(request.query(), "container")));
  }
  bool has_node = !document.root.string_at({"spec", "nodeName"}).empty();
  if (subresource_ == "proxy" && document.root.string_at({"status", "podIP"}).empty()) {
    co_return std::unexpected(meta::bad_request("address not allowed"));
  }
  if (!has_node && subresource_ == "log") co_return std::unexpected(Status(204, "", ""));
  if (!has_node && subresource_ != "proxy") {
    co_return std::unexpected(meta::bad_request("pod " + name + " does not have a host assigned"));
  }
  co_return Result<void>();
}

Task<http::Response> PodConnecter::connect(rest::RequestContext& context, std::string name, std::string,
                                           http::Request request) {
  auto checked = co_await check(context, name, request);
  if (checked) co_return refusal(meta::not_implemented(std::string(kNoNodes)));
  if (checked.error().code != 204) co_return refusal(checked.error());
  http::Response nothing;  // a pod that is on no node has logged nothing
  nothing.status = 204;
  co_return nothing;
}

Task<http::Response> ProxyConnecter::connect(rest::RequestContext& context, std::string name, std::string,
                                             http::Request) {
  // [scheme:]name[:port]
  std::string target = name;
  if (std::size_t colon = target.find(':'); colon != target.npos) {
    std::string first = target.substr(0, colon);
    bool scheme = first == "http" || first == "https" || first.empty();
    std::string rest = target.substr(colon + 1);
    target = scheme ? rest.substr(0, rest.find(':')) : first;
  }
  auto found = co_await targets_.get(context, target, {});
  if (!found) co_return refusal(found.error());
  co_return refusal(meta::not_implemented(std::string(kNoNodes)));
}

}  // namespace pedalion::registry::builtin::virtuals
