#pragma once
// From a Config to its server: connections, credentials, compressed answers.
#include <memory>

#include "pedalion/client/config/config.h"
#include "pedalion/client/config/credentials.h"
#include "pedalion/client/rest/rest_client.h"
#include "pedalion/client/rest/transport.h"

namespace pedalion::client::config {

/// Adds to each request who is asking, and as whom; takes certificates up anew when their files change, and
/// gives up idle connections made with the old ones. Its failures name where the configuration was found. May
/// be made on any thread; fails (400) with what is unusable. REQUIRES a loop of http/.
Result<std::unique_ptr<rest::Transport>> make_http_transport(Loop& loop, const Config& config,
                                                             const Periods& periods = {});

/// A client with this transport; the path of the server's URL goes before those of its requests.
Result<std::unique_ptr<rest::RestClient>> make_client(Loop& loop, const Config& config);

}  // namespace pedalion::client::config
