#include "pedalion/admission/plugins.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::admission {
namespace {

using json::Value;

class Priority final : public Plugin {
 public:
  explicit Priority(PriorityClasses& classes) : classes_(classes) {}
  std::string_view name() const override { return "Priority"; }
  bool handles(Operation operation) const override { return operation == Operation::kCreate; }

  Task<Result<void>> mutate(Attributes& attributes) override {
    bool pod = attributes.resource.group.empty() && attributes.resource.resource == "pods" &&
               attributes.subresource.empty();
    if (!pod) co_return Result<void>();
    json::Document& object = *attributes.object;
    Value& spec = object.root.object_at("spec", object.arena);
    std::string name(spec.string_at({"priorityClassName"}));
    watchcache::ObjectPtr chosen;
    if (name.empty()) {
      CO_TRY(chosen, co_await classes_.global_default());
    } else {
      CO_TRY(chosen, co_await classes_.find(name));
      if (!chosen) {
        co_return std::unexpected(meta::forbidden(attributes.group_resource(), attributes.name,
                                                  "no PriorityClass with name " + name + " was found"));
      }
    }
    attributes.changed = true;
    co_return resolve(attributes, spec, chosen.get());
  }

 private:
  static Result<void> resolve(Attributes& attributes, Value& spec, const watchcache::Object* chosen) {
    auto& arena = attributes.object->arena;
    std::int64_t value = 0;
    std::string policy = "PreemptLowerPriority";
    if (chosen != nullptr) {
      TRY(json::Document parsed, json::parse(chosen->json.view()));
      if (const Value* given = parsed.root.find("value")) value = given->int_or(0);
      if (auto given = parsed.root.string_at({"preemptionPolicy"}); !given.empty()) policy = given;
      spec.set("priorityClassName", Value::string(chosen->name, arena), arena);
    }
    if (const Value* given = spec.find("priority");
        given != nullptr && given->is_int() && given->as_int() != value) {
      return std::unexpected(
          meta::forbidden(attributes.group_resource(), attributes.name,
                          "the integer value of priority (" + std::to_string(given->as_int()) +
                              ") must not be provided in pod spec; priority admission controller computed " +
                              std::to_string(value) + " from the given PriorityClass name"));
    }
    if (auto given = spec.string_at({"preemptionPolicy"}); !given.empty() && given != policy) {
      return std::unexpected(
          meta::forbidden(attributes.group_resource(), attributes.name,
                          "the string value of PreemptionPolicy (" + std::string(given) +
                              ") must not be provided in pod spec; priority admission controller computed " +
                              policy + " from the given PriorityClass name"));
    }
    spec.set("priority", Value::integer(value), arena);
    spec.set("preemptionPolicy", Value::string(policy, arena), arena);
    return {};
  }

  PriorityClasses& classes_;
};

}  // namespace

std::unique_ptr<Plugin> priority(PriorityClasses& classes) { return std::make_unique<Priority>(classes); }

}  // namespace pedalion::admission
