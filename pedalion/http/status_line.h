#pragma once
// Status lines and header fields of HTTP/1.1, as they are written.
#include <string>
#include <string_view>

namespace pedalion::http {

/// "200 OK", "422 Unprocessable Entity"; codes without a name are the number and their class.
std::string status_line_text(int status);
/// `Name: value\r\n` with the name in the usual capitals. What would break the framing is left out.
void append_field(std::string_view name, std::string_view value, std::string& out);

}  // namespace pedalion::http
