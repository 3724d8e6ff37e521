#include "pedalion/registry/builtin/defaults/image_name.h"

#include <re2/re2.h>

namespace pedalion::registry::builtin::defaults {

namespace {

// The grammar of github.com/distribution/reference.
constexpr const char* kReference =
    // domain and port
    R"((?:(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)"
    R"(|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/)?)"
    // path
    R"([a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)"
    // tag and digest
    R"((?::[\w][\w.-]{0,127})?)"
    R"((?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?)";

constexpr std::string_view kLatest = "latest";

}  // namespace

std::string_view image_tag(std::string_view reference) {
  static const re2::RE2 kPattern(kReference);
  if (!re2::RE2::FullMatch(re2::StringPiece(reference.data(), reference.size()), kPattern)) return {};
  // What it matches has its parts where these characters are; to have them captured costs ten times as much.
  const std::size_t at = reference.find('@');
  const std::string_view name = reference.substr(0, at);
  const std::size_t colon = name.rfind(':'), slash = name.rfind('/');
  const bool tagged = colon != name.npos && (slash == name.npos || slash < colon);
  if (tagged) return name.substr(colon + 1);
  return at == reference.npos ? kLatest : std::string_view();
}

}  // namespace pedalion::registry::builtin::defaults
