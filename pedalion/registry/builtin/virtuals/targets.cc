#include "pedalion/registry/builtin/virtuals/targets.h"

#include <algorithm>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/registry/builtin/kinds/addresses.h"

namespace pedalion::registry::builtin::virtuals {

using json::Value;

namespace {

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    std::size_t end = std::min(text.find(':', at), text.size());
    parts.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

std::vector<std::string_view> names_in(const Value& pod, std::string_view list) {
  std::vector<std::string_view> names;
  const Value* containers = pod.at({"spec", list});
  if (containers == nullptr) return names;
  for (const Value& container : containers->items()) names.push_back(container.string_at({"name"}));
  return names;
}

/// podIPs are the truth; podIP is their first.
std::vector<std::string_view> addresses_of(const Value& pod) {
  std::vector<std::string_view> addresses;
  if (const Value* listed = pod.at({"status", "podIPs"}); listed != nullptr) {
    for (const Value& address : listed->items()) addresses.push_back(address.string_at({"ip"}));
  }
  std::string_view only = pod.string_at({"status", "podIP"});
  if (addresses.empty() && !only.empty()) addresses.push_back(only);
  return addresses;
}

}  // namespace

Result<Target> split_target(std::string_view kind, std::string_view text) {
  std::vector<std::string> parts = split(text);
  if (parts.size() < 3) parts.insert(parts.begin(), "");  // no scheme
  parts.resize(std::max<std::size_t>(parts.size(), 3));   // no port
  const std::string& scheme = parts[0];
  bool known = scheme.empty() || scheme == "http" || scheme == "https";
  if (parts.size() == 3 && known && !parts[1].empty()) return Target{parts[0], parts[1], parts[2]};
  return std::unexpected(
      meta::bad_request("invalid " + std::string(kind) + " request " + meta::go_quoted(text)));
}

Result<void> check_container(const Value& pod, std::string_view name, std::string_view wanted) {
  std::vector<std::string_view> all;
  for (std::string_view list : {"initContainers", "containers", "ephemeralContainers"}) {
    std::ranges::copy(names_in(pod, list), std::back_inserter(all));
  }
  if (!wanted.empty()) {
    if (std::ranges::find(all, wanted) != all.end()) return {};
    return std::unexpected(
        meta::bad_request("container " + std::string(wanted) + " is not valid for pod " + std::string(name)));
  }
  std::size_t main_containers = names_in(pod, "containers").size();
  if (main_containers == 1) return {};
  std::string message = "a container name must be specified for pod " + std::string(name);
  if (main_containers > 1) {
    std::string choices;
    for (std::string_view choice : all) choices.append(choices.empty() ? "" : " ").append(choice);
    message += ", choose one of: [" + choices + "]";
  }
  return std::unexpected(meta::bad_request(message));
}

bool is_proxyable(const Value& pod) {
  std::vector<std::string_view> addresses = addresses_of(pod);
  if (addresses.empty()) return false;
  auto address = kinds::IpAddress::parse(addresses.front());
  return address && address->is_global_unicast();
}

bool has_address(const Value& pod, std::string_view address) {
  std::vector<std::string_view> addresses = addresses_of(pod);
  return std::ranges::find(addresses, address) != addresses.end();
}

Task<Result<json::Document>> get_for(rest::RequestContext& context, rest::Getter& getter, std::string name,
                                     std::string_view resource) {
  auto found = co_await getter.get(context, name, {});
  if (!found && found.error().code == 404) {
    co_return std::unexpected(meta::not_found({"", std::string(resource)}, name));
  }
  CO_TRY(rest::ObjectPtr object, std::move(found));
  co_return json::parse(object->json.view());
}

Task<Result<void>> check_node(rest::RequestContext& context, rest::Getter& nodes, std::string name,
                              std::string_view resource) {
  CO_TRY(json::Document node, co_await get_for(context, nodes, std::move(name), resource));
  // All types of addresses that there are will do.
  static constexpr std::string_view kTypes[] = {"Hostname", "InternalDNS", "InternalIP", "ExternalDNS",
                                                "ExternalIP"};
  std::string known;
  if (const Value* addresses = std::as_const(node.root).at({"status", "addresses"}); addresses != nullptr) {
    for (const Value& address : addresses->items()) {
      std::string_view type = address.string_at({"type"});
      if (std::ranges::find(kTypes, type) != std::end(kTypes)) co_return Result<void>();
      known.append(known.empty() ? "{" : " {").append(type).append(" ");
      known.append(address.string_at({"address"})).append("}");
    }
  }
  co_return std::unexpected(
      Status(500, "", "no preferred addresses found; known addresses: [" + known + "]"));
}

}  // namespace pedalion::registry::builtin::virtuals
