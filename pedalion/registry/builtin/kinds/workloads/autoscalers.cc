// Horizontal pod autoscalers, as version 2 has them.
#include <algorithm>

#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"
#include "pedalion/registry/builtin/kinds/workloads/counts.h"
#include "pedalion/registry/builtin/kinds/workloads/rows.h"

namespace pedalion::registry::builtin::kinds::workloads {

namespace {

/// What is asked of the API version of a reference.
enum class ApiVersion : std::uint8_t { kAny, kReadable, kWithGroup };

void check_api_version(const Field& version, ApiVersion asked) {
  if (asked == ApiVersion::kAny) return;
  auto parsed = meta::GroupVersion::parse(version.text());
  if (!parsed) {
    version.invalid(version.text(), parsed.error().message);
  } else if (asked == ApiVersion::kWithGroup && parsed->group.empty()) {
    version.invalid(version.text(), "apiVersion must specify API group");
  }
}

void check_reference(const Field& reference, ApiVersion asked) {
  require_name(reference["kind"], meta::path_segment_name_problems);
  require_name(reference["name"], meta::path_segment_name_problems);
  check_api_version(reference["apiVersion"], asked);
}

void check_amount(const Field& amount) {
  if (amount && quantity_of(amount).sign() <= 0) amount.invalid(amount.text(), "must be positive");
}

void check_target(const Field& target) {
  Field type = target["type"], utilization = target["averageUtilization"];
  std::string_view text = type.text();
  if (text.empty()) type.required("must specify a metric target type");
  if (text != "Utilization" && text != "Value" && text != "AverageValue") {
    type.invalid(text, "must be either Utilization, Value, or AverageValue");
  }
  check_amount(target["value"]);
  check_amount(target["averageValue"]);
  if (utilization && utilization.number() < 1) utilization.invalid("must be greater than 0");
}

void check_metric(const Field& source) {
  Field name = source["metric"]["name"];
  if (require_text(name, "must specify a metric name")) check_name(name, meta::path_segment_name_problems);
  check_target(source["target"]);
}

void check_resource_target(const Field& target) {
  Field utilization = target["averageUtilization"], value = target["averageValue"];
  check_target(target);
  if (!utilization && !value) {
    utilization.required("must set either a target raw value or a target utilization");
  }
  if (utilization && value) value.forbidden("may not set both a target raw value and a target utilization");
}

void check_resource(const Field& source, ApiVersion) {
  require_text(source["name"], "must specify a resource name");
  check_resource_target(source["target"]);
}

void check_container_resource(const Field& source, ApiVersion) {
  Field name = source["name"], container = source["container"];
  if (require_text(name, "must specify a resource name")) check_container_resource_name(name.text(), name);
  if (require_text(container, "must specify a container")) check_name(container, meta::dns_label_problems);
  check_resource_target(source["target"]);
}

void check_pods(const Field& source, ApiVersion) {
  check_metric(source);
  Field value = source["target"]["averageValue"];
  if (!value) value.required("must specify a positive target averageValue");
}

void check_object(const Field& source, ApiVersion described) {
  check_reference(source["describedObject"], described);
  check_metric(source);
  Field target = source["target"];
  if (!target["value"] && !target["averageValue"]) {
    target["averageValue"].required("must set either a target value or averageValue");
  }
}

void check_external(const Field& source, ApiVersion) {
  check_metric(source);
  Field value = source["target"]["value"], average = source["target"]["averageValue"];
  if (!value && !average) {
    average.required("must set either a target value for metric or a per-pod target");
  }
  if (value && average) value.forbidden("may not set both a target value for metric and a per-pod target");
}

struct Source {
  std::string_view type, member;
  void (*check)(const Field& source, ApiVersion described);
};
// In the order in which they are judged.
constexpr Source kSources[] = {{"Object", "object", check_object},
                               {"External", "external", check_external},
                               {"Pods", "pods", check_pods},
                               {"Resource", "resource", check_resource},
                               {"ContainerResource", "containerResource", check_container_resource}};
constexpr std::string_view kTypes[] = {"ContainerResource", "External", "Object", "Pods", "Resource"};

/// Of several sources the first is judged, and the others are refused.
void check_metric_spec(const Field& spec, ApiVersion described) {
  Field type = spec["type"];
  require_text(type, "must specify a metric source type");
  auto wanted = std::ranges::find(kSources, type.text(), &Source::type);
  bool known = wanted != std::end(kSources);
  if (!known) type.not_supported(kTypes);
  int given = 0;
  for (const Source& source : kSources) {
    Field here = spec[source.member];
    if (here && ++given == 1) source.check(here, described);
  }
  if (!known) {
    type.not_supported(kTypes);
  } else if (!spec[wanted->member]) {
    spec[wanted->member].required("must populate information for the given metric source");
  }
  if (given == 1) return;
  for (const Source& source : kSources) {
    if (!spec[source.member] || (known && source.member == wanted->member)) continue;
    spec[source.member].forbidden("must populate the given metric source only");
  }
}

void check_policy(const Field& policy) {
  static constexpr std::string_view kPolicies[] = {"Percent", "Pods"};
  Field type = policy["type"], value = policy["value"], period = policy["periodSeconds"];
  if (std::ranges::find(kPolicies, type.text()) == std::end(kPolicies)) type.not_supported(kPolicies);
  if (value.number() <= 0) value.invalid(Value::integer(value.number()), "must be greater than zero");
  if (period.number() <= 0) period.invalid(Value::integer(period.number()), "must be greater than zero");
  if (period.number() > 1800) period.invalid("must be less than or equal to 1800");
}

void check_scaling(const Field& rules) {
  static constexpr std::string_view kSelects[] = {"Disabled", "Max", "Min"};
  if (!rules) return;
  Field window = rules["stabilizationWindowSeconds"], select = rules["selectPolicy"],
        policies = rules["policies"], tolerance = rules["tolerance"];
  if (window.number() < 0) window.invalid("must be greater than or equal to zero");
  if (window.number() > 3600) window.invalid("must be less than or equal to 3600");
  if (select && std::ranges::find(kSelects, select.text()) == std::end(kSelects)) {
    select.not_supported(kSelects);
  }
  if (policies.empty()) policies.required("must specify at least one Policy");
  policies.each(check_policy);
  if (tolerance) check_non_negative_quantity(tolerance);
}

/// What an update may leave as it was.
struct Leniency {
  bool scales_to_zero = false, target_version = false, described_version = false;
};

void check_metrics(const Field& spec, const Leniency& leniency) {
  Field metrics = spec["metrics"], least = spec["minReplicas"];
  bool from_outside = false;
  metrics.each([&](const Field& metric) {
    check_metric_spec(metric, leniency.described_version ? ApiVersion::kAny : ApiVersion::kReadable);
    from_outside = from_outside || metric["type"].text() == "Object" || metric["type"].text() == "External";
  });
  if (least && least.number() == 0 && !from_outside) {
    metrics.forbidden(
        "must specify at least one Object or External metric to support scaling to zero replicas");
  }
}

void check_spec(const Field& spec, const Leniency& leniency) {
  Field least = spec["minReplicas"], most = spec["maxReplicas"], target = spec["scaleTargetRef"];
  // Down to nothing it may scale with the feature gate HPAScaleToZero only, which is off.
  std::int64_t bound = leniency.scales_to_zero ? 0 : 1;
  if (least && least.number() < bound) {
    least.invalid("must be greater than or equal to " + std::to_string(bound));
  }
  if (most.number() == 0) most.required("must be set and greater than 0");
  if (most.number() < 0) most.invalid("must be greater than 0");
  if (least && most.number() < least.number()) {
    most.invalid(Value::integer(most.number()), "must be greater than or equal to `minReplicas`");
  }
  // Of the kinds of the core group one can be scaled.
  ApiVersion asked =
      target["kind"].text() == "ReplicationController" ? ApiVersion::kReadable : ApiVersion::kWithGroup;
  check_reference(target, leniency.target_version ? ApiVersion::kAny : asked);
  check_metrics(spec, leniency);
  check_scaling(spec["behavior"]["scaleUp"]);
  check_scaling(spec["behavior"]["scaleDown"]);
}

void validate(const Value& object, FieldErrors& errors) { check_spec(Field(object, errors)["spec"], {}); }

/// The reference was not right before.
bool was_wrong(const Field& reference, ApiVersion asked) {
  FieldErrors found;
  check_api_version(Field(reference["apiVersion"].value(), FieldPath(), found), asked);
  return !found.empty();
}

void validate_update(const Value& object, const Value& old, FieldErrors& errors) {
  Field before = Field(old, errors)["spec"], least = before["minReplicas"];
  Leniency leniency{.scales_to_zero = least && least.number() == 0};
  leniency.target_version = was_wrong(before["scaleTargetRef"], ApiVersion::kWithGroup);
  before["metrics"].each([&](const Field& metric) {
    Field described = metric["object"]["describedObject"];
    leniency.described_version =
        leniency.described_version || (described && was_wrong(described, ApiVersion::kReadable));
  });
  check_spec(Field(object, errors)["spec"], leniency);
}

void validate_status(const Value& object, const Value&, FieldErrors& errors) {
  static constexpr std::string_view kCounts[] = {"currentReplicas", "desiredReplicas"};
  check_counts(Field(object, errors)["status"], kCounts);
}

}  // namespace

const KindRules kAutoscalers = {.group = "autoscaling",
                                .resource = "horizontalpodautoscalers",
                                .validate = validate,
                                .validate_update = validate_update,
                                .update_judged_alone = true,
                                .validate_status_update = validate_status};

}  // namespace pedalion::registry::builtin::kinds::workloads
