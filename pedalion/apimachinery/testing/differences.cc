#include "pedalion/apimachinery/testing/differences.h"

#include <algorithm>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"

namespace pedalion::apimachinery::testing {
namespace {

using json::Value;

constexpr std::size_t kMostBytes = 2000, kShownBytes = 200;

std::string shown(const Value* value) {
  return value == nullptr ? "-" : json::to_string(*value).substr(0, kShownBytes);
}

void compare(const std::string& path, const Value* a, const Value* b, std::string& out) {
  if (out.size() > kMostBytes) return;
  if (a != nullptr && b != nullptr && a->is_object() && b->is_object()) {
    std::size_t before = out.size();
    for (const auto& member : a->members())
      compare(path + "." + std::string(member.name), &member.value, b->find(member.name), out);
    for (const auto& member : b->members()) {
      std::string name(member.name);
      if (a->find(name) == nullptr) compare(path + "." + name, nullptr, &member.value, out);
    }
    if (out.size() == before && json::to_string(*a) != json::to_string(*b)) out += path + ": another order\n";
  } else if (a != nullptr && b != nullptr && a->is_array() && b->is_array()) {
    for (std::uint32_t i = 0; i < std::max(a->size(), b->size()); ++i) {
      compare(path + "[" + std::to_string(i) + "]", i < a->size() ? &a->items()[i] : nullptr,
              i < b->size() ? &b->items()[i] : nullptr, out);
    }
  } else if (a == nullptr || b == nullptr || json::to_string(*a) != json::to_string(*b)) {
    out += path + ": " + shown(a) + " | " + shown(b) + "\n";
  }
}

}  // namespace

std::string differences(std::string_view a, std::string_view b) {
  auto left = json::parse(a), right = json::parse(b);
  if (!left || !right) {
    return "no JSON: " + std::string((left ? b : a).substr(0, kMostBytes));
  }
  std::string out;
  compare("", &left->root, &right->root, out);
  return out;
}

}  // namespace pedalion::apimachinery::testing
