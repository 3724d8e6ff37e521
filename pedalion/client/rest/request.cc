#include "pedalion/client/rest/request.h"

#include <algorithm>
#include <map>

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/client/rest/rest_client.h"

namespace pedalion::client::rest {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

void append_escaped(char c, std::string& out) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  auto byte = static_cast<unsigned char>(c);
  out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
}

/// As Go's url.URL writes a path.
void append_path(std::string_view path, std::string& out) {
  constexpr std::string_view kPlain = "$&+,/:;=@";
  for (char c : path) {
    if (is_unreserved(c) || kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      append_escaped(c, out);
    }
  }
}

/// As Go's url.QueryEscape.
void append_query(std::string_view text, std::string& out) {
  for (char c : text) {
    if (c == ' ') {
      out += '+';
    } else if (is_unreserved(c)) {
      out += c;
    } else {
      append_escaped(c, out);
    }
  }
}

/// Why `name` can be no segment of a path; empty: it can.
std::string segment_problem(std::string_view name) {
  if (name == "." || name == "..") return "may not be '" + std::string(name) + "'";
  std::string problem;
  for (char banned : {'/', '%'}) {
    if (name.find(banned) == std::string_view::npos) continue;
    if (!problem.empty()) problem += ' ';
    problem += std::string("may not contain '") + banned + "'";
  }
  return problem;
}

std::string invalid(std::string_view what, std::string_view name, std::string_view problem) {
  return "invalid " + std::string(what) + " \"" + std::string(name) + "\": [" + std::string(problem) + "]";
}

void append_segment(std::string_view segment, std::string& path) {
  while (!segment.empty() && segment.front() == '/') segment.remove_prefix(1);
  while (!segment.empty() && segment.back() == '/') segment.remove_suffix(1);
  if (!segment.empty()) (path += '/') += segment;
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return made;
}

}  // namespace

std::string_view content_type_of(PatchType type) {
  switch (type) {
    case PatchType::kJson:
      return "application/json-patch+json";
    case PatchType::kMerge:
      return "application/merge-patch+json";
    case PatchType::kStrategicMerge:
      return "application/strategic-merge-patch+json";
    case PatchType::kApply:
      return "application/apply-patch+yaml";
  }
  return "";
}

Request& Request::fail(std::string message) {
  if (problem_.empty()) problem_ = std::move(message);
  return *this;
}

Request& Request::group_version(const meta::GroupVersion& value) {
  prefix_ = (value.group.empty() ? "/api/" : "/apis/") + value.api_version();
  return *this;
}

Request& Request::in_namespace(std::string_view name) {
  if (auto problem = segment_problem(name); !problem.empty())
    return fail(invalid("namespace", name, problem));
  namespace_set_ = true;
  namespace_ = name;
  return *this;
}

Request& Request::resource(std::string_view name) {
  if (auto problem = segment_problem(name); !problem.empty()) return fail(invalid("resource", name, problem));
  resource_ = lower(name);
  return *this;
}

Request& Request::name(std::string_view name) {
  if (name.empty()) return fail("resource name may not be empty");
  if (auto problem = segment_problem(name); !problem.empty())
    return fail(invalid("resource name", name, problem));
  name_set_ = true;
  name_ = name;
  return *this;
}

Request& Request::subresource(std::string_view path) {
  for (std::size_t at = 0; at <= path.size();) {
    auto end = std::min(path.find('/', at), path.size());
    auto segment = path.substr(at, end - at);
    if (auto problem = segment_problem(segment); !problem.empty())
      return fail(invalid("subresource", segment, problem));
    at = end + 1;
  }
  subresource_ = path;
  return *this;
}

Request& Request::suffix(std::string_view path) {
  append_segment(path, suffix_);
  return *this;
}

Request& Request::path(std::string_view absolute) {
  absolute_ = absolute;
  return *this;
}

Request& Request::param(std::string_view name, std::string_view value) {
  params_.emplace_back(name, value);
  return *this;
}

Request& Request::header(std::string_view name, std::string_view value) {
  headers_.add(lower(name), value);
  return *this;
}

Request& Request::accept(std::string_view media_types) {
  headers_.set("accept", media_types);
  return *this;
}

Request& Request::body(Bytes bytes, std::string_view content_type) {
  body_ = std::move(bytes);
  headers_.set("content-type", content_type);
  return *this;
}

Request& Request::timeout(std::chrono::milliseconds value) {
  timeout_ = value;
  return *this;
}

Request& Request::max_retries(int count) {
  max_retries_ = count;
  return *this;
}

Result<std::string> Request::path_of_parts() const {
  if (!absolute_.empty()) return absolute_;
  if (namespace_set_ && namespace_.empty()) {
    if (method_ == "POST")
      return std::unexpected(meta::bad_request("an empty namespace may not be set during creation"));
    if (name_set_) {
      return std::unexpected(
          meta::bad_request("an empty namespace may not be set when a resource name is provided"));
    }
  }
  std::string path = prefix_;
  if (!namespace_.empty()) (path += "/namespaces/") += namespace_;
  append_segment(resource_, path);
  append_segment(name_, path);
  append_segment(subresource_, path);
  append_segment(suffix_, path);
  return path.empty() ? "/" : path;
}

Result<std::string> Request::url() const {
  if (!problem_.empty()) return std::unexpected(meta::bad_request(problem_));
  TRY(std::string path, path_of_parts());
  std::string url;
  append_path(client_->options().base_path, url);
  append_path(path, url);
  auto params = params_;
  if (timeout_.count() > 0) {
    auto seconds = std::chrono::ceil<std::chrono::seconds>(timeout_);
    params.emplace_back("timeout", std::to_string(seconds.count()) + "s");
  }
  // In the order of their names, those of one name as they came.
  std::multimap<std::string_view, std::string_view> sorted(params.begin(), params.end());
  char before = '?';
  for (const auto& [name, value] : sorted) {
    url += before;
    append_query(name, url);
    url += '=';
    append_query(value, url);
    before = '&';
  }
  return url;
}

Task<Result<Response>> Request::send() const { return client_->send(*this); }
Task<Result<Stream>> Request::stream() const { return client_->stream(*this); }
Task<Result<Stream>> Request::upgrade(std::unique_ptr<http::BodyReader> outgoing) const {
  return client_->upgrade(*this, std::move(outgoing));
}

}  // namespace pedalion::client::rest
