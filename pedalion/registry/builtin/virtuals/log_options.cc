#include "pedalion/registry/builtin/virtuals/log_options.h"

#include <charconv>
#include <optional>

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/apimachinery/meta/time.h"

namespace pedalion::registry::builtin::virtuals {

using meta::FieldError;
using meta::FieldErrors;
using meta::FieldPath;

namespace {

using Number = std::optional<std::int64_t>;

struct LogOptions {
  Number since_seconds, tail_lines, limit_bytes;
  bool has_since_time = false, has_stream = false;
};

Result<Number> number_of(const meta::Query& query, std::string_view name) {
  const std::string* text = query.find(name);
  if (text == nullptr) return Number();
  TRY(std::int64_t number, meta::parse_int64(*text));
  return Number(number);
}

/// In the order of the type's fields: the first that cannot be read is told. Booleans always can.
Result<LogOptions> read(const meta::Query& query) {
  LogOptions options;
  TRY(options.since_seconds, number_of(query, "sinceSeconds"));
  if (const std::string* time = query.find("sinceTime"); time != nullptr) {
    options.has_since_time = true;
    if (!time->empty() && *time != "null") {
      auto read = meta::parse_time(*time);
      if (!read) return std::unexpected(meta::bad_request(read.error().message));
    }
  }
  TRY(options.tail_lines, number_of(query, "tailLines"));
  TRY(options.limit_bytes, number_of(query, "limitBytes"));
  options.has_stream = query.has("stream");
  return options;
}

FieldErrors errors_of(const LogOptions& options) {
  FieldErrors errors;
  if (options.tail_lines && *options.tail_lines < 0) {
    errors.push_back(FieldError::invalid(FieldPath("tailLines"), *options.tail_lines,
                                         "must be greater than or equal to 0"));
  }
  if (options.limit_bytes && *options.limit_bytes < 1) {
    errors.push_back(
        FieldError::invalid(FieldPath("limitBytes"), *options.limit_bytes, "must be greater than 0"));
  }
  if (options.since_seconds && options.has_since_time) {
    errors.push_back(FieldError::forbidden(FieldPath().key(""),
                                           "at most one of `sinceTime` or `sinceSeconds` may be specified"));
  } else if (options.since_seconds && *options.since_seconds < 1) {
    errors.push_back(
        FieldError::invalid(FieldPath("sinceSeconds"), *options.since_seconds, "must be greater than 0"));
  }
  // Separate streams are a feature that is off (PodLogsQuerySplitStreams).
  if (options.has_stream) {
    errors.push_back(FieldError::forbidden(FieldPath("stream"), "may not be specified"));
  }
  return errors;
}

Result<void> check_port(std::string_view text) {
  std::uint16_t port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  bool whole = end == text.data() + text.size();
  if (whole && error == std::errc()) return {};
  bool out_of_range = whole && error == std::errc::result_out_of_range;
  return std::unexpected(meta::bad_request("cannot convert to []int32: strconv.ParseUint: parsing " +
                                           meta::go_quoted(text) +
                                           (out_of_range ? ": value out of range" : ": invalid syntax")));
}

}  // namespace

Result<void> check_log_options(const meta::Query& query, std::string_view pod) {
  TRY(LogOptions options, read(query));
  FieldErrors errors = errors_of(options);
  if (!errors.empty()) return std::unexpected(meta::invalid("", "PodLogOptions", pod, errors));
  return {};
}

Result<void> check_ports(const meta::Query& query) {
  for (std::string_view value : query.find_all("ports")) {
    for (std::size_t end = 0; end != std::string_view::npos;) {
      end = value.find(',');
      TRY_OK(check_port(value.substr(0, end)));
      value.remove_prefix(end == std::string_view::npos ? value.size() : end + 1);
    }
  }
  return {};
}

}  // namespace pedalion::registry::builtin::virtuals
