#include "pedalion/admission/plugins/plugins.h"

namespace pedalion::admission::plugins {
namespace {

using json::Value;

constexpr std::int64_t kSeconds = 300;
constexpr std::string_view kTaints[] = {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"};

class DefaultTolerationSeconds final : public Plugin {
 public:
  std::string_view name() const override { return "DefaultTolerationSeconds"; }
  bool handles(Operation operation) const override {
    return operation == Operation::kCreate || operation == Operation::kUpdate;
  }

  Task<Result<void>> mutate(Attributes& attributes) override {
    if (!attributes.writes("", "pods")) co_return Result<void>();
    auto& arena = attributes.object->arena;
    Value& spec = attributes.object->root.object_at("spec", arena);
    for (std::string_view taint : kTaints) {
      Value* tolerations = spec.find("tolerations");
      if (tolerations != nullptr && tolerates(*tolerations, taint)) continue;
      if (tolerations == nullptr || !tolerations->is_array())
        tolerations = &spec.set("tolerations", Value::array(arena), arena);
      tolerations->push_back(toleration(taint, arena), arena);
      attributes.has_changed(Attributes::Changed::kSpecMembers);
    }
    co_return Result<void>();
  }

 private:
  static bool tolerates(const Value& tolerations, std::string_view taint) {
    return std::ranges::any_of(tolerations.items(), [&](const Value& item) {
      auto key = item.string_at({"key"}), effect = item.string_at({"effect"});
      return (key == taint || key.empty()) && (effect == "NoExecute" || effect.empty());
    });
  }

  static Value toleration(std::string_view taint, json::Arena& arena) {
    Value made = Value::object(arena, 4);
    made.append_member("key", Value::string(taint), arena);
    made.append_member("operator", Value::string("Exists"), arena);
    made.append_member("effect", Value::string("NoExecute"), arena);
    made.append_member("tolerationSeconds", Value::integer(kSeconds), arena);
    return made;
  }
};

}  // namespace

std::unique_ptr<Plugin> default_toleration_seconds() { return std::make_unique<DefaultTolerationSeconds>(); }

}  // namespace pedalion::admission::plugins
