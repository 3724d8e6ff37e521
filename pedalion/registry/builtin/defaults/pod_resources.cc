#include "pedalion/registry/builtin/defaults/pod_resources.h"

namespace pedalion::registry::builtin::defaults {

namespace {

using json::Value;

void add(Amounts& sum, const Amounts& more) {
  for (const auto& [name, amount] : more) {
    auto [entry, made] = sum.try_emplace(name, amount);
    if (!made) entry->second += amount;
  }
}

void raise(Amounts& most, const Amounts& other) {
  for (const auto& [name, amount] : other) {
    auto [entry, made] = most.try_emplace(name, amount);
    if (!made && entry->second < amount) entry->second = amount;
  }
}

template <class Visit>
void each_container(const Value& spec, std::string_view list, Visit visit) {
  const Value* containers = spec.find(list);
  if (containers == nullptr) return;
  for (const Value& container : containers->items()) visit(container);
}

}  // namespace

Amounts amounts_of(const Value* list) {
  Amounts amounts;
  if (list == nullptr) return amounts;
  for (const json::Member& member : list->members()) {
    if (auto amount = meta::Quantity::parse(member.value.string_or())) amounts.emplace(member.name, *amount);
  }
  return amounts;
}

Amounts sum_of_containers(const Value& pod_spec, std::string_view list) {
  Amounts sum, staying, before;
  each_container(pod_spec, "containers",
                 [&](const Value& container) { add(sum, amounts_of(container.at({"resources", list}))); });
  each_container(pod_spec, "initContainers", [&](const Value& container) {
    Amounts own = amounts_of(container.at({"resources", list}));
    if (container.string_at({"restartPolicy"}) == "Always") {
      add(sum, own);
      add(staying, own);
      raise(before, staying);
    } else {
      add(own, staying);
      raise(before, own);
    }
  });
  raise(sum, before);
  return sum;
}

bool is_pod_level_resource(std::string_view name) {
  return name == "cpu" || name == "memory" || name.starts_with("hugepages-");
}

}  // namespace pedalion::registry::builtin::defaults
