#include "pedalion/admission/plugins/plugins.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/quota/resource_list.h"

namespace pedalion::admission::plugins {
namespace {

using json::Value;
using quota::ResourceList;

/// Does `wide` tolerate all that `narrow` does?
bool covers(const Value& wide, const Value& narrow) {
  if (json::equal(wide, narrow)) return true;
  auto text = [](const Value& toleration, std::string_view name) { return toleration.string_at({name}); };
  bool any_key = text(wide, "key").empty() && text(wide, "operator") == "Exists";
  if (text(wide, "key") != text(narrow, "key") && !any_key) return false;
  if (text(wide, "effect") != text(narrow, "effect") && !text(wide, "effect").empty()) return false;
  const Value *limit = wide.find("tolerationSeconds"), *asked = narrow.find("tolerationSeconds");
  if (text(wide, "effect") == "NoExecute" && limit != nullptr &&
      (asked == nullptr || asked->int_or(0) > limit->int_or(0)))
    return false;
  if (text(wide, "operator") == "Exists") return true;
  bool equal = text(wide, "operator") == "Equal" || text(wide, "operator").empty();
  return equal && text(narrow, "operator") == "Equal" && text(wide, "value") == text(narrow, "value");
}

/// Both lists, without what another toleration covers.
Value merged(const Value& first, const Value& second, json::Arena& arena) {
  std::vector<Value> all;
  for (const Value& item : first.items()) all.push_back(item);
  for (const Value& item : second.items()) all.push_back(item);
  Value kept = Value::array(arena);
  for (std::size_t i = 0; i < all.size(); ++i) {
    bool covered = std::ranges::any_of(kept.items(), [&](const Value& wide) { return covers(wide, all[i]); });
    for (std::size_t j = i + 1; j < all.size() && !covered; ++j)
      covered = !json::equal(all[i], all[j]) && covers(all[j], all[i]);
    if (!covered) kept.push_back(json::deep_copy(all[i], arena), arena);
  }
  return kept;
}

bool asks_for_runtime(const Attributes& attributes) { return attributes.writes("", "pods"); }

class RuntimeClass final : public Plugin {
 public:
  explicit RuntimeClass(Cluster& cluster) : cluster_(cluster) {}
  std::string_view name() const override { return "RuntimeClass"; }
  bool handles(Operation operation) const override { return operation == Operation::kCreate; }

  Task<Result<void>> mutate(Attributes& attributes) override {
    if (!asks_for_runtime(attributes)) co_return Result<void>();
    CO_TRY(json::Document found, co_await class_of(attributes));
    if (!found.root.is_object()) co_return Result<void>();
    attributes.has_changed(Attributes::Changed::kAnything);
    CO_TRY_OK(set_overhead(attributes, found.root));
    co_return set_scheduling(attributes, found.root);
  }

  Task<Result<void>> validate(const Attributes& attributes) override {
    if (!asks_for_runtime(attributes)) co_return Result<void>();
    CO_TRY(json::Document found, co_await class_of(attributes));
    const Value* wanted = attributes.object->root.at({"spec", "overhead"});
    if (found.root.find("overhead") != nullptr) co_return compare_overhead(attributes, found.root, wanted);
    if (wanted == nullptr) co_return Result<void>();
    co_return std::unexpected(forbidden(
        attributes, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"));
  }

 private:
  /// Null when the pod names none.
  Task<Result<json::Document>> class_of(const Attributes& attributes) {
    const Value* wanted = attributes.object->root.at({"spec", "runtimeClassName"});
    if (wanted == nullptr) co_return json::Document();
    std::string name(wanted->string_or());
    CO_TRY(auto found, co_await cluster_.find_known({"node.k8s.io", "runtimeclasses"}, "", name));
    if (!found) {
      co_return std::unexpected(
          forbidden(attributes, "pod rejected: RuntimeClass \"" + name + "\" not found"));
    }
    co_return json::parse(found->json.view());
  }

  static Result<void> compare_overhead(const Attributes& attributes, const Value& runtime_class,
                                       const Value* wanted) {
    TRY(ResourceList fixed, quota::read_resource_list(runtime_class.at({"overhead", "podFixed"})));
    TRY(ResourceList asked, quota::read_resource_list(wanted));
    if (fixed == asked) return {};
    return std::unexpected(
        forbidden(attributes, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"));
  }

  static Result<void> set_overhead(Attributes& attributes, const Value& runtime_class) {
    const Value* fixed = runtime_class.at({"overhead", "podFixed"});
    if (fixed == nullptr) return {};
    auto& arena = attributes.object->arena;
    Value& spec = attributes.object->root.object_at("spec", arena);
    if (const Value* wanted = spec.find("overhead"))
      TRY_OK(compare_overhead(attributes, runtime_class, wanted));
    spec.set("overhead", json::deep_copy(*fixed, arena), arena);
    return {};
  }

  static Result<void> set_scheduling(Attributes& attributes, const Value& runtime_class) {
    const Value* scheduling = runtime_class.find("scheduling");
    if (scheduling == nullptr) return {};
    auto& arena = attributes.object->arena;
    Value& spec = attributes.object->root.object_at("spec", arena);
    if (const Value* nodes = scheduling->find("nodeSelector")) {
      Value& selector = spec.object_at("nodeSelector", arena);
      for (const json::Member& label : nodes->members()) {
        std::string_view wanted = label.value.string_or();
        const Value* own = std::as_const(selector).find(label.name);
        if (own != nullptr && own->string_or() != wanted)
          return std::unexpected(conflict(attributes, label.name, wanted, own->string_or()));
        selector.set(label.name, Value::string(wanted, arena), arena);
      }
      selector.sort_members();
    }
    if (const Value* more = scheduling->find("tolerations")) {
      const Value* own = std::as_const(spec).find("tolerations");
      spec.set("tolerations", merged(own == nullptr ? Value() : *own, *more, arena), arena);
    }
    return {};
  }

  static Status conflict(const Attributes& attributes, std::string_view key, std::string_view wanted,
                         std::string_view own) {
    std::string text = "conflict: runtimeClass.scheduling.nodeSelector[";
    text.append(key).append("] = ").append(wanted).append("; pod.spec.nodeSelector[");
    text.append(key).append("] = ").append(own);
    return forbidden(attributes, text);
  }

  Cluster& cluster_;
};

}  // namespace

std::unique_ptr<Plugin> runtime_class(Cluster& cluster) { return std::make_unique<RuntimeClass>(cluster); }

}  // namespace pedalion::admission::plugins
