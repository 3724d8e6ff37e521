#pragma once
// What answers /openapi/v2 and /openapi/v3: negotiation, hashes, conditional requests. Documents are made
// when asked for; only their hashes are kept.
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pedalion/endpoints/openapi/generator.h"
#include "pedalion/http/message.h"

namespace pedalion::openapi {

/// Thread-safe. An answer costs as much as making its document (core/v1: 2 ms, OpenAPI v2: 10 ms); the first
/// index makes them all once. A HEAD is answered as a GET: the connection leaves the body out.
class Documents final : public http::Handler {
 public:
  /// Both must outlive this, and the groups must not change.
  Documents(const scheme::Scheme& scheme, std::span<const registry::rest::ApiGroupInfo> groups);

  Task<http::Response> handle(http::Request request) override;
  /// For a path of /openapi/v2, /openapi/v3 or below the latter; 404 without a body for all else.
  http::Response answer(const http::Request& request);

 private:
  http::Response answer_index();
  http::Response answer_v2(const http::Request& request);
  http::Response answer_v3(const http::Request& request, std::string_view path);
  /// Of a document's JSON text: upper-case hexadecimal SHA-512.
  std::string hash_of(const std::string& path, const std::string& json);

  Generator generator_;
  std::mutex mutex_;
  std::map<std::string, std::string> hashes_;  // by path; guarded by mutex_
};

}  // namespace pedalion::openapi
