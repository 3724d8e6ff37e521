#include "pedalion/server/version.h"

#include <fmt/format.h>

namespace pedalion::server {
namespace {

// The API that is spoken, not the program that speaks it: clients decide by it what they may send.
constexpr std::string_view kMajor = "1", kMinor = "36", kGitVersion = "v1.36.2";
constexpr std::string_view kMinCompatibilityMinor = "35";
constexpr std::string_view kProgramVersion = PEDALION_VERSION;

}  // namespace

std::string version_json() {
  return fmt::format(R"({{
  "major": "{0}",
  "minor": "{1}",
  "emulationMajor": "{0}",
  "emulationMinor": "{1}",
  "minCompatibilityMajor": "{0}",
  "minCompatibilityMinor": "{2}",
  "gitVersion": "{3}+pedalion.{4}",
  "gitCommit": "",
  "gitTreeState": "",
  "buildDate": "",
  "goVersion": "",
  "compiler": "{5}",
  "platform": "linux/{6}"
}})",
                     kMajor, kMinor, kMinCompatibilityMinor, kGitVersion, kProgramVersion,
#ifdef __clang__
                     "clang",
#else
                     "gcc",
#endif
#ifdef __aarch64__
                     "arm64"
#else
                     "amd64"
#endif
  );
}

std::string version_text() {
  return fmt::format("pedalion {} (speaks Kubernetes {})", kProgramVersion, kGitVersion);
}

}  // namespace pedalion::server
