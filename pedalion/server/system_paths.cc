#include "pedalion/server/system_paths.h"

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/server/exchange/metrics.h"
#include "pedalion/server/version.h"

namespace pedalion::server {
namespace {

/// The same bytes for every request.
PathHandler fixed(std::string content_type, std::string body, std::string cache_control = {}) {
  return [content_type = std::move(content_type), body = Bytes(std::move(body)),
          cache_control = std::move(cache_control)](const Exchange&) {
    http::Response response;
    response.headers.add("content-type", content_type);
    if (!cache_control.empty()) response.headers.add("cache-control", cache_control);
    response.chunks.push_back(body);
    return response;
  };
}

}  // namespace

void add_health(PathTable& paths, std::shared_ptr<const HealthEndpoint> endpoint) {
  const std::string root = "/" + endpoint->name();
  PathHandler handler = [endpoint, skip = root.size()](const Exchange& exchange) {
    return endpoint->answer(std::string_view(exchange.info.path).substr(skip), exchange.request.query());
  };
  paths.add(root, handler);
  for (const auto& check : endpoint->checks()) paths.add(root + "/" + check.name, handler);
}

void add_version(PathTable& paths) {
  paths.add("/version", get_only("application/json", fixed("application/json", version_json())));
}

void add_metrics(PathTable& paths, const Metrics& metrics) {
  paths.add("/metrics", [&metrics](const Exchange&) {
    return http::Response(200, "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
                          metrics.expose());
  });
}

void add_openid(PathTable& paths, OpenIdMetadata metadata) {
  constexpr auto kCached = "public, max-age=3600";
  paths.add(
      "/.well-known/openid-configuration",
      get_only("application/json", fixed("application/json", std::move(metadata.configuration), kCached)));
  paths.add("/openid/v1/jwks",
            get_only("application/jwk-set+json",
                     fixed("application/jwk-set+json", std::move(metadata.key_set), kCached)));
}

void add_index(PathTable& paths) {
  std::string listed;
  for (const auto& path : paths.paths()) {
    listed += listed.empty() ? "" : ",";
    json::write_string(path, listed);
  }
  std::string body;
  json::indent(R"({"paths":[)" + listed + "]}", body);
  auto handler = fixed("application/json", std::move(body));
  paths.add("/", handler);
  paths.add("/index.html", handler);
}

}  // namespace pedalion::server
