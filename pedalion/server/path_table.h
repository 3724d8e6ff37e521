#pragma once
// The paths outside of the API's resources, and what answers each: /version, /healthz, /metrics, /openapi/v2,
// …
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pedalion/server/exchange/exchange.h"

namespace pedalion::server {

/// Quick, synchronous, thread-safe. The exchange is the caller's.
using PathHandler = std::function<http::Response(const Exchange& exchange)>;

/// Filled while the server is put together, then fixed; look-ups are thread-safe.
class PathTable {
 public:
  /// `path` exactly, or with one slash after it.
  void add(std::string path, PathHandler handler);
  /// Everything below `prefix`, which ends with a slash. The longest prefix wins, exact paths before all.
  void add_prefix(std::string prefix, PathHandler handler);
  /// A path that `/` shows and that others serve.
  void list(std::string path);

  /// Null when nothing answers.
  const PathHandler* find(std::string_view path) const;
  /// Sorted, without duplicates: what `/` shows.
  std::vector<std::string> paths() const;

 private:
  std::map<std::string, PathHandler, std::less<>> exact_;
  std::vector<std::pair<std::string, PathHandler>> prefixes_;  // longest first
  std::vector<std::string> listed_;
};

/// Wraps `handler` as go-restful's routes behave: 405 for any other method than GET, 406 when the Accept
/// header takes nothing like `content_type`.
PathHandler get_only(std::string content_type, PathHandler handler);

}  // namespace pedalion::server
