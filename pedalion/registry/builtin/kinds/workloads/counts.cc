#include "pedalion/registry/builtin/kinds/workloads/counts.h"

#include "pedalion/registry/builtin/kinds/checks.h"

namespace pedalion::registry::builtin::kinds::workloads {

void check_counts(const Field& object, std::span<const std::string_view> members) {
  for (std::string_view member : members) check_non_negative(object[member]);
}

void check_parts(const Field& status, std::span<const std::string_view> members, std::string_view ready) {
  std::int64_t replicas = status["replicas"].number();
  for (std::string_view member : members) {
    // One that is not there counts as 0, and is shown as that.
    Field count = status[member];
    if (count.number() > replicas)
      count.invalid(Value::integer(count.number()), "cannot be greater than status.replicas");
  }
  Field available = status["availableReplicas"];
  if (available.number() > status["readyReplicas"].number()) {
    available.invalid(Value::integer(available.number()), "cannot be greater than " + std::string(ready));
  }
}

void check_collisions(const Field& status, const Field& old_status) {
  Field count = status["collisionCount"], before = old_status["collisionCount"];
  if (!before || (count && count.number() >= before.number())) return;
  count.invalid(Value::integer(count.number()), "cannot be decremented");
}

}  // namespace pedalion::registry::builtin::kinds::workloads
