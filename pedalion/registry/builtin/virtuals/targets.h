#pragma once
// What a connection would go to: the pieces of the names that proxies take, containers, nodes, addresses.
#include <string>
#include <string_view>

#include "pedalion/registry/rest/storage.h"

namespace pedalion::registry::builtin::virtuals {

/// "name", "name:port" or "scheme:name:port" (apimachinery's SplitSchemeNamePort).
struct Target {
  std::string scheme, name, port;
};
/// 400 `invalid pod request "…"`.
Result<Target> split_target(std::string_view kind, std::string_view text);

/// That the container named is one of the pod's, or, without a name, that the pod has only one.
Result<void> check_container(const json::Value& pod, std::string_view name, std::string_view wanted);

/// The pod's first address can be reached from outside of its node.
bool is_proxyable(const json::Value& pod);
bool has_address(const json::Value& pod, std::string_view address);

/// An object that is looked for on behalf of `resource`: that is what is told not to be there.
Task<Result<json::Document>> get_for(rest::RequestContext& context, rest::Getter& getter, std::string name,
                                     std::string_view resource);

/// The node is there, and has an address.
Task<Result<void>> check_node(rest::RequestContext& context, rest::Getter& nodes, std::string name,
                              std::string_view resource);

}  // namespace pedalion::registry::builtin::virtuals
