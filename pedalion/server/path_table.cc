#include "pedalion/server/path_table.h"

#include <algorithm>

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/server/exchange/status_response.h"

namespace pedalion::server {
namespace {

/// Whether one of the Accept header's ranges takes `content_type`; parameters are not looked at.
bool is_acceptable(std::string_view accept, std::string_view content_type) {
  if (accept.empty()) return true;
  while (!accept.empty()) {
    auto comma = accept.find(',');
    auto range = accept.substr(0, std::min(comma, accept.find(';')));
    accept = comma == std::string_view::npos ? std::string_view() : accept.substr(comma + 1);
    while (range.starts_with(' ')) range.remove_prefix(1);
    while (range.ends_with(' ')) range.remove_suffix(1);
    if (range == "*/*" || range == content_type) return true;
  }
  return false;
}

}  // namespace

void PathTable::add(std::string path, PathHandler handler) {
  exact_.insert_or_assign(std::move(path), std::move(handler));
}

void PathTable::add_prefix(std::string prefix, PathHandler handler) {
  auto at =
      std::ranges::find_if(prefixes_, [&](const auto& other) { return other.first.size() < prefix.size(); });
  prefixes_.emplace(at, std::move(prefix), std::move(handler));
}

void PathTable::list(std::string path) { listed_.push_back(std::move(path)); }

const PathHandler* PathTable::find(std::string_view path) const {
  auto found = exact_.find(path);
  if (found == exact_.end() && path.size() > 1 && path.ends_with('/')) {
    found = exact_.find(path.substr(0, path.size() - 1));
  }
  if (found != exact_.end()) return &found->second;
  for (const auto& [prefix, handler] : prefixes_) {
    if (path.starts_with(prefix)) return &handler;
  }
  return nullptr;
}

std::vector<std::string> PathTable::paths() const {
  std::vector<std::string> paths = listed_;
  for (const auto& [path, handler] : exact_) {
    if (path != "/" && path != "/index.html") paths.push_back(path);
  }
  for (const auto& [prefix, handler] : prefixes_) paths.push_back(prefix);
  std::ranges::sort(paths);
  paths.erase(std::ranges::unique(paths).begin(), paths.end());
  return paths;
}

PathHandler get_only(std::string content_type, PathHandler handler) {
  return [content_type = std::move(content_type), handler = std::move(handler)](const Exchange& exchange) {
    if (exchange.request.method != "GET")
      return status_response(meta::generic_server_response(405), exchange);
    if (!is_acceptable(exchange.request.headers.get("accept"), content_type)) {
      Status refused(406, "NotAcceptable",
                     "406: Not Acceptable\n\nAvailable representations: " + content_type, StatusDetails());
      return status_response(refused, exchange);
    }
    return handler(exchange);
  };
}

}  // namespace pedalion::server
