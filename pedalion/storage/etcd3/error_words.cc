#include "pedalion/storage/etcd3/error_words.h"

#include <array>
#include <string_view>

#include "pedalion/storage/errors.h"

namespace pedalion::storage::etcd3 {
namespace {

bool says(const grpc::Status& status, std::string_view text) {
  return std::string_view(status.error_message()).find(text) != std::string_view::npos;
}

}  // namespace

Status to_status(const grpc::Status& status) {
  if (says(status, "request is too large") || says(status, "larger than max")) return request_too_large();
  if (says(status, "has been compacted")) return {410, "Expired", status.error_message()};
  if (says(status, "is a future revision")) return {504, "Timeout", status.error_message()};
  if (says(status, "key is not provided")) return bad_key("it is empty");
  if (says(status, "too many requests")) return too_busy("requests");
  return storage_failed(status.error_message());
}

bool was_not_sent(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::UNAVAILABLE &&
         (says(status, "failed to connect") || says(status, "Connection refused") ||
          says(status, "DNS resolution") || says(status, "empty address list"));
}

bool is_members_fault(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::UNAVAILABLE ||
         status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED || says(status, "no leader") ||
         says(status, "request timed out") || says(status, "server stopped");
}

}  // namespace pedalion::storage::etcd3
