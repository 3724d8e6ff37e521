#include <algorithm>

#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/registry/builtin/printers/printer.h"

// The columns of a pod: its state told from its containers, as kubectl has always told it.
namespace pedalion::registry::builtin::printers {
namespace {

struct PodState {
  std::string reason;
  std::int64_t restarts = 0, restartable_init_restarts = 0;
  std::int64_t total = 0, ready = 0;
  std::int64_t last_restart = 0, last_restartable_init_restart = 0;  // seconds since the epoch; 0: never
  bool initializing = false;
};

std::int64_t last_finish(const Value& status) {
  auto parsed = meta::parse_time(status.string_at({"lastState", "terminated", "finishedAt"}));
  return parsed ? parsed->seconds : 0;
}

std::int64_t int_at(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* found = value.at(path);
  return found == nullptr ? 0 : found->int_or(0);
}

bool bool_at(const Value& value, std::string_view key) {
  const Value* found = value.find(key);
  return found != nullptr && found->bool_or(false);
}

bool has_condition(const Value& pod, std::string_view type, std::string_view status) {
  return std::ranges::any_of(items_of(pod, {"status", "conditions"}), [&](const Value& condition) {
    return condition.string_at({"type"}) == type && condition.string_at({"status"}) == status;
  });
}

/// How a container ended: its reason, or its signal or exit code.
std::string end_text(const Value& terminated, std::string_view prefix) {
  auto reason = terminated.string_at({"reason"});
  if (!reason.empty()) return std::string(prefix) + std::string(reason);
  auto signal = int_at(terminated, {"signal"});
  if (signal != 0) return std::string(prefix) + "Signal:" + std::to_string(signal);
  return std::string(prefix) + "ExitCode:" + std::to_string(int_at(terminated, {"exitCode"}));
}

bool is_restartable_init(const Value& pod, std::string_view name) {
  return std::ranges::any_of(items_of(pod, {"spec", "initContainers"}), [&](const Value& container) {
    return container.string_at({"name"}) == name && container.string_at({"restartPolicy"}) == "Always";
  });
}

void read_init_containers(const Value& pod, PodState& state) {
  auto statuses = items_of(pod, {"status", "initContainerStatuses"});
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    const Value& status = statuses[i];
    state.restarts += int_at(status, {"restartCount"});
    state.last_restart = std::max(state.last_restart, last_finish(status));
    bool restartable = is_restartable_init(pod, status.string_at({"name"}));
    if (restartable) {
      state.restartable_init_restarts += int_at(status, {"restartCount"});
      state.last_restartable_init_restart =
          std::max(state.last_restartable_init_restart, last_finish(status));
    }
    const Value* terminated = status.at({"state", "terminated"});
    auto waiting = status.string_at({"state", "waiting", "reason"});
    if (terminated != nullptr && int_at(*terminated, {"exitCode"}) == 0) continue;
    if (restartable && bool_at(status, "started")) {
      if (bool_at(status, "ready")) ++state.ready;
      continue;
    }
    if (terminated != nullptr) {
      state.reason = end_text(*terminated, "Init:");
    } else if (!waiting.empty() && waiting != "PodInitializing") {
      state.reason = "Init:" + std::string(waiting);
    } else {
      state.reason = "Init:" + std::to_string(i) + "/" +
                     std::to_string(items_of(pod, {"spec", "initContainers"}).size());
    }
    state.initializing = true;
    return;
  }
}

void read_containers(const Value& pod, PodState& state) {
  state.restarts = state.restartable_init_restarts;
  state.last_restart = state.last_restartable_init_restart;
  bool running = false;
  auto statuses = items_of(pod, {"status", "containerStatuses"});
  for (std::size_t i = statuses.size(); i-- > 0;) {
    const Value& status = statuses[i];
    state.restarts += int_at(status, {"restartCount"});
    state.last_restart = std::max(state.last_restart, last_finish(status));
    const Value* terminated = status.at({"state", "terminated"});
    auto waiting = status.string_at({"state", "waiting", "reason"});
    if (!waiting.empty()) {
      state.reason = waiting;
    } else if (terminated != nullptr) {
      state.reason = end_text(*terminated, "");
    } else if (bool_at(status, "ready") && status.at({"state", "running"}) != nullptr) {
      running = true;
      ++state.ready;
    }
  }
  // Some containers have completed while others still run.
  if (state.reason == "Completed" && running)
    state.reason = has_condition(pod, "Ready", "True") ? "Running" : "NotReady";
}

PodState state_of(const Value& pod) {
  PodState state;
  auto phase = pod.string_at({"status", "phase"});
  auto reason = pod.string_at({"status", "reason"});
  state.reason = reason.empty() ? phase : reason;
  for (const Value& condition : items_of(pod, {"status", "conditions"})) {
    if (condition.string_at({"type"}) == "PodScheduled" &&
        condition.string_at({"reason"}) == "SchedulingGated")
      state.reason = "SchedulingGated";
  }
  state.total = static_cast<std::int64_t>(items_of(pod, {"spec", "containers"}).size());
  for (const Value& container : items_of(pod, {"spec", "initContainers"}))
    state.total += container.string_at({"restartPolicy"}) == "Always";
  read_init_containers(pod, state);
  if (!state.initializing || has_condition(pod, "Initialized", "True")) read_containers(pod, state);
  if (pod.at({"metadata", "deletionTimestamp"}) != nullptr) {
    if (reason == "NodeLost")
      state.reason = "Unknown";
    else if (phase != "Succeeded" && phase != "Failed")
      state.reason = "Terminating";
  }
  return state;
}

std::string readiness_gates(const Value& pod) {
  auto gates = items_of(pod, {"spec", "readinessGates"});
  if (gates.empty()) return "<none>";
  auto passed = std::ranges::count_if(gates, [&](const Value& gate) {
    return has_condition(pod, gate.string_at({"conditionType"}), "True");
  });
  return std::to_string(passed) + "/" + std::to_string(gates.size());
}

}  // namespace

void print_pod(Row& row) {
  const Value& pod = row.object;
  PodState state = state_of(pod);
  auto phase = pod.string_at({"status", "phase"});
  if (phase == "Succeeded")
    row.condition("Completed", "True", "Succeeded", "The pod has completed successfully.");
  if (phase == "Failed") row.condition("Completed", "True", "Failed", "The pod failed.");
  std::string restarts = std::to_string(state.restarts);
  if (state.restarts != 0 && state.last_restart != 0)
    restarts += " (" + meta::human_duration(row.now() - state.last_restart) + " ago)";
  auto addresses = items_of(pod, {"status", "podIPs"});
  row.name();
  row.text(std::to_string(state.ready) + "/" + std::to_string(state.total));
  row.text(state.reason);
  row.text(restarts);
  row.age();
  row.text(addresses.empty() ? "<none>" : addresses[0].string_at({"ip"}));
  row.field({"spec", "nodeName"}, "<none>");
  row.field({"status", "nominatedNodeName"}, "<none>");
  row.text(readiness_gates(pod));
}

}  // namespace pedalion::registry::builtin::printers
