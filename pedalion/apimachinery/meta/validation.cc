#include "pedalion/apimachinery/meta/validation.h"

#include <algorithm>

namespace pedalion::meta {
namespace {

constexpr std::size_t kMaxSubdomain = 253, kMaxLabel = 63, kMaxAnnotationBytes = 256 * 1024;

constexpr std::string_view kSubdomainText =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start and end with an "
    "alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr std::string_view kLabelText =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
    "and end with an alphanumeric "
    "character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view k1035Text =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
    "character, and end with an "
    "alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
    "'[a-z]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view kQualifiedCharacters =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character (e.g. 'MyName',  or "
    "'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
constexpr std::string_view kQualifiedText =
    "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with "
    "an alphanumeric character (e.g. "
    "'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS "
    "subdomain prefix and '/' (e.g. 'example.com/MyName')";
constexpr std::string_view kLabelValueText =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
    "start and end with an "
    "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
constexpr std::string_view kConfigKeyText =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
    "'KEY_NAME',  or 'key-name', regex used "
    "for validation is '[-._a-zA-Z0-9]+')";

bool lower_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool alnum(char c) { return lower_alnum(c) || (c >= 'A' && c <= 'Z'); }

bool is_label(std::string_view text) {
  return !text.empty() && lower_alnum(text.front()) && lower_alnum(text.back()) &&
         std::ranges::all_of(text, [](char c) { return lower_alnum(c) || c == '-'; });
}

bool is_subdomain(std::string_view text) {
  while (true) {
    auto dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_qualified_part(std::string_view text) {
  return !text.empty() && alnum(text.front()) && alnum(text.back()) &&
         std::ranges::all_of(text, [](char c) { return alnum(c) || c == '-' || c == '_' || c == '.'; });
}

/// Kubernetes counts bytes in both, but says so in labels only.
std::string too_long(std::size_t limit) { return "must be no more than " + std::to_string(limit) + " bytes"; }
std::string name_too_long(std::size_t limit) {
  return "must be no more than " + std::to_string(limit) + " characters";
}

}  // namespace

Problems path_segment_name_problems(std::string_view name) {
  if (name == "." || name == "..") return {"may not be '" + std::string(name) + "'"};
  Problems problems;
  for (char c : {'/', '%'}) {
    if (name.find(c) != std::string_view::npos)
      problems.push_back(std::string("may not contain '") + c + "'");
  }
  return problems;
}

Problems dns_subdomain_problems(std::string_view name) {
  Problems problems;
  if (name.size() > kMaxSubdomain) problems.push_back(name_too_long(kMaxSubdomain));
  if (!is_subdomain(name)) problems.emplace_back(kSubdomainText);
  return problems;
}

Problems dns_label_problems(std::string_view name) {
  Problems problems;
  if (name.size() > kMaxLabel) problems.push_back(name_too_long(kMaxLabel));
  if (is_label(name)) return problems;
  problems.emplace_back(is_subdomain(name) ? "must not contain dots" : kLabelText);
  return problems;
}

Problems dns_1035_label_problems(std::string_view name) {
  Problems problems;
  if (name.size() > kMaxLabel) problems.push_back(name_too_long(kMaxLabel));
  if (!is_label(name) || (name[0] >= '0' && name[0] <= '9')) problems.emplace_back(k1035Text);
  return problems;
}

Problems qualified_name_problems(std::string_view name) {
  Problems problems;
  auto slash = name.find('/');
  auto part = name;
  if (slash != std::string_view::npos) {
    auto prefix = name.substr(0, slash);
    part = name.substr(slash + 1);
    if (part.find('/') != std::string_view::npos) return {std::string(kQualifiedText)};
    if (prefix.empty()) {
      problems.emplace_back("prefix part must be non-empty");
    } else {
      if (prefix.size() > kMaxSubdomain) problems.push_back("prefix part " + too_long(kMaxSubdomain));
      if (!is_subdomain(prefix)) problems.push_back("prefix part " + std::string(kSubdomainText));
    }
  }
  if (part.empty()) {
    problems.emplace_back("name part must be non-empty");
  } else if (part.size() > kMaxLabel) {
    problems.push_back("name part " + too_long(kMaxLabel));
  }
  if (!is_qualified_part(part)) problems.push_back("name part " + std::string(kQualifiedCharacters));
  return problems;
}

Problems label_value_problems(std::string_view value) {
  Problems problems;
  if (value.size() > kMaxLabel) problems.push_back(too_long(kMaxLabel));
  if (!value.empty() && !is_qualified_part(value)) problems.emplace_back(kLabelValueText);
  return problems;
}

Problems config_map_key_problems(std::string_view key) {
  Problems problems;
  if (key.size() > kMaxSubdomain) problems.push_back(name_too_long(kMaxSubdomain));
  if (key.empty() ||
      !std::ranges::all_of(key, [](char c) { return alnum(c) || c == '-' || c == '_' || c == '.'; })) {
    problems.emplace_back(kConfigKeyText);
  } else if (key == ".") {
    problems.emplace_back("must not be '.'");
  } else if (key == "..") {
    problems.emplace_back("must not be '..'");
  } else if (key.starts_with("..")) {
    problems.emplace_back("must not start with '..'");
  }
  return problems;
}

FieldErrors validate_labels(const json::Value& labels, const FieldPath& path) {
  FieldErrors errors;
  for (const auto& label : labels.members()) {
    for (const auto& problem : qualified_name_problems(label.key()))
      errors.push_back(FieldError::invalid(path, label.key(), problem));
    auto value = label.value.string_or();
    for (const auto& problem : label_value_problems(value))
      errors.push_back(FieldError::invalid(path, value, problem));
  }
  return errors;
}

FieldErrors validate_annotations(const json::Value& annotations, const FieldPath& path) {
  FieldErrors errors;
  std::size_t total = 0;
  for (const auto& annotation : annotations.members()) {
    std::string lower(annotation.key());
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (const auto& problem : qualified_name_problems(lower))
      errors.push_back(FieldError::invalid(path, annotation.key(), problem));
    total += annotation.key().size() + annotation.value.string_or().size();
  }
  if (total > kMaxAnnotationBytes) errors.push_back(FieldError::too_long(path, kMaxAnnotationBytes));
  return errors;
}

}  // namespace pedalion::meta
