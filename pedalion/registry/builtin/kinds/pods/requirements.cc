// Requests and limits, and what a change of them does.
#include <algorithm>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/defaults/pod_resources.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

using NameCheck = void (*)(std::string_view name, const Field& amount);

std::string joined(const Names& names) {
  std::string all;
  for (std::string_view name : names) all += (all.empty() ? "" : ", ") + std::string(name);
  return all;
}

/// One reference: to a claim as a whole, or to one of its requests. `seen` holds both kinds.
void check_claim(const Field& claim, std::set<std::string, std::less<>>& seen) {
  std::string name(claim["name"].text()), request(claim["request"].text());
  if (seen.contains(name)) return claim.duplicate(name);
  std::string key = name;
  if (!request.empty()) {
    check_name(claim["request"], meta::dns_label_problems);
    key += "/" + request;
  }
  if (seen.contains(key)) {
    claim.duplicate(key);
  } else if (request.empty()) {
    for (const std::string& other : seen) {
      if (other.starts_with(name + "/")) claim.duplicate(name);
    }
  }
  seen.insert(key);
}

void check_claims(const Field& claims, const Names& known) {
  std::set<std::string, std::less<>> seen;
  claims.each([&](const Field& claim) {
    std::string_view name = claim["name"].text();
    if (name.empty()) return claim.required();
    check_claim(claim, seen);
    if (known.contains(name)) return;
    FieldError error = FieldError::not_found(claim.path(), name);
    error.detail = "must be one of the names in pod.spec.resourceClaims";
    error.detail += known.empty() ? " which is empty" : ": " + joined(known);
    claims.errors().push_back(std::move(error));
  });
}

/// "hugepages-2Mi" comes in multiples of 2Mi.
void check_page_multiple(std::string_view name, const Field& amount) {
  meta::Quantity given = quantity_of(amount);
  auto page = meta::Quantity::parse(name.substr(std::string_view("hugepages-").size()));
  if (page && page->value() > 0 && given.value() % page->value() == 0) return;
  amount.invalid(given.text(), given.text() + " is not positive integer multiple of " + std::string(name));
}

/// What a list of amounts holds.
struct Held {
  bool cpu_or_memory = false, huge_pages = false;
};

void check_amount(std::string_view name, const Field& amount, NameCheck check_amount_name) {
  check_amount_name(name, amount);
  check_resource_amount(name, amount);
}

void check_against_limit(std::string_view name, const Field& request, const Field& requests,
                         const Field& limits) {
  Field limit = limits.entry(name);
  if (!limit) {
    if (!is_overcommit_allowed(name)) limits.required("Limit must be set for non overcommitable resources");
    return;
  }
  auto wanted = quantity_of(request), most = quantity_of(limit);
  std::string of_limit = std::string(name) + " limit of " + most.text();
  if (wanted != most && !is_overcommit_allowed(name)) {
    requests.invalid(wanted.text(), "must be equal to " + of_limit);
  } else if (wanted > most) {
    requests.invalid(wanted.text(), "must be less than or equal to " + of_limit);
  }
}

void note(std::string_view name, const Field& amount, Held& held) {
  if (is_huge_page_resource(name)) {
    held.huge_pages = true;
    check_page_multiple(name, amount);
  }
  held.cpu_or_memory = held.cpu_or_memory || name == "cpu" || name == "memory";
}

void check_lists(const Field& resources, const Field& limits, NameCheck check_amount_name) {
  Held held;
  Field requests = resources["requests"];
  limits.each_entry([&](std::string_view name, const Field& amount) {
    check_amount(name, amount, check_amount_name);
    note(name, amount, held);
  });
  requests.each_entry([&](std::string_view name, const Field& amount) {
    check_amount(name, amount, check_amount_name);
    check_against_limit(name, amount, requests, limits);
    note(name, amount, held);
  });
  if (held.huge_pages && !held.cpu_or_memory) resources.forbidden("HugePages require cpu or memory");
}

/// A pod as a whole asks for cpu, memory and huge pages.
void check_pod_resource_name(std::string_view name, const Field& amount) {
  static constexpr std::string_view kSupported[] = {"cpu", "hugepages-", "memory"};
  std::size_t before = amount.errors_so_far();
  check_resource_name(name, amount);
  if (amount.errors_so_far() > before || defaults::is_pod_level_resource(name)) return;
  amount.errors().push_back(FieldError::not_supported(amount.path(), name, kSupported));
}

/// The containers together stay within what the pod has.
void check_consistency(const Field& spec) {
  Field resources = spec["resources"];
  Field requests = resources["requests"], limits = resources["limits"];
  for (const auto& [name, sum] : defaults::sum_of_containers(*spec.value(), "requests")) {
    Field own = requests.entry(name);
    if (!own || sum <= quantity_of(own)) continue;
    own.invalid(quantity_of(own).text(),
                "must be greater than or equal to aggregate container requests of " + sum.text());
  }
  for (const auto& [name, sum] : defaults::sum_of_containers(*spec.value(), "limits")) {
    Field own = limits.entry(name);
    if (!is_huge_page_resource(name) || !own || sum <= quantity_of(own)) continue;
    own.invalid(quantity_of(own).text(),
                "must be greater than or equal to aggregate container limits of " + sum.text());
  }
  std::size_t index = 0;
  spec["containers"].each([&](const Field& container) {
    FieldPath path = resources.path().child("containers").index(index++);
    container["resources"]["limits"].each_entry([&](std::string_view name, const Field& limit) {
      Field own = limits.entry(name);
      if (!own || quantity_of(limit) <= quantity_of(own)) return;
      limit.reported_at(path.key(name).child("limits"))
          .invalid(quantity_of(limit).text(),
                   "must be less than or equal to pod limits of " + quantity_of(own).text());
    });
  });
}

}  // namespace

void check_requirements(const Field& resources, const Names& claims) {
  check_lists(resources, resources["limits"], check_container_resource_name);
  check_claims(resources["claims"], claims);
}

void check_overhead(const Field& overhead) {
  // Judged as limits, and shown as such.
  FieldPath path = overhead.path().child("limits");
  check_lists(Field(nullptr, overhead.path(), overhead.errors()), overhead.reported_at(path),
              check_container_resource_name);
}

void check_pod_requirements(const Field& spec, const SpecFacts& facts) {
  Field resources = spec["resources"];
  if (!resources) return;
  if (facts.os == "windows") return resources.forbidden("may not be set for a windows pod");
  if (resources["claims"]) resources["claims"].forbidden("claims may not be set for Resources at pod-level");
  check_lists(resources, resources["limits"], check_pod_resource_name);
  check_claims(resources["claims"], facts.claims);
  check_consistency(spec);
}

void check_resize_policy(const Field& policies, std::string_view restart_policy) {
  static constexpr std::string_view kResources[] = {"cpu", "memory"};
  static constexpr std::string_view kPolicies[] = {"NotRequired", "RestartContainer"};
  Names seen;
  policies.each([&](const Field& policy) {
    // Errors of the members stand at the list.
    Field resource = policy["resourceName"].reported_at(policies.path()),
          restart = policy["restartPolicy"].reported_at(policies.path());
    if (!seen.insert(resource.text()).second) policy.duplicate(resource.text());
    require_one_of(resource, kResources);
    require_one_of(restart, kPolicies);
    if (restart_policy == "Never" && restart.text() != "NotRequired") {
      restart.invalid(restart.text(), "must be 'NotRequired' when `restartPolicy` is 'Never'");
    }
  });
}

}  // namespace pedalion::registry::builtin::kinds::pods
