// Requests and limits, and what a change of them does.
#include <algorithm>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

void check_claims(const Field& claims, const std::set<std::string_view, std::less<>>& known) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  std::set<std::string_view> whole;
  claims.each([&](const Field& claim) {
    std::string_view name = claim["name"].text(), request = claim["request"].text();
    if (name.empty()) {
      claim["name"].required();
      return;
    }
    if (!seen.emplace(name, request).second || (!request.empty() && whole.contains(name))) {
      claim.duplicate(request.empty() ? name : std::string(name) + "/" + std::string(request));
    }
    if (request.empty()) whole.insert(name);
    if (known.contains(name)) return;
    std::string names;
    for (std::string_view one : known) names += (names.empty() ? "" : ", ") + std::string(one);
    FieldError error = FieldError::not_found(claim.path(), name);
    error.detail = known.empty() ? "must be one of the names in pod.spec.resourceClaims which is empty"
                                 : "must be one of the names in pod.spec.resourceClaims: " + names;
    claims.errors().push_back(std::move(error));
  });
}

void check_amount(std::string_view name, const Field& amount, bool& cpu_or_memory, bool& huge) {
  check_container_resource_name(name, amount);
  check_resource_amount(name, amount);
  huge = huge || is_huge_page_resource(name);
  cpu_or_memory = cpu_or_memory || name == "cpu" || name == "memory";
}

void check_request(std::string_view name, const Field& request, const Field& limits) {
  Field limit = limits.value() == nullptr
                    ? limits
                    : Field(limits.value()->find(name), limits.path().child(name), limits.errors());
  if (limit) {
    auto wanted = quantity_of(request), most = quantity_of(limit);
    if (wanted != most && !is_overcommit_allowed(name)) {
      request.reported_at(request.path())
          .invalid(request.text(), "must be equal to " + std::string(name) + " limit of " + most.text());
    } else if (wanted > most) {
      request.invalid(request.text(),
                      "must be less than or equal to " + std::string(name) + " limit of " + most.text());
    }
  } else if (!is_overcommit_allowed(name)) {
    limits.errors().push_back(
        FieldError::required(limits.path(), "Limit must be set for non overcommitable resources"));
  }
}

}  // namespace

void check_requirements(const Field& resources, const std::set<std::string_view, std::less<>>* claims) {
  if (!resources) return;
  bool limit_counts = false, request_counts = false, huge_limit = false, huge_request = false;
  Field limits = resources["limits"], requests = resources["requests"];
  limits.each_entry([&](std::string_view name, const Field& amount) {
    check_amount(name, amount, limit_counts, huge_limit);
  });
  requests.each_entry([&](std::string_view name, const Field& amount) {
    check_amount(name, amount, request_counts, huge_request);
    // Errors of a request stand at the map.
    check_request(name, amount.reported_at(requests.path()), limits);
  });
  if ((huge_limit || huge_request) && !limit_counts && !request_counts) {
    resources.forbidden("HugePages require cpu or memory");
  }
  if (claims != nullptr) check_claims(resources["claims"], *claims);
}

void check_pod_requirements(const Field& spec) {
  Field resources = spec["resources"];
  if (!resources) return;
  if (!resources["claims"].empty())
    resources["claims"].forbidden("claims may not be set for Resources at pod-level");
  for (std::string_view list : {"limits", "requests"}) {
    resources[list].each_entry([&](std::string_view name, const Field& amount) {
      if (name == "cpu" || name == "memory" || is_huge_page_resource(name)) return;
      static constexpr std::string_view kSupported[] = {"cpu", "hugepages-", "memory"};
      FieldError error = FieldError::not_supported(amount.path(), name, kSupported);
      resources.errors().push_back(std::move(error));
    });
  }
  check_requirements(resources, nullptr);
}

void check_resize_policy(const Field& policies, std::string_view restart_policy) {
  static constexpr std::string_view kResources[] = {"cpu", "memory"},
                                    kPolicies[] = {"NotRequired", "RestartContainer"};
  std::set<std::string_view> seen;
  policies.each([&](const Field& policy) {
    std::string_view resource = policy["resourceName"].text(), restart = policy["restartPolicy"].text();
    if (!seen.insert(resource).second) policy.duplicate(resource);
    Field at_list = policies;
    auto judge = [&](std::string_view text, std::span<const std::string_view> supported) {
      if (text.empty()) {
        at_list.required();
      } else if (std::ranges::find(supported, text) == supported.end()) {
        at_list.errors().push_back(FieldError::not_supported(at_list.path(), text, supported));
      }
    };
    judge(resource, kResources);
    judge(restart, kPolicies);
    if (restart_policy == "Never" && !restart.empty() && restart != "NotRequired") {
      at_list.invalid(restart, "must be 'NotRequired' when `restartPolicy` is 'Never'");
    }
  });
}

}  // namespace pedalion::registry::builtin::kinds::pods
