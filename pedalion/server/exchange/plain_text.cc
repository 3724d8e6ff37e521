#include "pedalion/server/exchange/plain_text.h"

namespace pedalion::server {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

http::Response plain_text(int status, std::string body, ContentTypeOptions options) {
  http::Response response(status, "text/plain; charset=utf-8", std::move(body));
  if (options == ContentTypeOptions::kNoSniff) response.headers.add("x-content-type-options", "nosniff");
  return response;
}

http::Response page_not_found() {
  return plain_text(404, "404 page not found\n", ContentTypeOptions::kNoSniff);
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace pedalion::server
