#include "pedalion/server/authn/bearer.h"

#include <cctype>
#include <optional>

namespace pedalion::server::authn {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  auto begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// What stands behind the scheme and one blank; none when it is another scheme.
std::optional<std::string_view> behind_scheme(const http::Headers& headers) {
  constexpr std::string_view kScheme = "bearer ";
  std::string_view value = trimmed(headers.get("authorization"));
  if (value.size() < kScheme.size()) return std::nullopt;
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(value[i])) != kScheme[i]) return std::nullopt;
  }
  return value.substr(kScheme.size());
}

}  // namespace

std::string_view bearer_token(const http::Headers& headers) {
  auto rest = behind_scheme(headers);
  return rest ? rest->substr(0, rest->find(' ')) : std::string_view();
}

bool has_misplaced_token(const http::Headers& headers) {
  auto rest = behind_scheme(headers);
  return rest && rest->starts_with(' ');
}

}  // namespace pedalion::server::authn
