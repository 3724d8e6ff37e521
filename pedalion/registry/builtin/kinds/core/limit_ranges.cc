// Limit ranges.
#include <cstdio>
#include <optional>
#include <set>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/core/rows.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"

namespace pedalion::registry::builtin::kinds::core {

namespace {

using meta::Quantity;

void check_type(const Field& type) {
  std::size_t before = type.errors_so_far();
  check_name(type, meta::qualified_name_problems);
  std::string_view name = type.text();
  bool standard = name == "Pod" || name == "Container" || name == "PersistentVolumeClaim";
  if (type.errors_so_far() != before || standard || name.find('/') != name.npos) return;
  type.invalid(name, "must be a standard limit type or fully qualified");
}

/// What a limit says of one resource.
struct Bounds {
  const Field& limit;
  std::string_view resource;
  std::optional<Quantity> min, max, standard, request, ratio;

  Bounds(const Field& limit, std::string_view resource) : limit(limit), resource(resource) {
    min = find("min");
    max = find("max");
    if (limit["type"].text() != "Pod") {
      standard = find("default");
      request = find("defaultRequest");
    }
    ratio = find("maxLimitRequestRatio");
  }
  std::optional<Quantity> find(std::string_view list) const {
    Field amount = limit[list].entry(resource);
    if (!amount) return std::nullopt;
    return quantity_of(amount);
  }
  void report(std::string_view list, const Quantity& shown, const std::string& detail) const {
    limit[list].entry(resource).invalid(shown.text(), detail);
  }
};

std::string greater(std::string_view what, const Quantity& amount, std::string_view than,
                    const Quantity& bound) {
  return std::string(what) + " value " + amount.text() + " is greater than " + std::string(than) + " value " +
         bound.text();
}

void check_order(const Bounds& of) {
  const auto& [limit, resource, min, max, standard, request, ratio] = of;
  if (min && max && *min > *max) of.report("min", *min, greater("min", *min, "max", *max));
  if (request && min && *min > *request) {
    of.report("defaultRequest", *request, greater("min", *min, "default request", *request));
  }
  if (request && max && *request > *max) {
    of.report("defaultRequest", *request, greater("default request", *request, "max", *max));
  }
  if (request && standard && *request > *standard) {
    of.report("defaultRequest", *request, greater("default request", *request, "default limit", *standard));
  }
  // The bound is shown, not the default.
  if (standard && min && *min > *standard) {
    of.report("default", *min, greater("min", *min, "default", *standard));
  }
  if (standard && max && *standard > *max) {
    of.report("default", *max, greater("default", *standard, "max", *max));
  }
}

/// max/min as a float, in thousandths where they fit, as Kubernetes divides.
double greatest_ratio(const Quantity& min, const Quantity& max, const Quantity& ratio, double& wanted) {
  constexpr std::int64_t kMilliLimit = INT64_MAX / 1000;
  bool fine = ratio.value() < kMilliLimit && min.value() < kMilliLimit && max.value() < kMilliLimit;
  wanted = fine ? static_cast<double>(ratio.milli_value()) / 1000 : static_cast<double>(ratio.value());
  auto amount = [fine](const Quantity& q) { return static_cast<double>(fine ? q.milli_value() : q.value()); };
  return amount(max) / amount(min);
}

void check_ratio(const Bounds& of) {
  if (!of.ratio) return;
  if (*of.ratio < Quantity(1)) {
    of.report("maxLimitRequestRatio", *of.ratio, "ratio " + of.ratio->text() + " is less than 1");
  }
  if (!of.min || !of.max) return;
  double wanted = 0, possible = greatest_ratio(*of.min, *of.max, *of.ratio, wanted);
  if (!(wanted > possible)) return;
  char text[64];
  std::snprintf(text, sizeof text, "%f", possible);
  of.report("maxLimitRequestRatio", *of.ratio,
            "ratio " + of.ratio->text() + " is greater than max/min = " + text);
}

void check_no_overcommit(const Bounds& of) {
  if (is_overcommit_allowed(of.resource) || !of.standard || !of.request || *of.standard == *of.request)
    return;
  of.report("defaultRequest", *of.request,
            "default value " + of.standard->text() + " must equal to defaultRequest value " +
                of.request->text() + " in " + std::string(of.resource));
}

/// Reports bad names; all are collected.
void check_names(const Field& limit, std::string_view list, std::set<std::string_view>& names) {
  std::string_view type = limit["type"].text();
  auto check = type == "Pod" || type == "Container" ? check_container_resource_name : check_resource_name;
  limit[list].each_entry([&](std::string_view name, const Field& amount) {
    check(name, amount);
    names.insert(name);
  });
}

void check_limit(const Field& limit) {
  std::set<std::string_view> names;
  check_names(limit, "max", names);
  check_names(limit, "min", names);
  for (std::string_view list : {"default", "defaultRequest"}) {
    if (limit["type"].text() != "Pod") {
      check_names(limit, list, names);
    } else if (!limit[list].empty()) {
      limit[list].forbidden("may not be specified when `type` is 'Pod'");
    }
  }
  if (limit["type"].text() == "PersistentVolumeClaim" && !limit["min"].entry("storage") &&
      !limit["max"].entry("storage")) {
    limit["limits"].required("either minimum or maximum storage value is required, but neither was provided");
  }
  check_names(limit, "maxLimitRequestRatio", names);
  for (std::string_view name : names) {
    Bounds bounds(limit, name);
    check_order(bounds);
    check_ratio(bounds);
    check_no_overcommit(bounds);
  }
}

void validate_limit_range(const Value& object, FieldErrors& errors) {
  std::set<std::string_view> types;
  Field(object, errors).at({"spec", "limits"}).each([&](const Field& limit) {
    check_type(limit["type"]);
    if (!types.insert(limit["type"].text()).second) limit["type"].duplicate();
    check_limit(limit);
  });
}

}  // namespace

constinit const KindRules kLimitRanges = {
    .group = "", .resource = "limitranges", .validate = validate_limit_range};

}  // namespace pedalion::registry::builtin::kinds::core
