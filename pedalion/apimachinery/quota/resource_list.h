#pragma once
// Amounts by the names of resources: what limits, requests and quotas hold.
#include <functional>
#include <map>
#include <set>
#include <string>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/quantity.h"
#include "pedalion/base/status.h"

namespace pedalion::quota {

using ResourceList = std::map<std::string, meta::Quantity, std::less<>>;
using ResourceNames = std::set<std::string, std::less<>>;

/// Of an object of quantities; none for null. Fails with 400 on a text that is none.
Result<ResourceList> read_resource_list(const json::Value* value);
json::Value write_resource_list(const ResourceList& list, json::Arena& arena);

/// Null when it is not there.
const meta::Quantity* find_amount(const ResourceList& list, std::string_view name);
void add(ResourceList& list, const ResourceList& more);
/// The greater of the two amounts of each resource.
void raise(ResourceList& list, const ResourceList& other);
/// list - other, nothing below zero; what only `other` has is left out.
ResourceList increase(const ResourceList& list, const ResourceList& other);
/// Those that are not zero.
ResourceList without_zeros(const ResourceList& list);
/// Those that `names` holds.
ResourceList masked(const ResourceList& list, const ResourceNames& names);
ResourceNames names_of(const ResourceList& list);
/// `cpu=1,pods=2`.
std::string text_of(const ResourceList& list);
/// `cpu,pods`.
std::string text_of(const ResourceNames& names);

}  // namespace pedalion::quota
