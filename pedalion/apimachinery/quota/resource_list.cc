#include "pedalion/apimachinery/quota/resource_list.h"

namespace pedalion::quota {
namespace {

Result<meta::Quantity> read_quantity(const json::Value& value) {
  if (value.is_string()) return meta::Quantity::parse(value.as_string());
  return meta::Quantity(value.int_or(0));
}

}  // namespace

Result<ResourceList> read_resource_list(const json::Value* value) {
  ResourceList list;
  if (value == nullptr) return list;
  for (const json::Member& member : value->members()) {
    TRY(meta::Quantity amount, read_quantity(member.value));
    list.emplace(member.name, std::move(amount));
  }
  return list;
}

json::Value write_resource_list(const ResourceList& list, json::Arena& arena) {
  json::Value value = json::Value::object(arena, static_cast<std::uint32_t>(list.size()));
  for (const auto& [name, amount] : list) value.set(name, json::Value::string(amount.text(), arena), arena);
  return value;
}

const meta::Quantity* find_amount(const ResourceList& list, std::string_view name) {
  auto found = list.find(name);
  return found == list.end() ? nullptr : &found->second;
}

void add(ResourceList& list, const ResourceList& more) {
  for (const auto& [name, amount] : more) {
    auto [place, is_new] = list.try_emplace(name, amount);
    if (!is_new) place->second += amount;
  }
}

void raise(ResourceList& list, const ResourceList& other) {
  for (const auto& [name, amount] : other) {
    auto [place, is_new] = list.try_emplace(name, amount);
    if (!is_new && amount > place->second) place->second = amount;
  }
}

ResourceList increase(const ResourceList& list, const ResourceList& other) {
  ResourceList more;
  for (const auto& [name, amount] : list) {
    meta::Quantity difference = amount;
    if (const meta::Quantity* before = find_amount(other, name)) difference -= *before;
    more.emplace(name, difference.sign() > 0 ? difference : meta::Quantity());
  }
  return more;
}

ResourceList without_zeros(const ResourceList& list) {
  ResourceList kept;
  for (const auto& [name, amount] : list) {
    if (!amount.is_zero()) kept.emplace(name, amount);
  }
  return kept;
}

ResourceList masked(const ResourceList& list, const ResourceNames& names) {
  ResourceList kept;
  for (const auto& [name, amount] : list) {
    if (names.contains(name)) kept.emplace(name, amount);
  }
  return kept;
}

ResourceNames names_of(const ResourceList& list) {
  ResourceNames names;
  for (const auto& [name, amount] : list) names.insert(name);
  return names;
}

std::string text_of(const ResourceList& list) {
  std::string text;
  for (const auto& [name, amount] : list) text += (text.empty() ? "" : ",") + name + "=" + amount.text();
  return text;
}

std::string text_of(const ResourceNames& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

}  // namespace pedalion::quota
