#include "pedalion/admission/podsecurity/pod_security.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "pedalion/admission/podsecurity/checks.h"
#include "pedalion/admission/podsecurity/pod_reading.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::admission::podsecurity {
namespace {

using json::Value;

/// How many pods, and how long, an update of a namespace looks at.
constexpr std::size_t kPodsToCheck = 3000;
constexpr std::chrono::milliseconds kTimeToCheck{1000};

/// What holds a template of pods, and where.
struct Controller {
  std::string_view group, resource;
  std::initializer_list<std::string_view> path;
};
constexpr Controller kControllers[] = {
    {"", "replicationcontrollers", {"spec", "template"}},
    {"", "podtemplates", {"template"}},
    {"apps", "replicasets", {"spec", "template"}},
    {"apps", "deployments", {"spec", "template"}},
    {"apps", "statefulsets", {"spec", "template"}},
    {"apps", "daemonsets", {"spec", "template"}},
    {"batch", "jobs", {"spec", "template"}},
    {"batch", "cronjobs", {"spec", "jobTemplate", "spec", "template"}},
};

const Controller* controller_of(const Attributes& attributes) {
  for (const Controller& controller : kControllers) {
    if (attributes.writes(controller.group, controller.resource)) return &controller;
  }
  return nullptr;
}

/// Pods, and those of their subresources that may change what runs.
bool is_pod_write(const Attributes& attributes) {
  static constexpr std::string_view kIgnored[] = {"exec", "attach",      "binding", "eviction",
                                                  "log",  "portforward", "proxy",   "status"};
  return attributes.concerns("", "pods") &&
         std::ranges::find(kIgnored, attributes.subresource) == std::end(kIgnored);
}

PodParts parts_of(const Value& pod) { return {pod.find("metadata"), pod.find("spec")}; }

std::span<const Value> list_of(const Value& pod, std::string_view name) {
  const Value* list = pod.at({"spec", name});
  return list == nullptr ? std::span<const Value>() : list->items();
}

bool changes_image(const Value& container, const Value& old) {
  return container.string_at({"image"}) != old.string_at({"image"});
}

/// Of what an update may change only images matter, and new ephemeral containers.
bool is_significant(const Value& pod, const Value& old) {
  for (std::string_view name : {"containers", "initContainers"}) {
    auto containers = list_of(pod, name), before = list_of(old, name);
    if (!std::ranges::equal(containers, before, std::not_fn(changes_image))) return true;
  }
  auto before = list_of(old, "ephemeralContainers");
  return std::ranges::any_of(list_of(pod, "ephemeralContainers"), [&](const Value& container) {
    auto found = std::ranges::find_if(
        before, [&](const Value& each) { return each.string_at({"name"}) == container.string_at({"name"}); });
    return found == before.end() || changes_image(container, *found);
  });
}

std::string_view controller_uid(const Value& pod) {
  const Value* owners = pod.at({"metadata", "ownerReferences"});
  if (owners == nullptr) return {};
  for (const Value& owner : owners->items()) {
    if (is_true(owner.find("controller"))) return owner.string_at({"uid"});
  }
  return {};
}

/// The pods of a namespace against a level that is new to it.
class Survey {
 public:
  explicit Survey(const LevelVersion& level) : level_(level) {}

  /// Later pods of a controller that has one already come last.
  void take(json::Document pod) {
    auto uid = std::string(controller_uid(pod.root));
    bool is_first = uid.empty() || controllers_.insert(uid).second;
    (is_first ? first_ : further_).push_back(std::move(pod));
  }

  std::vector<std::string> warnings(std::string_view ns) {
    std::size_t total = first_.size() + further_.size();
    std::size_t checked = check(std::min(total, kPodsToCheck));
    std::vector<std::string> warnings;
    if (checked < total) {
      warnings.push_back("new PodSecurity enforce level only checked against the first " +
                         std::to_string(checked) + " of " + std::to_string(total) + " existing pods");
    }
    if (groups_.empty()) return warnings;
    warnings.push_back("existing pods in namespace \"" + std::string(ns) +
                       "\" violate the new PodSecurity enforce level \"" + level_.text() + "\"");
    std::vector<std::string> texts;
    for (const auto& [reasons, group] : groups_) texts.push_back(group.text() + ": " + reasons);
    std::ranges::sort(texts);
    warnings.insert(warnings.end(), texts.begin(), texts.end());
    return warnings;
  }

 private:
  /// Pods with the same faults.
  struct Group {
    std::string name;  // of the first by name
    std::size_t count = 0;
    std::string text() const {
      if (count == 1) return name;
      return name + " (and " + std::to_string(count - 1) + " other " + (count == 2 ? "pod)" : "pods)");
    }
  };

