#include "pedalion/controlplane/hooks.h"

#include <algorithm>

namespace pedalion::controlplane {

void Hooks::add(std::string name) {
  hooks_.push_back({std::move(name), std::unexpected(Status(500, "InternalError", "not finished"))});
}

void Hooks::finished(std::string_view name, Result<void> outcome) {
  std::lock_guard lock(mutex_);
  auto found = std::ranges::find(hooks_, name, &Hook::name);
  if (found != hooks_.end()) found->outcome = std::move(outcome);
}

bool Hooks::all_finished() const {
  std::lock_guard lock(mutex_);
  return std::ranges::all_of(hooks_, [](const Hook& hook) { return hook.outcome.has_value(); });
}

Result<void> Hooks::outcome_of(std::size_t index) const {
  std::lock_guard lock(mutex_);
  return hooks_[index].outcome;
}

std::vector<server::HealthCheck> Hooks::checks() const {
  std::vector<server::HealthCheck> checks;
  for (std::size_t index = 0; index < hooks_.size(); ++index) {
    checks.push_back({"poststarthook/" + hooks_[index].name, [this, index] { return outcome_of(index); }});
  }
  return checks;
}

}  // namespace pedalion::controlplane
