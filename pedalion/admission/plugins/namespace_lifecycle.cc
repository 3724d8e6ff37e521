#include "pedalion/admission/plugins/plugins.h"

#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::admission::plugins {
namespace {

const meta::GroupResource kNamespaces{"", "namespaces"};

bool is_immortal(std::string_view name) {
  return name == "default" || name == "kube-system" || name == "kube-public";
}

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
  /// One that is known to terminate may have been made anew by somebody else.
  Task<Result<watchcache::ObjectPtr>> find(std::string ns) {
    CO_TRY(auto known, co_await cluster_.find_known(kNamespaces, "", ns));
    if (!known || !known->terminating) co_return known;
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
};

}  // namespace

std::unique_ptr<Plugin> namespace_lifecycle(Cluster& cluster) {
  return std::make_unique<NamespaceLifecycle>(cluster);
}

}  // namespace pedalion::admission::plugins
