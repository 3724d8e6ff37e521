#include "pedalion/controllers/deployment/scaling.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace pedalion::controllers::deployment {
namespace {

enum class Round : std::uint8_t { kUp, kDown };

/// An integer, or a percentage of `total`.
std::int64_t share_of(const json::Value* value, std::int64_t total, Round round, std::int64_t fallback) {
  if (value == nullptr) return fallback;
  if (value->is_int()) return value->as_int();
  auto text = value->string_or();
  std::int64_t percent = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  if (error != std::errc() || end == text.data() + text.size() || *end != '%') return fallback;
  return round == Round::kUp ? (percent * total + 99) / 100 : percent * total / 100;
}

std::int64_t sum(const Sets& sets, std::int64_t SetState::* field) {
  std::int64_t total = 0;
  for (const auto* set : sets) total += set->*field;
  return total;
}

Sets active(const Sets& sets) {
  Sets result;
  std::ranges::copy_if(sets, std::back_inserter(result), [](const auto* set) { return set->wanted > 0; });
  return result;
}

bool older(const SetState* a, const SetState* b) {
  return std::tie(a->created, a->name) < std::tie(b->created, b->name);
}

/// The new set has all that the deployment wants.
bool is_saturated(const Bounds& bounds, const SetState* set) {
  return set != nullptr && set->number(kDesiredReplicas) == bounds.wanted && set->wanted == bounds.wanted &&
         set->available == bounds.wanted;
}

/// How much a set grows (or shrinks) with its deployment.
std::int64_t fraction(const Bounds& bounds, std::int64_t status_replicas, const SetState& set) {
  if (bounds.wanted == 0) return -set.wanted;
  auto before = set.number(kMaxReplicas).value_or(status_replicas);
  if (before == 0) return 0;
  auto size =
      static_cast<double>(set.wanted) * static_cast<double>(bounds.most()) / static_cast<double>(before);
  return static_cast<std::int64_t>(std::llround(size)) - set.wanted;
}

std::vector<Scale> in_proportion(const Bounds& bounds, std::int64_t status_replicas, Sets sets) {
  auto allowed = bounds.wanted > 0 ? bounds.most() : 0;
  auto to_add = allowed - sum(sets, &SetState::wanted);
  std::ranges::sort(sets, [&](const auto* a, const auto* b) {
    if (a->wanted != b->wanted) return a->wanted > b->wanted;
    return to_add > 0 ? older(b, a) : older(a, b);
  });
  std::vector<Scale> result;
  std::int64_t added = 0;
  for (auto* set : sets) {
    std::int64_t part = 0;
    if (set->wanted != 0 && to_add != added) {
      part = fraction(bounds, status_replicas, *set);
      part = to_add > 0 ? std::min(part, to_add - added) : std::max(part, to_add - added);
    }
    added += part;
    result.push_back({set, set->wanted + part});
  }
  // What rounding left over goes to the largest.
  if (!result.empty()) result.front().replicas += to_add - added;
  for (auto& scale : result) scale.replicas = std::max<std::int64_t>(scale.replicas, 0);
  return result;
}

/// The one that is active, or the latest when none is. Null: more than one is.
SetState* active_or_latest(SetState* new_set, const Sets& old) {
  Sets all = old;
  if (new_set != nullptr) all.push_back(new_set);
  auto live = active(all);
  if (live.size() == 1) return live.front();
  if (!live.empty() || all.empty()) return nullptr;
  return new_set != nullptr ? new_set : *std::ranges::max_element(old, older);
}

}  // namespace

Bounds bounds_of(const json::Value& deployment) {
  Bounds bounds;
  bounds.wanted = integer_at(deployment, {"spec", "replicas"}, 1);
  bounds.rolling = deployment.string_at({"spec", "strategy", "type"}) != "Recreate";
  if (!bounds.rolling) return bounds;
  const auto* rolling = deployment.at({"spec", "strategy", "rollingUpdate"});
  const auto* surge = rolling == nullptr ? nullptr : rolling->find("maxSurge");
  const auto* unavailable = rolling == nullptr ? nullptr : rolling->find("maxUnavailable");
  bounds.surge = share_of(surge, bounds.wanted, Round::kUp, 1);
  auto missing = share_of(unavailable, bounds.wanted, Round::kDown, 0);
  // Neither more nor less would allow no step at all.
  if (bounds.surge == 0 && missing == 0) missing = 1;
  bounds.unavailable = std::min(missing, bounds.wanted);
  return bounds;
}

std::int64_t new_set_replicas(const Bounds& bounds, const Sets& all, std::int64_t present) {
  if (!bounds.rolling) return bounds.wanted;
  auto room = bounds.most() - sum(all, &SetState::wanted);
  if (room <= 0) return present;
  return present + std::min(room, bounds.wanted - present);
}

std::optional<Scale> scale_new(const Bounds& bounds, const Sets& all, SetState* new_set) {
  auto replicas =
      new_set->wanted > bounds.wanted ? bounds.wanted : new_set_replicas(bounds, all, new_set->wanted);
  if (replicas == new_set->wanted) return std::nullopt;
  return Scale{new_set, replicas};
}

std::vector<Scale> scale_old(const Bounds& bounds, const Sets& old, const SetState* new_set) {
  auto sets = active(old);
  std::ranges::sort(sets, older);
  auto least = bounds.wanted - bounds.unavailable;
  auto missing_new = new_set->wanted - new_set->available;
  auto most_down = sum(sets, &SetState::wanted) + new_set->wanted - least - missing_new;
  if (sets.empty() || most_down <= 0) return {};
  std::vector<Scale> result;
  for (auto* set : sets) {
    auto sick = std::max<std::int64_t>(std::min(most_down, set->wanted - set->available), 0);
    most_down -= sick;
    result.push_back({set, set->wanted - sick});
  }
  auto spare = sum(sets, &SetState::available) + new_set->available - least;
  for (auto& [set, replicas] : result) {
    if (spare <= 0) break;
    auto down = std::min(replicas, spare);
    replicas -= down;
    spare -= down;
  }
  std::erase_if(result, [](const Scale& scale) { return scale.replicas == scale.set->wanted; });
  return result;
}

std::vector<Scale> scale_all(const Bounds& bounds, std::int64_t status_replicas, SetState* new_set,
                             const Sets& old) {
  if (auto* set = active_or_latest(new_set, old)) {
    if (set->wanted == bounds.wanted) return {};
    return {{set, bounds.wanted}};
  }
  std::vector<Scale> result;
  if (is_saturated(bounds, new_set)) {
    for (auto* set : active(old)) result.push_back({set, 0});
    return result;
  }
  if (!bounds.rolling) return {};
  Sets all = old;
  if (new_set != nullptr) all.push_back(new_set);
  return in_proportion(bounds, status_replicas, active(all));
}

bool was_scaled(const Bounds& bounds, const Sets& all) {
  return std::ranges::any_of(active(all), [&](const auto* set) {
    auto desired = set->number(kDesiredReplicas);
    return desired && *desired != bounds.wanted;
  });
}

}  // namespace pedalion::controllers::deployment
