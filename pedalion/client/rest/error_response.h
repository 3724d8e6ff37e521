#pragma once
// What went wrong, from an answer that is no success.
#include <string_view>

#include "pedalion/base/status.h"
#include "pedalion/http/message.h"

namespace pedalion::client::rest {

/// The Status that `body` is; for any other body one that says what the code means and quotes the body
/// (client-go's NewGenericServerResponse), so that a page of a proxy is recognised.
Status error_of_response(std::string_view method, int code, const http::Headers& headers,
                         std::string_view body);

/// Seconds of a Retry-After header; negative: none.
int retry_after(const http::Headers& headers);

/// The texts of Warning headers of code 299 (RFC 9111 5.5 as kube-apiserver writes it).
std::vector<std::string> warning_texts(const http::Headers& headers);

}  // namespace pedalion::client::rest
