#pragma once
// One request to an API server, built step by step; its URL is pure and made by client-go's rules.
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/base/bytes.h"
#include "pedalion/base/task.h"
#include "pedalion/http/message.h"

namespace pedalion::client::rest {

class RestClient;

/// What a server answered with success.
struct Response {
  int status = 200;
  http::Headers headers;
  Bytes body;
  std::vector<std::string> warnings;  // the texts of its Warning headers of code 299
  bool created() const { return status == 201; }
};

/// An answer whose body goes on. Destroying it breaks the answer off.
struct Stream {
  int status = 200;
  http::Headers headers;
  std::unique_ptr<http::BodyReader> body;  // never null
};

enum class PatchType { kJson, kMerge, kStrategicMerge, kApply };
std::string_view content_type_of(PatchType type);

/// A value: build it, then send() it, once or more often. A wrong part is remembered and is what send() fails
/// with (400, client-go's text). The client it came from outlives it and its Tasks.
class Request {
 public:
  Request(RestClient& client, std::string method) : client_(&client), method_(std::move(method)) {}

  /// /api/v1 or /apis/GROUP/VERSION goes before the rest.
  Request& group_version(const meta::GroupVersion& value);
  /// The empty one: not in any namespace.
  Request& in_namespace(std::string_view name);
  Request& resource(std::string_view name);
  Request& name(std::string_view name);
  /// `status`, or more than one segment.
  Request& subresource(std::string_view path);
  Request& suffix(std::string_view path);
  /// This path in place of all those parts.
  Request& path(std::string_view absolute);
  /// Adds one; the same name may come more than once.
  Request& param(std::string_view name, std::string_view value);
  Request& header(std::string_view name, std::string_view value);
  Request& accept(std::string_view media_types);
  Request& body(Bytes bytes, std::string_view content_type = "application/json");
  /// How long the whole may take; the server is told, too (?timeout=). 0: as long as it likes.
  Request& timeout(std::chrono::milliseconds value);
  /// How often an answer that says Retry-After is tried again; 10 without this.
  Request& max_retries(int count);

  /// Path and query, parameters in order of their names. Fails with what is wrong with the parts.
  Result<std::string> url() const;

  /// Sends, and reads the whole answer. An error answer is the Status in it, or one made from what it says.
  Task<Result<Response>> send() const;
  /// The answer's body comes as it comes: logs, watches. Not held up by the rate limiter.
  Task<Result<Stream>> stream() const;
  /// Asks for the protocol that header() names (`connection`, `upgrade`). After a 101, `outgoing` is what is
  /// sent and the body what comes. Fails with the Status that is answered instead; is not tried again.
  Task<Result<Stream>> upgrade(std::unique_ptr<http::BodyReader> outgoing) const;

  const std::string& method() const { return method_; }
  RestClient& client() const { return *client_; }

 private:
  friend class RestClient;
  Request& fail(std::string message);
  Result<std::string> path_of_parts() const;

  RestClient* client_;
  std::string method_;
  std::string prefix_, namespace_, resource_, name_, subresource_, suffix_, absolute_;
  bool namespace_set_ = false, name_set_ = false;
  std::vector<std::pair<std::string, std::string>> params_;
  http::Headers headers_;
  std::optional<Bytes> body_;
  std::chrono::milliseconds timeout_{};
  int max_retries_ = 10;
  std::string problem_;  // the first one
};

}  // namespace pedalion::client::rest
