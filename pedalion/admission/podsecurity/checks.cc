#include "pedalion/admission/podsecurity/checks.h"

#include <algorithm>

#include "pedalion/admission/podsecurity/pod_reading.h"

namespace pedalion::admission::podsecurity {
namespace {

bool is_in(const Check& check, int minor) { return check.first_minor <= minor && minor < check.end_minor; }

const std::vector<Check>& checks() {
  static const std::vector<Check> all = all_checks();
  return all;
}

bool is_replaced(const Check& check, int minor) {
  return std::ranges::any_of(
      checks(), [&](const Check& other) { return is_in(other, minor) && other.replaces == check.id; });
}

}  // namespace

std::vector<Check> all_checks() {
  std::vector<Check> all = baseline_checks(), more = restricted_checks();
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<Finding> evaluate(const LevelVersion& wanted, const PodParts& pod) {
  std::vector<Finding> findings;
  if (wanted.level == Level::kPrivileged || pod.spec == nullptr) return findings;
  int minor = std::min(wanted.version.minor, kNewestMinor);
  for (const Check& check : checks()) {
    if (check.level > wanted.level || !is_in(check, minor)) continue;
    if (wanted.level == Level::kRestricted && is_replaced(check, minor)) continue;
    if (auto finding = check.check(pod)) findings.push_back(*std::move(finding));
  }
  return findings;
}

std::string reasons_of(const std::vector<Finding>& findings) {
  Names reasons;
  for (const Finding& finding : findings) reasons.push_back(finding.reason);
  return joined(reasons, ", ");
}

std::string details_of(const std::vector<Finding>& findings) {
  Names texts;
  for (const Finding& finding : findings)
    texts.push_back(finding.reason + (finding.detail.empty() ? "" : " (" + finding.detail + ")"));
  return joined(texts, ", ");
}

}  // namespace pedalion::admission::podsecurity
