#include "pedalion/apimachinery/meta/group_version.h"

namespace pedalion::meta {

Result<GroupVersion> GroupVersion::parse(std::string_view api_version) {
  auto slash = api_version.find('/');
  if (slash == std::string_view::npos) return GroupVersion{"", std::string(api_version)};
  if (api_version.find('/', slash + 1) != std::string_view::npos) {
    return std::unexpected(
        Status(400, "BadRequest", "unexpected GroupVersion string: " + std::string(api_version)));
  }
  return GroupVersion{std::string(api_version.substr(0, slash)), std::string(api_version.substr(slash + 1))};
}

}  // namespace pedalion::meta