  /// How many it got to.
  std::size_t check(std::size_t wanted) {
    auto end = std::chrono::steady_clock::now() + kTimeToCheck;
    for (std::size_t at = 0; at < wanted; ++at) {
      const Value& pod = (at < first_.size() ? first_[at] : further_[at - first_.size()]).root;
      if (auto findings = evaluate(level_, parts_of(pod)); !findings.empty()) {
        Group& group = groups_[reasons_of(findings)];
        auto name = pod.string_at({"metadata", "name"});
        if (group.count++ == 0 || name < group.name) group.name = name;
      }
      if (std::chrono::steady_clock::now() > end) return at + 1;
    }
    return wanted;
  }

  const LevelVersion level_;
  SortedNames controllers_;
  std::vector<json::Document> first_, further_;
  std::map<std::string, Group> groups_;  // by reasons
};

class PodSecurity final : public Plugin {
 public:
  explicit PodSecurity(Cluster& cluster) : cluster_(cluster) {}
  std::string_view name() const override { return "PodSecurity"; }
  bool handles(Operation operation) const override {
    return operation == Operation::kCreate || operation == Operation::kUpdate;
  }

  Task<Result<void>> validate(const Attributes& attributes) override {
    if (attributes.writes("", "namespaces")) co_return co_await validate_namespace(attributes);
    if (is_pod_write(attributes)) co_return co_await validate_pod(attributes);
    if (const Controller* controller = controller_of(attributes))
      co_return co_await validate_controller(attributes, *controller);
    co_return Result<void>();
  }

 private:
  Task<Result<void>> validate_namespace(const Attributes& attributes) {
    ReadPolicy policy = read_policy(attributes.object->root);
    auto refusal = [&] {
      return std::unexpected(
          meta::invalid(attributes.kind.group, attributes.kind.kind, attributes.name, policy.errors));
    };
    if (attributes.operation == Operation::kCreate) {
      if (!policy.errors.empty()) co_return refusal();
      co_return Result<void>();
    }
    ReadPolicy before = read_policy(*attributes.old_object);
    if (!policy.errors.empty() && !same(policy.errors, before.errors)) co_return refusal();
    const LevelVersion &now = policy.policy.enforce, &then = before.policy.enforce;
    bool is_relaxed = now.version == then.version && now.level <= then.level;
    if (now == then || now.level == Level::kPrivileged || is_relaxed) co_return Result<void>();
    std::string ns(attributes.name);
    CO_TRY(auto pods, co_await cluster_.list({"", "pods"}, ns));
    Survey survey(now);
    for (const auto& object : pods) {
      CO_TRY(json::Document pod, json::parse(object->json.view()));
      survey.take(std::move(pod));
    }
    for (auto& warning : survey.warnings(ns)) attributes.context.warn(std::move(warning));
    co_return Result<void>();
  }

  static bool same(const meta::FieldErrors& errors, const meta::FieldErrors& others) {
    return std::ranges::equal(errors, others, [](const meta::FieldError& one, const meta::FieldError& other) {
      return one.field == other.field && one.body() == other.body();
    });
  }

  Task<Result<void>> validate_pod(const Attributes& attributes) {
    CO_TRY(Policy policy, co_await policy_of(std::string(attributes.ns)));
    const Value& pod = attributes.object->root;
    bool updates = attributes.operation == Operation::kUpdate;
    if (updates && !is_significant(pod, *attributes.old_object)) co_return Result<void>();
    auto findings = evaluate(policy.enforce, parts_of(pod));
    if (!findings.empty()) {
      co_return std::unexpected(forbidden(
          attributes, "violates PodSecurity \"" + policy.enforce.text() + "\": " + details_of(findings)));
    }
    warn(attributes, policy.warn, parts_of(pod));
    co_return Result<void>();
  }

  /// What makes pods is only warned of.
  Task<Result<void>> validate_controller(const Attributes& attributes, const Controller& controller) {
    auto policy = co_await policy_of(std::string(attributes.ns));
    const Value* pods = attributes.object->root.at(controller.path);
    if (policy && pods != nullptr) warn(attributes, policy->warn, parts_of(*pods));
    co_return Result<void>();
  }

  static void warn(const Attributes& attributes, const LevelVersion& level, const PodParts& pod) {
    auto findings = evaluate(level, pod);
    if (findings.empty()) return;
    attributes.context.warn("would violate PodSecurity \"" + level.text() + "\": " + details_of(findings));
  }

  Task<Result<Policy>> policy_of(std::string ns) {
    auto found = co_await cluster_.find_known({"", "namespaces"}, "", ns);
    if (!found || *found == nullptr)
      co_return std::unexpected(meta::internal_error("failed to lookup namespace \"" + ns + "\""));
    co_return read_policy(SortedLabels((*found)->labels)).policy;
  }

  Cluster& cluster_;
};

}  // namespace

std::unique_ptr<Plugin> pod_security(Cluster& cluster) { return std::make_unique<PodSecurity>(cluster); }

}  // namespace pedalion::admission::podsecurity
