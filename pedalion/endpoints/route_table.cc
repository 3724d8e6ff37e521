#include "pedalion/endpoints/route_table.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "pedalion/apimachinery/json/write.h"

namespace pedalion::endpoints {
namespace {

/// What of a resource a path names.
enum class Form : std::uint8_t { kCollection, kEverywhere /* in all namespaces */, kItem, kSubpath, kCount };
/// A watch is told from a list by its verb; both are GETs of a collection.
enum class Method : std::uint8_t { kGet, kWatch, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };
constexpr std::size_t kForms = static_cast<std::size_t>(Form::kCount);
constexpr std::size_t kMethods = static_cast<std::size_t>(Method::kOther);

struct Key {
  std::string group, version, resource, subresource;
};
struct KeyView {
  std::string_view group, version, resource, subresource;
  explicit KeyView(const Key& key)
      : group(key.group), version(key.version), resource(key.resource), subresource(key.subresource) {}
  explicit KeyView(const RequestInfo& info)
      : group(info.api_group),
        version(info.api_version),
        resource(info.resource),
        subresource(info.subresource) {}
  bool operator==(const KeyView&) const = default;
};
struct KeyHash {
  using is_transparent = void;
  std::size_t operator()(const KeyView& key) const {
    std::hash<std::string_view> hash;
    return ((hash(key.group) * 31 + hash(key.version)) * 31 + hash(key.resource)) * 31 +
           hash(key.subresource);
  }
  std::size_t operator()(const Key& key) const { return (*this)(KeyView(key)); }
};
struct KeyEqual {
  using is_transparent = void;
  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    return KeyView(a) == KeyView(b);
  }
};

/// The routes of one resource or subresource, by form and method: index + 1 into the table.
struct Slot {
  bool namespaced = false;
  std::array<std::array<std::uint32_t, kMethods>, kForms> routes{};
};

Method method_of(std::string_view method, std::string_view verb) {
  if (method == "GET") return verb == "watch" ? Method::kWatch : Method::kGet;
  if (method == "HEAD") return Method::kHead;
  if (method == "POST") return Method::kPost;
  if (method == "PUT") return Method::kPut;
  if (method == "PATCH") return Method::kPatch;
  if (method == "DELETE") return Method::kDelete;
  return method == "OPTIONS" ? Method::kOptions : Method::kOther;
}

Form form_of(const Route& route) {
  if (route.path.ends_with("/{path}")) return Form::kSubpath;
  if (route.path.find("{name}") != std::string::npos) return Form::kItem;
  bool in_namespace = route.path.find("{namespace}") != std::string::npos;
  return route.resource->namespaced && !in_namespace ? Form::kEverywhere : Form::kCollection;
}

/// Nothing when no route has such a path, whatever the method.
std::optional<Form> form_of(const RequestInfo& info, bool namespaced) {
  bool named = !info.name.empty() && !info.name_from_selector;
  bool in_namespace = !info.ns.empty() && info.resource != "namespaces";
  if (info.resource == "namespaces" && !info.ns.empty() && info.name.empty()) return std::nullopt;
  if (in_namespace != namespaced && (in_namespace || named)) return std::nullopt;
  if (!info.subpath.empty()) return Form::kSubpath;
  if (named) return Form::kItem;
  return namespaced && !in_namespace ? Form::kEverywhere : Form::kCollection;
}

}  // namespace

struct RouteTable::Rep {
  std::vector<Route> routes;
  std::unordered_map<Key, Slot, KeyHash, KeyEqual> slots;
};

RouteTable::RouteTable() : rep_(std::make_unique<Rep>()) {}
RouteTable::~RouteTable() = default;
RouteTable::RouteTable(RouteTable&&) noexcept = default;
RouteTable& RouteTable::operator=(RouteTable&&) noexcept = default;

void RouteTable::add(Route route) {
  const auto& resource = *route.resource;
  Slot& slot =
      rep_->slots[Key{resource.gvr.group, resource.gvr.version, resource.gvr.resource, resource.subresource}];
  slot.namespaced = resource.namespaced;
  bool prefixed = route.path.find("/watch/") != std::string::npos;
  auto form = static_cast<std::size_t>(form_of(route));
  auto method = static_cast<std::size_t>(method_of(route.method, route.verb));
  std::uint32_t& place = slot.routes[form][method];
  rep_->routes.push_back(std::move(route));
  // A deprecated watch path of a collection is served as the collection's own.
  if (place == 0 || !prefixed) place = static_cast<std::uint32_t>(rep_->routes.size());
}

const std::vector<Route>& RouteTable::routes() const { return rep_->routes; }

RouteTable::Match RouteTable::match(std::string_view method, const RequestInfo& info) const {
  if (info.verb == "proxy") return {};  // of the prefix /proxy/, which is no longer served
  auto found = rep_->slots.find(KeyView(info));
  if (found == rep_->slots.end()) return {};
  const Slot& slot = found->second;
  auto form = form_of(info, slot.namespaced);
  if (!form) return {};
  const auto& routes = slot.routes[static_cast<std::size_t>(*form)];
  bool path_known = std::ranges::any_of(routes, [](std::uint32_t place) { return place != 0; });
  Method wanted = method_of(method, info.verb);
  bool refused = info.deprecated_watch && wanted != Method::kWatch;
  if (wanted == Method::kOther || refused) return {nullptr, path_known};
  std::uint32_t place = routes[static_cast<std::size_t>(wanted)];
  // Listing says that it cannot be watched.
  if (place == 0 && wanted == Method::kWatch && !info.deprecated_watch)
    place = routes[static_cast<std::size_t>(Method::kGet)];
  return {place == 0 ? nullptr : &rep_->routes[place - 1], path_known};
}

std::string routes_text(const RouteTable& table) {
  std::size_t path_width = 0;
  for (const Route& route : table.routes()) path_width = std::max(path_width, route.path.size());
  std::string text;
  auto column = [&text](std::string_view cell, std::size_t width) {
    text += cell;
    text.append(cell.size() < width ? width - cell.size() : 0, ' ');
    text += ' ';
  };
  for (const Route& route : table.routes()) {
    column(route.method, 7);
    column(route.path, path_width);
    column(route.verb, 16);
    text += route.handler_name;
    text += '\n';
  }
  return text;
}

std::string routes_json(const RouteTable& table) {
  json::Document document;
  document.root = json::Value::array(document.arena);
  for (const Route& route : table.routes()) {
    auto& arena = document.arena;
    json::Value row = json::Value::object(arena, 9);
    row.append_member("method", json::Value::string(route.method), arena);
    row.append_member("path", json::Value::string(route.path), arena);
    row.append_member("verb", json::Value::string(route.verb), arena);
    row.append_member("group", json::Value::string(route.resource->gvr.group), arena);
    row.append_member("version", json::Value::string(route.resource->gvr.version), arena);
    row.append_member("resource", json::Value::string(route.resource->gvr.resource), arena);
    row.append_member("subresource", json::Value::string(route.resource->subresource), arena);
    row.append_member("kind", json::Value::string(route.resource->kind.kind), arena);
    row.append_member("handler", json::Value::string(route.handler_name), arena);
    document.root.push_back(row, arena);
  }
  std::string text;
  json::write_pretty(document.root, text);
  return text + "\n";
}

}  // namespace pedalion::endpoints
