#pragma once
// Answers in plain text, as Go's net/http writes them, and the little that plain paths need of URLs.
#include <string>
#include <string_view>

#include "pedalion/http/message.h"

namespace pedalion::server {

enum class ContentTypeOptions : bool { kNone, kNoSniff };

/// text/plain; charset=utf-8. kNoSniff adds X-Content-Type-Options, as http.Error does.
http::Response plain_text(int status, std::string body,
                          ContentTypeOptions options = ContentTypeOptions::kNone);

/// 404 `404 page not found\n`: what paths outside of the API answer.
http::Response page_not_found();

/// Undoes %XX and + of a query value; ill-formed escapes stay as they are.
std::string percent_decoded(std::string_view text);

}  // namespace pedalion::server
