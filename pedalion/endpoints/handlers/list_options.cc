#include "pedalion/endpoints/handlers/list_options.h"

#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::endpoints {
namespace {

using meta::FieldError;
using meta::FieldPath;
using registry::rest::ListOptions;

const FieldPath kMatch("resourceVersionMatch");

meta::FieldErrors list_errors(const ListOptions& options) {
  static constexpr std::string_view kMatches[] = {"Exact", "NotOlderThan", ""};
  meta::FieldErrors errors;
  const std::string& match = options.resource_version_match;
  if (!match.empty()) {
    if (options.resource_version.empty())
      errors.push_back(FieldError::forbidden(
          kMatch, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
    if (!options.continue_token.empty())
      errors.push_back(
          FieldError::forbidden(kMatch, "resourceVersionMatch is forbidden when continue is provided"));
    if (match != "Exact" && match != "NotOlderThan")
      errors.push_back(FieldError::not_supported(kMatch, match, kMatches));
    if (match == "Exact" && options.resource_version == "0")
      errors.push_back(FieldError::forbidden(
          kMatch, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
  }
  if (options.send_initial_events)
    errors.push_back(
        FieldError::forbidden(FieldPath("sendInitialEvents"), "sendInitialEvents is forbidden for list"));
  return errors;
}

meta::FieldErrors watch_errors(const ListOptions& options) {
  static constexpr std::string_view kMatches[] = {"NotOlderThan"};
  meta::FieldErrors errors;
  const std::string& match = options.resource_version_match;
  if (options.send_initial_events && match != "NotOlderThan")
    errors.push_back(FieldError::forbidden(
        kMatch, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
  // A watch that says nothing of initial events is one that sends them, with the match that goes with it.
  bool defaulted = !options.send_initial_events && match.empty() &&
                   (options.resource_version.empty() || options.resource_version == "0");
  if (defaulted && !options.continue_token.empty())
    errors.push_back(
        FieldError::forbidden(kMatch, "resourceVersionMatch is forbidden when continue is provided"));
  if (match.empty()) return errors;
  if (!options.send_initial_events)
    errors.push_back(FieldError::forbidden(
        kMatch, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
  if (match != "NotOlderThan") errors.push_back(FieldError::not_supported(kMatch, match, kMatches));
  if (!options.continue_token.empty())
    errors.push_back(
        FieldError::forbidden(kMatch, "resourceVersionMatch is forbidden when continue is provided"));
  return errors;
}

Result<void> read_numbers(const meta::Query& query, ListOptions& options) {
  if (const auto* text = query.find("timeoutSeconds")) {
    TRY(std::int64_t seconds, meta::parse_int64(*text));
    options.timeout_seconds = seconds;
  }
  if (const auto* text = query.find("limit")) {
    TRY(options.limit, meta::parse_int64(*text));
  }
  return {};
}

Result<void> add_name(const Call& call, ListOptions& options) {
  if (!call.info.deprecated_watch || call.info.name.empty()) return {};
  if (const auto* selected = options.fields.exact_match("metadata.name");
      selected != nullptr && *selected != call.info.name)
    return std::unexpected(meta::bad_request("fieldSelector metadata.name doesn't match requested name"));
  options.fields.add({.field = "metadata.name", .value = call.info.name, .equals = true});
  return {};
}

}  // namespace

Result<ListOptions> list_options_of(const Call& call, const meta::Query& query, ListVerb verb) {
  auto text = [&](std::string_view name) {
    const auto* found = query.find(name);
    return found == nullptr ? std::string() : *found;
  };
  ListOptions options;
  if (const auto* labels = query.find("labelSelector")) {
    TRY(options.labels, selector::LabelSelector::parse(*labels));
  }
  if (const auto* fields = query.find("fieldSelector")) {
    TRY(options.fields, selector::FieldSelector::parse(*fields));
  }
  options.allow_watch_bookmarks = query.boolean("allowWatchBookmarks");
  options.resource_version = text("resourceVersion");
  options.resource_version_match = text("resourceVersionMatch");
  options.continue_token = text("continue");
  if (query.has("sendInitialEvents")) options.send_initial_events = query.boolean("sendInitialEvents");
  TRY_OK(read_numbers(query, options));
  TRY_OK(add_name(call, options));
  auto errors = verb == ListVerb::kWatch ? watch_errors(options) : list_errors(options);
  if (!errors.empty()) return std::unexpected(meta::invalid("meta.k8s.io", "ListOptions", "", errors));
  return options;
}

}  // namespace pedalion::endpoints
