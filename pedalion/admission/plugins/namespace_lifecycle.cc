#include "pedalion/admission/plugins/plugins.h"

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::admission::plugins {
namespace {

const meta::GroupResource kNamespaces{"", "namespaces"};

bool is_immortal(std::string_view name) {
  return name == "default" || name == "kube-system" || name == "kube-public";
}

/// The namespaces whose deletion was asked for here a short while ago. Thread-safe.
class RecentDeletions {
 public:
  void note(std::string_view name) {
    auto now = Clock::now();
    std::lock_guard lock(mutex_);
    std::erase_if(until_, [&](const auto& entry) { return entry.second < now; });
    until_.insert_or_assign(std::string(name), now + kRemembered);
  }
  bool contain(std::string_view name) const {
    std::lock_guard lock(mutex_);
    auto found = until_.find(name);
    return found != until_.end() && found->second >= Clock::now();
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kRemembered{30};  // as kube-apiserver

  mutable std::mutex mutex_;
  std::map<std::string, Clock::time_point, std::less<>> until_;
};

class NamespaceLifecycle final : public Plugin {
 public:
  explicit NamespaceLifecycle(Cluster& cluster) : cluster_(cluster) {}
  std::string_view name() const override { return "NamespaceLifecycle"; }
  bool handles(Operation operation) const override { return operation != Operation::kConnect; }

  Task<Result<void>> mutate(Attributes& attributes) override {
    bool of_namespaces = attributes.concerns("", "namespaces");
    if (attributes.operation == Operation::kDelete) {
      if (of_namespaces && is_immortal(attributes.name)) {
        co_return std::unexpected(forbidden(attributes, "this namespace may not be deleted"));
      }
      if (of_namespaces) deletions_.note(attributes.name);
      co_return Result<void>();
    }
    bool creates = attributes.operation == Operation::kCreate && !of_namespaces && !attributes.ns.empty();
    // What asks about accesses is no object of the namespace.
    if (!creates || attributes.resource.resource == "localsubjectaccessreviews") co_return Result<void>();
    CO_TRY(auto found, co_await find(std::string(attributes.ns)));
    if (!found) co_return std::unexpected(meta::not_found(kNamespaces, attributes.ns));
    if (found->terminating) co_return std::unexpected(terminating(attributes));
    co_return Result<void>();
  }

 private:
  /// What others do to a namespace may reach this server a moment late, but not what is done here: who has
  /// deleted one cannot write into it any more, and who has made it anew can.
  Task<Result<watchcache::ObjectPtr>> find(std::string ns) {
    if (!deletions_.contain(ns)) {
      CO_TRY(auto known, co_await cluster_.find_known(kNamespaces, "", ns));
      if (!known || !known->terminating) co_return known;
    }
    co_return co_await cluster_.find(kNamespaces, "", std::move(ns));
  }

  static Status terminating(const Attributes& attributes) {
    std::string ns(attributes.ns);
    Status status = forbidden(
        attributes, "unable to create new content in namespace " + ns + " because it is being terminated");
    status.mutable_details().causes.push_back(
        {"NamespaceTerminating", "namespace " + ns + " is being terminated", "metadata.namespace"});
    return status;
  }

  Cluster& cluster_;
  RecentDeletions deletions_;
};

}  // namespace

std::unique_ptr<Plugin> namespace_lifecycle(Cluster& cluster) {
  return std::make_unique<NamespaceLifecycle>(cluster);
}

}  // namespace pedalion::admission::plugins
