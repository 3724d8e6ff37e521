#pragma once
// Fills a PathTable with what every server has: health, version, metrics, the OpenID documents and the index.
#include <memory>
#include <vector>

#include "pedalion/server/health.h"
#include "pedalion/server/openid.h"
#include "pedalion/server/path_table.h"

namespace pedalion::server {

class Metrics;

/// /healthz, /livez or /readyz, and below it a path for each check.
void add_health(PathTable& paths, std::shared_ptr<const HealthEndpoint> endpoint);
void add_version(PathTable& paths);
/// `metrics` outlives the table.
void add_metrics(PathTable& paths, const Metrics& metrics);
void add_openid(PathTable& paths, OpenIdMetadata metadata);
/// `/` and `/index.html`: call it last, it lists what is there then.
void add_index(PathTable& paths);

}  // namespace pedalion::server
