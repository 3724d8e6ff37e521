#include "pedalion/storage/errors.h"

#include <fmt/format.h>

namespace pedalion::storage {

namespace {
constexpr std::string_view kRequestTooLarge = "etcdserver: request is too large";
}  // namespace

Status key_not_found(std::string_view key) {
  return {404, "NotFound", fmt::format("key not found: {}", key)};
}

Status key_exists(std::string_view key, Revision actual) {
  return {409, "AlreadyExists", fmt::format("key exists at revision {}: {}", actual, key)};
}

Status key_changed(std::string_view key, Revision expected, Revision actual) {
  return {409, "Conflict", fmt::format("key has revision {}, not {}: {}", actual, expected, key)};
}

Status revision_compacted(Revision wanted, Revision compacted) {
  return {410, "Expired",
          fmt::format("revision {} has been compacted; the oldest one kept is {}", wanted, compacted)};
}

Status revision_in_future(Revision wanted, Revision current) {
  return {504, "Timeout",
          fmt::format("revision {} is in the future; the current one is {}", wanted, current)};
}

Status request_too_large() { return {500, "", std::string(kRequestTooLarge)}; }

bool is_request_too_large(const Status& status) { return status.message == kRequestTooLarge; }

Status bad_key(std::string_view text) {
  return {400, "BadRequest", fmt::format("storage: bad key: {}", text)};
}

Status too_busy(std::string_view what) {
  return {429, "TooManyRequests", fmt::format("storage: too many {}, please try again later", what)};
}

Status storage_failed(std::string_view text) {
  return {500, "InternalError", fmt::format("storage: {}", text)};
}

}  // namespace pedalion::storage
