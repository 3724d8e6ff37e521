#include "pedalion/endpoints/request/request_info.h"

#include <algorithm>
#include <array>
#include <vector>

#include "pedalion/apimachinery/meta/query.h"

namespace pedalion::endpoints {
namespace {

using Parts = std::vector<std::string_view>;

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return made;
}

/// The parts between slashes, those at both ends left out.
Parts split(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  Parts parts;
  if (path.empty()) return parts;
  parts.reserve(8);
  for (std::size_t at = 0;;) {
    auto slash = path.find('/', at);
    parts.push_back(path.substr(at, slash == std::string_view::npos ? slash : slash - at));
    if (slash == std::string_view::npos) return parts;
    at = slash + 1;
  }
}

std::string verb_of(std::string_view method) {
  if (method == "POST") return "create";
  if (method == "GET" || method == "HEAD") return "get";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  if (method == "DELETE") return "delete";
  return {};
}

bool is_path_segment(std::string_view name) {
  return name != "." && name != ".." && name.find_first_of("/%") == std::string_view::npos;
}

/// The name that a field selector pins down: `metadata.name=x`.
std::string name_in_field_selector(const meta::Query& query) {
  const std::string* selector = query.find("fieldSelector");
  if (selector == nullptr) return {};
  std::string_view rest = *selector;
  constexpr std::string_view kName = "metadata.name";
  while (!rest.empty()) {
    auto comma = rest.find(',');
    auto term = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    if (!term.starts_with(kName)) continue;
    auto value = term.substr(kName.size());
    if (!value.starts_with('=')) continue;
    value.remove_prefix(value.starts_with("==") ? 2 : 1);
    if (!value.empty() && value.find('\\') == std::string_view::npos && is_path_segment(value))
      return std::string(value);
  }
  return {};
}

/// Takes a verb that stands before the resource, such as /watch/.
void take_prefix_verb(std::string_view method, Parts& parts, std::size_t& at, RequestInfo& info,
                      bool& prefixed) {
  std::string_view part = parts[at];
  bool is_prefix = part == "watch" || part == "proxy";
  info.names_nothing = is_prefix && at + 1 == parts.size();
  if (is_prefix && !info.names_nothing) {
    info.verb = part;
    prefixed = true;
    ++at;
  } else {
    info.verb = verb_of(method);
  }
}

void take_namespace(const Parts& parts, std::size_t& at, RequestInfo& info) {
  if (parts[at] != "namespaces" || at + 1 >= parts.size()) return;
  info.ns = parts[at + 1];
  // namespaces/ns and its own subresources are of the resource namespaces.
  if (at + 2 >= parts.size()) return;
  if (parts[at + 2] == "status" || parts[at + 2] == "finalize") return;
  at += 2;
}

void take_resource(const Parts& parts, std::size_t at, bool prefixed_proxy, RequestInfo& info) {
  info.resource = parts[at];
  if (at + 1 < parts.size()) info.name = parts[at + 1];
  if (at + 2 < parts.size() && !prefixed_proxy) info.subresource = parts[at + 2];
  for (std::size_t rest = at + 3; rest < parts.size(); ++rest) {
    info.subpath += '/';
    info.subpath += parts[rest];
  }
}

void decide_collection_verb(std::string_view target, RequestInfo& info) {
  if (!info.name.empty()) return;
  if (info.verb == "get") {
    meta::Query query(target.find('?') == std::string_view::npos ? std::string_view()
                                                                 : target.substr(target.find('?') + 1));
    info.verb = query.boolean("watch") ? "watch" : "list";
    info.name = name_in_field_selector(query);
    info.name_from_selector = !info.name.empty();
  } else if (info.verb == "delete") {
    info.verb = "deletecollection";
  }
}

}  // namespace

RequestInfo parse_request_info(std::string_view method, std::string_view target) {
  RequestInfo info;
  auto raw_path = target.substr(0, target.find('?'));
  info.path = meta::unescaped(raw_path, meta::Escapes::kPath).value_or(std::string(raw_path));
  Parts parts = split(info.path);
  bool legacy = !parts.empty() && parts[0] == "api";
  std::size_t at = legacy ? 2 : 3;
  bool api = legacy || (!parts.empty() && parts[0] == "apis");
  if (!api || parts.size() < at + 1) {
    info.verb = lower(method);
    return info;
  }
  info.is_resource_request = true;
  info.api_prefix = parts[0];
  if (!legacy) info.api_group = parts[1];
  info.api_version = parts[at - 1];
  bool prefixed = false;
  take_prefix_verb(method, parts, at, info, prefixed);
  info.deprecated_watch = prefixed && info.verb == "watch";
  take_namespace(parts, at, info);
  take_resource(parts, at, prefixed && info.verb == "proxy", info);
  if (!prefixed) decide_collection_verb(target, info);
  return info;
}

bool is_long_running(const RequestInfo& info) {
  if (info.verb == "watch" || info.verb == "proxy") return true;
  if (!info.is_resource_request) return info.path.starts_with("/debug/pprof/");
  static constexpr std::array<std::string_view, 5> kSubresources = {"attach", "exec", "proxy", "log",
                                                                    "portforward"};
  return std::ranges::find(kSubresources, info.subresource) != kSubresources.end();
}

}  // namespace pedalion::endpoints
