#include "pedalion/admission/plugins/plugins.h"
#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::admission::plugins {
namespace {

using json::Value;

const meta::GroupResource kClasses{"scheduling.k8s.io", "priorityclasses"};

/// What a class says, or no class.
struct Resolved {
  std::string name;
  std::int64_t value = 0;
  std::string policy = "PreemptLowerPriority";
};

Result<Resolved> read_class(const watchcache::Object& object) {
  TRY(json::Document parsed, json::parse(object.json.view()));
  Resolved made{.name = std::string(object.name)};
  if (const Value* given = parsed.root.find("value")) made.value = given->int_or(0);
  if (auto given = parsed.root.string_at({"preemptionPolicy"}); !given.empty()) made.policy = given;
  return made;
}

class Priority final : public Plugin {
 public:
  explicit Priority(Cluster& cluster) : cluster_(cluster) {}
  std::string_view name() const override { return "Priority"; }
  bool handles(Operation operation) const override {
    return operation == Operation::kCreate || operation == Operation::kUpdate;
  }

  Task<Result<void>> mutate(Attributes& attributes) override {
    if (!attributes.writes("", "pods")) co_return Result<void>();
    Value& spec = attributes.object->root.object_at("spec", attributes.object->arena);
    if (attributes.operation == Operation::kUpdate) {
      keep(attributes, spec);
      co_return Result<void>();
    }
    Resolved resolved;
    std::string wanted(spec.string_at({"priorityClassName"}));
    if (wanted.empty()) {
      CO_TRY(auto found, co_await global_default());
      if (found) resolved = *std::move(found);
    } else {
      CO_TRY(auto found, co_await cluster_.find_known(kClasses, "", wanted));
      if (!found) {
        co_return std::unexpected(
            forbidden(attributes, "no PriorityClass with name " + wanted + " was found"));
      }
      CO_TRY(resolved, read_class(*found));
    }
    co_return resolve(attributes, spec, resolved);
  }

  /// One class at most is everybody's default.
  Task<Result<void>> validate(const Attributes& attributes) override {
    if (!attributes.writes(kClasses.group, kClasses.resource)) co_return Result<void>();
    const Value* is_default = attributes.object->root.find("globalDefault");
    if (is_default == nullptr || !is_default->bool_or(false)) co_return Result<void>();
    CO_TRY(auto present, co_await global_default());
    bool itself = attributes.operation == Operation::kUpdate && present && present->name == attributes.name;
    if (!present || itself) co_return Result<void>();
    co_return std::unexpected(forbidden(
        attributes,
        "PriorityClass " + present->name + " is already marked as default. Only one default can exist"));
  }

 private:
  /// The one with globalDefault; of several the one with the least value.
  Task<Result<std::optional<Resolved>>> global_default() {
    CO_TRY(auto classes, co_await cluster_.list_known(kClasses, ""));
    std::optional<Resolved> chosen;
    for (const auto& object : classes) {
      if (object->json.view().find("\"globalDefault\":true") == std::string_view::npos) continue;
      CO_TRY(Resolved made, read_class(*object));
      if (!chosen || made.value < chosen->value) chosen = std::move(made);
    }
    co_return chosen;
  }

  /// An update that leaves out what this plugin has set means no change.
  static void keep(Attributes& attributes, Value& spec) {
    auto& arena = attributes.object->arena;
    for (std::string_view member : {"priority", "preemptionPolicy"}) {
      const Value* before = attributes.old_object->at({"spec", member});
      if (spec.find(member) != nullptr || before == nullptr) continue;
      spec.set(member, json::deep_copy(*before, arena), arena);
      attributes.has_changed(Attributes::Changed::kSpecMembers);
    }
  }

  static Result<void> resolve(Attributes& attributes, Value& spec, const Resolved& resolved) {
    auto& arena = attributes.object->arena;
    attributes.has_changed(Attributes::Changed::kSpecMembers);
    if (const Value* given = spec.find("priority");
        given != nullptr && given->is_int() && given->as_int() != resolved.value) {
      return std::unexpected(refusal(attributes, "integer value of priority", std::to_string(given->as_int()),
                                     std::to_string(resolved.value)));
    }
    auto policy = spec.string_at({"preemptionPolicy"});
    if (!policy.empty() && policy != resolved.policy) {
      return std::unexpected(
          refusal(attributes, "string value of PreemptionPolicy", std::string(policy), resolved.policy));
    }
    if (!resolved.name.empty()) spec.set("priorityClassName", Value::string(resolved.name, arena), arena);
    spec.set("priority", Value::integer(resolved.value), arena);
    spec.set("preemptionPolicy", Value::string(resolved.policy, arena), arena);
    return {};
  }

  static Status refusal(const Attributes& attributes, std::string what, const std::string& given,
                        const std::string& computed) {
    return forbidden(attributes,
                     "the " + std::move(what) + " (" + given +
                         ") must not be provided in pod spec; priority admission controller computed " +
                         computed + " from the given PriorityClass name");
  }

  Cluster& cluster_;
};

}  // namespace

std::unique_ptr<Plugin> priority(Cluster& cluster) { return std::make_unique<Priority>(cluster); }

}  // namespace pedalion::admission::plugins
