#include "pedalion/apimachinery/selector/field_selector.h"

#include <cstdio>

#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::selector {
namespace {

constexpr std::size_t kMaxTextBytes = 1 << 16;

/// Splits at commas that are not escaped.
std::vector<std::string_view> split_terms(std::string_view text) {
  std::vector<std::string_view> terms;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == ',') {
      terms.push_back(text.substr(start, i - start));
      start = i + 1;
    }
  }
  terms.push_back(text.substr(start));
  return terms;
}

Result<std::string> unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      if (i + 1 == text.size())
        return std::unexpected(meta::bad_request("invalid field selector: invalid escape sequence: \\"));
      char next = text[++i];
      if (next != '\\' && next != ',' && next != '=') {
        return std::unexpected(
            meta::bad_request(std::string("invalid field selector: invalid escape sequence: \\") + next));
      }
      out += next;
    } else if (text[i] == '=') {
      return std::unexpected(meta::bad_request("invalid field selector: unescaped character in value: 61"));
    } else {
      out += text[i];
    }
  }
  return out;
}

/// Finds the first operator; escapes before it are passed over.
bool split_term(std::string_view term, FieldSelector::Requirement& requirement, std::string_view& value) {
  for (std::size_t i = 0; i < term.size(); ++i) {
    if (term[i] == '\\') {
      ++i;
      continue;
    }
    auto rest = term.substr(i);
    std::size_t length = rest.starts_with("!=") || rest.starts_with("==") ? 2 : rest.starts_with("=") ? 1 : 0;
    if (length == 0) continue;
    requirement.field = term.substr(0, i);
    requirement.equals = !rest.starts_with("!=");
    value = rest.substr(length);
    return true;
  }
  return false;
}

}  // namespace

Result<FieldSelector> FieldSelector::parse(std::string_view text) {
  if (text.size() > kMaxTextBytes)
    return std::unexpected(meta::bad_request("the field selector is too long"));
  FieldSelector selector;
  for (auto term : split_terms(text)) {
    if (term.empty()) continue;
    Requirement requirement;
    std::string_view value;
    if (!split_term(term, requirement, value)) {
      return std::unexpected(meta::bad_request("invalid selector: '" + std::string(text) +
                                               "'; can't understand '" + std::string(term) + "'"));
    }
    TRY(requirement.value, unescaped(value));
    selector.add(std::move(requirement));
  }
  return selector;
}

const std::string* FieldSelector::exact_match(std::string_view field) const {
  for (const auto& requirement : requirements_) {
    if (requirement.equals && requirement.field == field) return &requirement.value;
  }
  return nullptr;
}

}  // namespace pedalion::selector
