#include "pedalion/registry/builtin/kinds/resource_names.h"

#include <algorithm>

#include "pedalion/apimachinery/meta/validation.h"

namespace pedalion::registry::builtin::kinds {

namespace {

// Where a name without a domain may stand; a bit set.
enum Use : std::uint8_t { kContainer = 1, kQuota = 2, kCounted = 4, kElsewhere = 8 };

struct StandardName {
  std::string_view name;
  std::uint8_t uses;
};

constexpr StandardName kStandardNames[] = {
    {"cpu", kContainer | kQuota},
    {"memory", kContainer | kQuota},
    {"ephemeral-storage", kContainer | kQuota},
    {"requests.cpu", kQuota},
    {"requests.memory", kQuota},
    {"requests.ephemeral-storage", kQuota},
    {"requests.storage", kQuota},
    {"limits.cpu", kQuota},
    {"limits.memory", kQuota},
    {"limits.ephemeral-storage", kQuota},
    {"storage", kElsewhere},
    {"pods", kQuota | kCounted},
    {"resourcequotas", kQuota | kCounted},
    {"services", kQuota | kCounted},
    {"replicationcontrollers", kQuota | kCounted},
    {"secrets", kQuota | kCounted},
    {"configmaps", kQuota | kCounted},
    {"persistentvolumeclaims", kQuota | kCounted},
    {"services.nodeports", kQuota | kCounted},
    {"services.loadbalancers", kQuota | kCounted},
};

std::uint8_t uses_of(std::string_view name) {
  auto found = std::ranges::find(kStandardNames, name, &StandardName::name);
  return found == std::end(kStandardNames) ? 0 : found->uses;
}

bool is_quota_huge_page(std::string_view name) {
  return is_huge_page_resource(name) || name.starts_with("requests.hugepages-");
}

bool has_domain(std::string_view name) { return name.find('/') != name.npos; }

}  // namespace

bool is_integer_resource(std::string_view name) {
  return (uses_of(name) & kCounted) != 0 || is_extended_resource(name);
}

bool is_overcommit_allowed(std::string_view name) {
  return is_native_resource(name) && !is_huge_page_resource(name);
}

bool is_quota_resource(std::string_view name) {
  return (uses_of(name) & kQuota) != 0 || is_quota_huge_page(name);
}

meta::Quantity quantity_of(const Field& field) {
  // Decoding has refused what is none.
  return meta::Quantity::parse(field.text().empty() ? "0" : field.text()).value_or(meta::Quantity());
}

void check_resource_name(std::string_view name, const Field& field) {
  auto problems = meta::qualified_name_problems(name);
  for (const std::string& problem : problems) field.invalid(name, problem);
  if (!problems.empty() || has_domain(name) || uses_of(name) != 0 || is_quota_huge_page(name)) return;
  field.invalid(name, "must be a standard resource type or fully qualified");
}

void check_container_resource_name(std::string_view name, const Field& field) {
  check_resource_name(name, field);
  if (!has_domain(name)) {
    if ((uses_of(name) & kContainer) == 0 && !is_huge_page_resource(name)) {
      field.invalid(name, "must be a standard resource for containers");
    }
  } else if (!is_native_resource(name) && !is_extended_resource(name)) {
    field.invalid(name, "doesn't follow extended resource name standard");
  }
}

void check_quota_resource_name(std::string_view name, const Field& field) {
  check_resource_name(name, field);
  if (has_domain(name) || is_quota_resource(name)) return;
  field.invalid(name, "must be a standard resource for quota");
}

void check_non_negative_quantity(const Field& field) {
  meta::Quantity amount = quantity_of(field);
  if (amount.sign() < 0) field.invalid(amount.text(), "must be greater than or equal to 0");
}

void check_positive_quantity(const Field& field) {
  meta::Quantity amount = quantity_of(field);
  if (amount.sign() <= 0) field.invalid(amount.text(), "must be greater than zero");
}

void check_resource_amount(std::string_view name, const Field& field) {
  check_non_negative_quantity(field);
  meta::Quantity amount = quantity_of(field);
  if (is_integer_resource(name) && amount.milli_value() % 1000 != 0) {
    field.invalid(amount.text(), "must be an integer");
  }
}

}  // namespace pedalion::registry::builtin::kinds
