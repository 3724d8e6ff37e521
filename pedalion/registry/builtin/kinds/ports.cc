#include "pedalion/registry/builtin/kinds/ports.h"

#include <algorithm>

#include "pedalion/registry/builtin/kinds/checks.h"

namespace pedalion::registry::builtin::kinds {

namespace {

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::vector<std::string> port_name_problems(std::string_view name) {
  std::vector<std::string> problems;
  auto unless = [&](bool good, std::string_view problem) {
    if (!good) problems.emplace_back(problem);
  };
  bool known = !name.empty() &&
               std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
  unless(name.size() <= 15, "must be no more than 15 characters");
  unless(known, "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  unless(std::ranges::any_of(name, is_letter), "must contain at least one letter (a-z)");
  unless(name.find("--") == name.npos, "must not contain consecutive hyphens");
  unless(name.empty() || (name.front() != '-' && name.back() != '-'), "must not begin or end with a hyphen");
  return problems;
}

void check_port_number(const Field& field) { check_range(field, 1, 65535); }

void check_port_number_or_name(const Field& field) {
  if (field && field.value()->is_string()) {
    check_name(field, port_name_problems);
  } else {
    check_port_number(field);
  }
}

void check_protocol(const Field& field) {
  static constexpr std::string_view kProtocols[] = {"SCTP", "TCP", "UDP"};
  require_one_of(field, kProtocols);
}

}  // namespace pedalion::registry::builtin::kinds
