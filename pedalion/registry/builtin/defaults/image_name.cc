// The grammar of github.com/distribution/reference, read by hand: each Pod that is written asks.
#include "pedalion/registry/builtin/defaults/image_name.h"

#include <algorithm>

namespace pedalion::registry::builtin::defaults {

namespace {

constexpr std::string_view kLatest = "latest";

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Calls is_good(part) for each part between separators, until one is not.
template <class Good>
bool all_parts(std::string_view text, std::string_view separators, Good is_good) {
  while (true) {
    std::size_t end = std::min(text.find_first_of(separators), text.size());
    if (!is_good(text.substr(0, end))) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

/// [a-z0-9]+ with one of `.`, `_`, `__` or any number of `-` between them.
bool is_path_component(std::string_view text) {
  auto is_word = [](char c) { return is_lower(c) || is_digit(c); };
  if (text.empty() || !is_word(text.front()) || !is_word(text.back())) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_word(text[i])) continue;
    std::size_t begin = i;
    while (text[i + 1] == text[begin]) ++i;
    std::size_t most = text[begin] == '.' ? 1 : text[begin] == '_' ? 2 : text[begin] == '-' ? text.size() : 0;
    if (i - begin >= most || !is_word(text[i + 1])) return false;
  }
  return true;
}

bool is_domain_label(std::string_view text) {
  return !text.empty() && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

/// A host, or an IPv6 address in brackets, and a port.
bool is_domain(std::string_view text) {
  std::size_t after_address = text.starts_with('[') ? text.find(']') : 0;
  if (after_address == text.npos) return false;
  std::size_t colon = text.find(':', after_address);
  if (colon != text.npos) {
    std::string_view port = text.substr(colon + 1);
    if (port.empty() || !std::ranges::all_of(port, is_digit)) return false;
  }
  std::string_view host = text.substr(0, colon);
  if (!host.starts_with('[')) return all_parts(host, ".", is_domain_label);
  return host.size() > 2 && host.ends_with(']') &&
         std::ranges::all_of(host.substr(1, host.size() - 2), [](char c) { return is_hex(c) || c == ':'; });
}

bool is_name(std::string_view text) {
  std::size_t slash = text.find('/');
  std::string_view first = text.substr(0, slash);
  if (slash == text.npos) return is_path_component(first);
  return (is_domain(first) || is_path_component(first)) &&
         all_parts(text.substr(slash + 1), "/", is_path_component);
}

bool is_tag(std::string_view text) {
  constexpr std::size_t kMost = 128;
  auto is_word = [](char c) { return is_alphanumeric(c) || c == '_'; };
  return !text.empty() && text.size() <= kMost && is_word(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_word(c) || c == '.' || c == '-'; });
}

/// algorithm:hex
bool is_digest(std::string_view text) {
  constexpr std::size_t kFewest = 32;
  std::size_t colon = text.find(':');
  if (colon == text.npos) return false;
  std::string_view hex = text.substr(colon + 1);
  return hex.size() >= kFewest && std::ranges::all_of(hex, is_hex) &&
         all_parts(text.substr(0, colon), "-_+.", [](std::string_view part) {
           return !part.empty() && is_letter(part.front()) && std::ranges::all_of(part, is_alphanumeric);
         });
}

}  // namespace

std::string_view image_tag(std::string_view reference) {
  std::size_t at = reference.find('@');
  bool has_digest = at != reference.npos;
  if (has_digest && !is_digest(reference.substr(at + 1))) return {};
  std::string_view name = reference.substr(0, at);
  // A colon before a slash begins a port.
  std::size_t slash = name.rfind('/');
  std::size_t colon = name.find(':', slash == name.npos ? 0 : slash);
  if (!is_name(name.substr(0, colon))) return {};
  if (colon == name.npos) return has_digest ? std::string_view() : kLatest;
  std::string_view tag = name.substr(colon + 1);
  return is_tag(tag) ? tag : std::string_view();
}

}  // namespace pedalion::registry::builtin::defaults
