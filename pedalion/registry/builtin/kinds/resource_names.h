#pragma once
// Names of resources (cpu, memory, requests.storage, example.com/gpu) and their amounts, as limits, requests,
// quotas and nodes count them.
#include <string_view>

#include "pedalion/apimachinery/meta/quantity.h"
#include "pedalion/apimachinery/quota/resource_names.h"
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds {

using quota::is_extended_resource;
using quota::is_huge_page_resource;
using quota::is_native_resource;

/// Counted in whole numbers.
bool is_integer_resource(std::string_view name);
/// More may be promised than there is.
bool is_overcommit_allowed(std::string_view name);
/// What quotas count by themselves.
bool is_quota_resource(std::string_view name);

/// The amount of a field that holds a quantity; zero when it is absent.
meta::Quantity quantity_of(const Field& field);

// Names. `field` is the entry in question: its path is shown, not its value.
void check_resource_name(std::string_view name, const Field& field);
void check_container_resource_name(std::string_view name, const Field& field);
void check_quota_resource_name(std::string_view name, const Field& field);

// Amounts.
void check_non_negative_quantity(const Field& field);
/// "must be greater than zero".
void check_positive_quantity(const Field& field);
/// Not negative, and whole where the resource is counted.
void check_resource_amount(std::string_view name, const Field& field);

}  // namespace pedalion::registry::builtin::kinds
