#include "pedalion/http/status_line.h"

#include <algorithm>
#include <iterator>

namespace pedalion::http {
namespace {

struct Name {
  int status;
  std::string_view text;
};
constexpr Name kNames[] = {
    {101, "101 Switching Protocols"},
    {200, "200 OK"},
    {201, "201 Created"},
    {202, "202 Accepted"},
    {204, "204 No Content"},
    {301, "301 Moved Permanently"},
    {302, "302 Found"},
    {304, "304 Not Modified"},
    {307, "307 Temporary Redirect"},
    {400, "400 Bad Request"},
    {401, "401 Unauthorized"},
    {403, "403 Forbidden"},
    {404, "404 Not Found"},
    {405, "405 Method Not Allowed"},
    {406, "406 Not Acceptable"},
    {408, "408 Request Timeout"},
    {409, "409 Conflict"},
    {410, "410 Gone"},
    {413, "413 Request Entity Too Large"},
    {415, "415 Unsupported Media Type"},
    {417, "417 Expectation Failed"},
    {422, "422 Unprocessable Entity"},
    {429, "429 Too Many Requests"},
    {431, "431 Request Header Fields Too Large"},
    {500, "500 Internal Server Error"},
    {501, "501 Not Implemented"},
    {502, "502 Bad Gateway"},
    {503, "503 Service Unavailable"},
    {504, "504 Gateway Timeout"},
    {505, "505 HTTP Version Not Supported"},
};

}  // namespace

std::string status_line_text(int status) {
  const auto* found = std::ranges::find(kNames, status, &Name::status);
  if (found != std::end(kNames)) return std::string(found->text);
  return std::to_string(status) + " status code " + std::to_string(status);
}

void append_field(std::string_view name, std::string_view value, std::string& out) {
  if (value.find_first_of("\r\n") != std::string_view::npos) return;
  bool upper = true;
  for (char c : name) {
    out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = c == '-';
  }
  out += ": ";
  out += value;
  out += "\r\n";
}

}  // namespace pedalion::http
