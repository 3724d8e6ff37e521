#include "pedalion/admission/podsecurity/policy.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace pedalion::admission::podsecurity {
namespace {

constexpr std::string_view kLevels[] = {"privileged", "baseline", "restricted"};

std::optional<Level> parse_level(std::string_view text) {
  const auto* found = std::ranges::find(kLevels, text);
  if (found == std::end(kLevels)) return std::nullopt;
  return static_cast<Level>(found - kLevels);
}

std::optional<Version> parse_version(std::string_view text) {
  if (text == "latest") return Version();
  if (!text.starts_with("v1.")) return std::nullopt;
  text.remove_prefix(3);
  bool padded = text.size() > 1 && text.front() == '0';
  bool digits = std::ranges::all_of(text, [](char letter) { return letter >= '0' && letter <= '9'; });
  if (text.empty() || padded || !digits) return std::nullopt;
  std::int64_t minor = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), minor);
  if (error != std::errc()) return std::nullopt;
  return Version{static_cast<int>(std::min<std::int64_t>(minor, Version::kLatest - 1))};
}

/// The two labels of one mode.
struct Mode {
  std::string_view level, version;
  Level fallback;  // for a level that cannot be read
};

constexpr Mode kEnforce{"pod-security.kubernetes.io/enforce", "pod-security.kubernetes.io/enforce-version",
                        Level::kRestricted};
constexpr Mode kAudit{"pod-security.kubernetes.io/audit", "pod-security.kubernetes.io/audit-version",
                      Level::kPrivileged};
constexpr Mode kWarn{"pod-security.kubernetes.io/warn", "pod-security.kubernetes.io/warn-version",
                     Level::kPrivileged};

/// `Find` gives the text of a label, or nothing.
template <class Find>
class Reader {
 public:
  explicit Reader(Find find) : find_(std::move(find)) {}

  ReadPolicy read() {
    ReadPolicy made;
    Policy& policy = made.policy;
    bool enforces = read_mode(kEnforce, policy.enforce);
    read_mode(kAudit, policy.audit);
    read_mode(kWarn, policy.warn);
    // Who is held to a level is warned of it, unless the labels say otherwise.
    if (enforces && !find_(kWarn.level) && policy.enforce.level > policy.warn.level) {
      policy.warn.level = policy.enforce.level;
      if (!find_(kWarn.version)) policy.warn.version = policy.enforce.version;
    }
    made.errors = std::move(errors_);
    return made;
  }

 private:
  /// True when there is a level that could be read.
  bool read_mode(const Mode& mode, LevelVersion& into) {
    bool has_level = false;
    if (auto text = find_(mode.level)) {
      auto level = parse_level(*text);
      has_level = level.has_value();
      into.level = level.value_or(mode.fallback);
      if (!level) refuse(mode.level, *text, "must be one of privileged, baseline, restricted");
    }
    if (auto text = find_(mode.version)) {
      auto version = parse_version(*text);
      into.version = version.value_or(Version());
      if (!version) refuse(mode.version, *text, "must be \"latest\" or \"v1.x\"");
    }
    return has_level;
  }

  void refuse(std::string_view label, std::string_view text, std::string_view why) {
    meta::FieldPath path = meta::FieldPath("metadata").child("labels").key(label);
    errors_.push_back(meta::FieldError::invalid(path, text, std::string(why)));
  }

  Find find_;
  meta::FieldErrors errors_;
};

}  // namespace

std::string LevelVersion::text() const {
  std::string text(kLevels[static_cast<std::size_t>(level)]);
  if (version == Version()) return text + ":latest";
  return text + ":v1." + std::to_string(version.minor);
}

ReadPolicy read_policy(const json::Value& object) {
  const json::Value* labels = object.at({"metadata", "labels"});
  return Reader([labels](std::string_view label) -> std::optional<std::string_view> {
           const json::Value* text = labels == nullptr ? nullptr : labels->find(label);
           if (text == nullptr) return std::nullopt;
           return text->string_or();
         })
      .read();
}

ReadPolicy read_policy(SortedLabels labels) {
  return Reader([labels](std::string_view label) -> std::optional<std::string_view> {
           auto found = std::ranges::lower_bound(labels, label, {}, &SortedLabels::value_type::first);
           if (found == labels.end() || found->first != label) return std::nullopt;
           return found->second;
         })
      .read();
}

}  // namespace pedalion::admission::podsecurity
