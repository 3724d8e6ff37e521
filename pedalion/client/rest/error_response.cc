#include "pedalion/client/rest/error_response.h"

#include <charconv>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/status_codec.h"

namespace pedalion::client::rest {
namespace {

constexpr std::size_t kQuotedBytes = 2048;  // of a body that is no Status

std::string quoted(std::string_view body) {
  std::string text(body.substr(0, kQuotedBytes));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

Status status_of_code(std::string_view method, int code, const std::string& text) {
  Status status = meta::generic_server_response(code);
  if (code == 409 && method == "POST") status.reason = "AlreadyExists";
  if ((code == 401 || code == 403) && !text.empty()) status.message = text;
  if (code >= 500 && status.reason.empty()) {
    status.reason = "InternalError";
    status.message = "an error on the server (\"" + text + "\") has prevented the request from succeeding";
  }
  return status;
}

}  // namespace

int retry_after(const http::Headers& headers) {
  auto text = headers.get("retry-after");
  int seconds = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  return error == std::errc() && end == text.data() + text.size() && seconds >= 0 ? seconds : -1;
}

Status error_of_response(std::string_view method, int code, const http::Headers& headers,
                         std::string_view body) {
  if (headers.get("content-type").contains("json")) {
    if (auto document = json::parse(body); document && document->root.string_at({"kind"}) == "Status")
      return meta::status_from_json(document->root, code);
  }
  std::string text = quoted(body);
  Status status = status_of_code(method, code, text);
  auto& details = status.mutable_details();
  if (!text.empty()) details.causes.push_back({"UnexpectedServerResponse", text, ""});
  if (int seconds = retry_after(headers); seconds > 0) details.retry_after_seconds = seconds;
  return status;
}

std::vector<std::string> warning_texts(const http::Headers& headers) {
  std::vector<std::string> texts;
  for (std::string_view value : headers.get_all("warning")) {
    // 299 AGENT "text", more of them after commas.
    while (value.starts_with("299 ")) {
      auto open = value.find('"');
      if (open == std::string_view::npos) break;
      std::string text;
      std::size_t at = open + 1;
      for (; at < value.size() && value[at] != '"'; ++at) {
        if (value[at] == '\\' && at + 1 < value.size()) ++at;
        text += value[at];
      }
      if (at >= value.size()) break;
      texts.push_back(std::move(text));
      value.remove_prefix(at + 1);
      while (!value.empty() && (value.front() == ',' || value.front() == ' ')) value.remove_prefix(1);
    }
  }
  return texts;
}

}  // namespace pedalion::client::rest
