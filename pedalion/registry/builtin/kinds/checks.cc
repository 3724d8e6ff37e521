#include "pedalion/registry/builtin/kinds/checks.h"

#include <algorithm>

namespace pedalion::registry::builtin::kinds {

namespace {

bool is_path_character(char c) {
  bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric || std::string_view("/-._~%!$&'()*+,;=:").find(c) != std::string_view::npos;
}

/// The parts between dots, up to the first bad one.
void check_parts(const Field& field, std::string_view text, meta::NameRule rule) {
  for (std::size_t from = 0; from <= text.size();) {
    std::size_t to = std::min(text.find('.', from), text.size());
    std::string_view part = text.substr(from, to - from);
    auto problems = rule(part);
    for (const std::string& problem : problems) {
      field.invalid(text, "validating label " + meta::go_quoted(part) + ": " + problem);
    }
    if (!problems.empty()) return;
    from = to + 1;
  }
}

}  // namespace

bool require_text(const Field& field, std::string_view detail) {
  if (!field.text().empty()) return true;
  field.required(detail);
  return false;
}

void check_name(const Field& field, meta::NameRule rule) {
  for (const std::string& problem : rule(field.text())) field.invalid(field.text(), problem);
}

void require_name(const Field& field, meta::NameRule rule) {
  if (require_text(field)) check_name(field, rule);
}

void check_one_of(const Field& field, std::span<const std::string_view> supported) {
  if (field.text().empty() || std::ranges::find(supported, field.text()) != supported.end()) return;
  field.not_supported(supported);
}

void require_one_of(const Field& field, std::span<const std::string_view> supported) {
  if (require_text(field)) check_one_of(field, supported);
}

void check_enum(const Field& field, std::span<const std::string_view> supported) {
  if (std::ranges::find(supported, field.text()) == supported.end()) field.not_supported(supported);
}

void check_non_negative(const Field& field) {
  if (field.number() < 0) field.invalid("must be greater than or equal to 0");
}

void check_positive(const Field& field) {
  if (field && field.number() <= 0) field.invalid("must be greater than 0");
}

void check_range(const Field& field, std::int64_t low, std::int64_t high) {
  if (field.number() >= low && field.number() <= high) return;
  field.invalid(Value::integer(field.number()),
                "must be between " + std::to_string(low) + " and " + std::to_string(high) + ", inclusive");
}

void check_domain_prefixed_path(const Field& field) {
  std::string_view text = field.text(), host = text.substr(0, text.find('/'));
  std::string_view path = host.size() == text.size() ? std::string_view() : text.substr(host.size() + 1);
  if (host.empty() || path.empty()) {
    return field.invalid(text, "must be a domain-prefixed path (such as \"acme.io/foo\")");
  }
  for (const std::string& problem : meta::dns_subdomain_problems(host)) field.invalid(host, problem);
  if (std::ranges::all_of(path, is_path_character)) return;
  field.invalid(path, "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')");
}

void check_signer_name(const Field& field) {
  std::string_view text = field.text();
  std::size_t slash = text.find('/');
  if (!require_text(field)) return;
  if (slash == text.npos || text.find('/', slash + 1) != text.npos) {
    return field.invalid("must be a fully qualified domain and path of the form 'example.com/signer-name'");
  }
  std::string_view domain = text.substr(0, slash), path = text.substr(slash + 1);
  if (domain.size() > 253) field.too_long(253);
  check_parts(field, domain, meta::dns_label_problems);
  if (domain.find('.') == domain.npos) {
    field.invalid(domain, "should be a domain with at least two segments separated by dots");
  }
  check_parts(field, path, meta::dns_subdomain_problems);
  if (text.size() > 571) field.too_long(571);
}

bool same(const Field& a, const Field& b) {
  if (!a || !b) return !a && !b;
  return json::equal(*a.value(), *b.value());
}

void check_immutable(const Field& field, const Field& old) {
  if (same(field, old)) return;
  field.invalid(field ? *field.value() : Value(), "field is immutable");
}

}  // namespace pedalion::registry::builtin::kinds
