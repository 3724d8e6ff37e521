#include "pedalion/controllers/conditions.h"

namespace pedalion::controllers {

const json::Value* find_condition(const json::Value& status, std::string_view type) {
  const auto* conditions = status.find("conditions");
  if (conditions == nullptr) return nullptr;
  for (const auto& condition : conditions->items()) {
    if (condition.string_at({"type"}) == type) return &condition;
  }
  return nullptr;
}

bool condition_is(const json::Value& status, std::string_view type, std::string_view wanted) {
  const auto* condition = find_condition(status, type);
  return condition != nullptr && condition->string_at({"status"}) == wanted;
}

bool set_condition(json::Value& status, const Condition& condition, std::string_view now,
                   json::Arena& arena) {
  auto text = [&](std::string_view view) { return json::Value::string(view, arena); };
  auto* conditions = status.find("conditions");
  if (conditions == nullptr || !conditions->is_array()) {
    conditions = &status.set("conditions", json::Value::array(arena), arena);
  }
  json::Value* found = nullptr;
  for (auto& item : conditions->items()) {
    if (item.string_at({"type"}) == condition.type) found = &item;
  }
  if (found != nullptr && found->string_at({"status"}) == condition.status &&
      found->string_at({"reason"}) == condition.reason &&
      found->string_at({"message"}) == condition.message) {
    return false;
  }
  if (found == nullptr) {
    conditions->push_back(json::Value::object(arena), arena);
    found = &conditions->items().back();
    found->set("type", text(condition.type), arena);
  }
  if (found->string_at({"status"}) != condition.status) {
    found->set("lastTransitionTime", text(now), arena);
  }
  found->set("status", text(condition.status), arena);
  found->set("reason", text(condition.reason), arena);
  found->set("message", text(condition.message), arena);
  return true;
}

bool remove_condition(json::Value& status, std::string_view type) {
  auto* conditions = status.find("conditions");
  if (conditions == nullptr) return false;
  auto items = conditions->items();
  for (std::uint32_t at = 0; at < items.size(); ++at) {
    if (items[at].string_at({"type"}) != type) continue;
    conditions->erase_at(at);
    return true;
  }
  return false;
}

}  // namespace pedalion::controllers
