#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::meta {
namespace {

std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

Status about(int code, std::string_view reason, std::string message, const GroupResource& resource,
             std::string_view name) {
  StatusDetails details;
  details.name = name;
  details.group = resource.group;
  details.kind = resource.resource;
  return Status(code, std::string(reason), std::move(message), std::move(details));
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (auto word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

}  // namespace

Status not_found(const GroupResource& resource, std::string_view name) {
  return about(404, "NotFound", resource.text() + " " + quoted(name) + " not found", resource, name);
}

Status already_exists(const GroupResource& resource, std::string_view name) {
  return about(409, "AlreadyExists", resource.text() + " " + quoted(name) + " already exists", resource,
               name);
}

Status generate_name_conflict(const GroupResource& resource, std::string_view name) {
  Status status =
      about(409, "AlreadyExists",
            resource.text() + " " + quoted(name) +
                " already exists, the server was not able to generate a unique name for the object",
            resource, name);
  status.mutable_details().retry_after_seconds = 1;
  return status;
}

Status unauthorized() { return Status(401, "Unauthorized", "Unauthorized"); }

Status forbidden(const GroupResource& resource, std::string_view name, std::string_view text) {
  std::string what = resource.text();
  if (!name.empty()) what += " " + quoted(name);
  return about(403, "Forbidden", what + " is forbidden: " + std::string(text), resource, name);
}

Status conflict(const GroupResource& resource, std::string_view name, std::string_view text) {
  return about(
      409, "Conflict",
      "Operation cannot be fulfilled on " + resource.text() + " " + quoted(name) + ": " + std::string(text),
      resource, name);
}

Status modified(const GroupResource& resource, std::string_view name) {
  return conflict(
      resource, name,
      "the object has been modified; please apply your changes to the latest version and try again");
}

Status invalid(std::string_view group, std::string_view kind, std::string_view name,
               const FieldErrors& errors) {
  StatusDetails details;
  details.name = name;
  details.group = group;
  details.kind = kind;
  for (const FieldError& error : errors)
    details.causes.push_back({error.reason(), error.body(), error.field});
  std::string what(kind);
  if (!group.empty()) what += "." + std::string(group);
  return Status(422, "Invalid", what + " " + quoted(name) + " is invalid: " + aggregate_text(errors),
                std::move(details));
}

Status bad_request(std::string text) { return Status(400, "BadRequest", std::move(text)); }

Status method_not_supported(const GroupResource& resource, std::string_view action) {
  StatusDetails details;
  details.group = resource.group;
  details.kind = resource.resource;
  return Status(405, "MethodNotAllowed",
                std::string(action) + " is not supported on resources of kind " + quoted(resource.text()),
                std::move(details));
}

Status internal_error(std::string_view text) {
  StatusDetails details;
  details.causes.push_back({"", std::string(text), ""});
  return Status(500, "InternalError", "Internal error occurred: " + std::string(text), std::move(details));
}

Status timeout(std::string_view text, int retry_after_seconds) {
  StatusDetails details;
  details.retry_after_seconds = retry_after_seconds;
  return Status(504, "Timeout", "Timeout: " + std::string(text), std::move(details));
}

Status too_large_resource_version(std::uint64_t wanted, std::uint64_t current, int retry_after_seconds) {
  Status status = timeout(
      "Too large resource version: " + std::to_string(wanted) + ", current: " + std::to_string(current),
      retry_after_seconds);
  status.mutable_details().causes.push_back({"ResourceVersionTooLarge", "Too large resource version", ""});
  return status;
}

Status expired(std::string text) { return Status(410, "Expired", std::move(text)); }

Status request_entity_too_large(std::size_t limit) {
  return Status(413, "RequestEntityTooLarge", "Request entity too large: limit is " + std::to_string(limit));
}

Status too_many_requests(std::string text, int retry_after_seconds) {
  StatusDetails details;
  details.retry_after_seconds = retry_after_seconds;
  return Status(429, "TooManyRequests", std::move(text), std::move(details));
}

Status not_acceptable(const std::vector<std::string_view>& accepted) {
  return Status(406, "NotAcceptable", "only the following media types are accepted: " + joined(accepted));
}

Status unsupported_media_type(const std::vector<std::string_view>& accepted) {
  return Status(
      415, "UnsupportedMediaType",
      "the body of the request was in an unknown format - accepted media types include: " + joined(accepted));
}

Status not_implemented(std::string text) { return Status(501, "NotImplemented", std::move(text)); }

Status generic_server_response(int code) {
  struct Answer {
    int code;
    std::string_view reason, message;
  };
  static constexpr Answer kAnswers[] = {
      {400, "BadRequest", "the server rejected our request for an unknown reason"},
      {401, "Unauthorized", "the server has asked for the client to provide credentials"},
      {403, "Forbidden", "the server does not allow access to the requested resource"},
      {404, "NotFound", "the server could not find the requested resource"},
      {405, "MethodNotAllowed", "the server does not allow this method on the requested resource"},
      {406, "NotAcceptable", "the server was unable to respond with a content type that the client supports"},
      {409, "Conflict", "the server reported a conflict"},
      {415, "UnsupportedMediaType", "415: Unsupported Media Type"},
      {422, "Invalid", "the server rejected our request due to an error in our request"},
      {429, "TooManyRequests",
       "the server has received too many requests and has asked us to try again later"},
      {503, "ServiceUnavailable", "the server is currently unable to handle the request"},
      {504, "Timeout",
       "the server was unable to return a response in the time allotted, but may still be processing the "
       "request"},
  };
  for (const Answer& answer : kAnswers) {
    if (answer.code == code)
      return Status(code, std::string(answer.reason), std::string(answer.message), StatusDetails());
  }
  return Status(code, "",
                "the server responded with the status code " + std::to_string(code) +
                    " but did not return more information",
                StatusDetails());
}

}  // namespace pedalion::meta
