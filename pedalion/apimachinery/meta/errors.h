#pragma once
// The catalogue of API errors, worded as kube-apiserver words them (apimachinery's api/errors).
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/base/status.h"

namespace pedalion::meta {

Status not_found(const GroupResource& resource, std::string_view name);
Status already_exists(const GroupResource& resource, std::string_view name);
/// generateName ran out of tries.
Status generate_name_conflict(const GroupResource& resource, std::string_view name);
Status unauthorized();
/// `pods "x" is forbidden: text`; without a name `pods is forbidden: text`.
Status forbidden(const GroupResource& resource, std::string_view name, std::string_view text);
/// `Operation cannot be fulfilled on pods "x": text`.
Status conflict(const GroupResource& resource, std::string_view name, std::string_view text);
/// conflict() of a write whose resource version is not the current one.
Status modified(const GroupResource& resource, std::string_view name);
/// `Kind "x" is invalid: …` with a cause for each error; `errors` is not empty.
Status invalid(std::string_view group, std::string_view kind, std::string_view name,
               const FieldErrors& errors);
Status bad_request(std::string text);
Status method_not_supported(const GroupResource& resource, std::string_view action);
Status internal_error(std::string_view text);
/// `Timeout: text`.
Status timeout(std::string_view text, int retry_after_seconds);
Status too_large_resource_version(std::uint64_t wanted, std::uint64_t current, int retry_after_seconds);
/// 410 Expired.
Status expired(std::string text);
Status request_entity_too_large(std::size_t limit);
Status too_many_requests(std::string text, int retry_after_seconds);
Status not_acceptable(const std::vector<std::string_view>& accepted);
Status unsupported_media_type(const std::vector<std::string_view>& accepted);
/// 501: `text` says what is not there.
Status not_implemented(std::string text);
/// What the router answers by itself: 404 "the server could not find the requested resource", 405 and the
/// like.
Status generic_server_response(int code);

}  // namespace pedalion::meta
