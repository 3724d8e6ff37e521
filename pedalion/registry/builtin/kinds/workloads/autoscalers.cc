// Horizontal pod autoscalers, as version 2 has them.
#include <algorithm>

#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"
#include "pedalion/registry/builtin/kinds/selectors.h"
#include "pedalion/registry/builtin/kinds/workloads/rows.h"

namespace pedalion::registry::builtin::kinds::workloads {
namespace {

void check_segment(const Field& field) {
  if (require_text(field)) check_name(field, meta::path_segment_name_problems);
}

void check_reference(const Field& ref, bool needs_group) {
  check_segment(ref["kind"]);
  check_segment(ref["name"]);
  if (!needs_group) return;
  Field version = ref["apiVersion"];
  auto parsed = meta::GroupVersion::parse(version.text());
  if (!parsed) {
    version.invalid(version.text(), parsed.error().message);
  } else if (parsed->group.empty() && version.text() != "v1") {
    version.invalid(version.text(), "apiVersion must specify API group");
  }
}

void check_positive_target(const Field& amount) {
  if (amount && quantity_of(amount).sign() <= 0) amount.invalid(amount.text(), "must be positive");
}

void check_target(const Field& target) {
  std::string_view type = target["type"].text();
  if (type.empty()) target["type"].required("must specify a metric target type");
  if (type != "Utilization" && type != "Value" && type != "AverageValue") {
    target["type"].invalid(type, "must be either Utilization, Value, or AverageValue");
  }
  check_positive_target(target["value"]);
  check_positive_target(target["averageValue"]);
  Field utilization = target["averageUtilization"];
  if (utilization && utilization.number() < 1) utilization.invalid("must be greater than 0");
}

void check_metric(const Field& metric) {
  Field name = metric["name"];
  if (name.text().empty()) {
    name.required("must specify a metric name");
  } else {
    check_name(name, meta::path_segment_name_problems);
  }
  check_label_selector(metric["selector"]);
}

void check_resource_target(const Field& source) {
  Field target = source["target"];
  check_target(target);
  Field utilization = target["averageUtilization"], value = target["averageValue"];
  if (!utilization && !value)
    utilization.required("must set either a target raw value or a target utilization");
  if (utilization && value) value.forbidden("may not set both a target raw value and a target utilization");
}

void check_resource(const Field& source) {
  if (source["name"].text().empty()) source["name"].required("must specify a resource name");
  check_resource_target(source);
}

void check_container_resource(const Field& source) {
  if (source["name"].text().empty()) source["name"].required("must specify a resource name");
  if (source["container"].text().empty()) source["container"].required("must specify a container");
  check_resource_target(source);
}

void check_pods(const Field& source) {
  check_metric(source["metric"]);
  check_target(source["target"]);
  Field value = source["target"]["averageValue"];
  if (!value || quantity_of(value).sign() <= 0) value.required("must specify a positive target averageValue");
}

void check_object(const Field& source) {
  check_reference(source["describedObject"], false);
  check_metric(source["metric"]);
  Field target = source["target"];
  check_target(target);
  if (!target["value"] && !target["averageValue"]) {
    target["averageValue"].required("must set either a target value or averageValue");
  }
}

void check_external(const Field& source) {
  check_metric(source["metric"]);
  Field target = source["target"];
  check_target(target);
  if (!target["value"] && !target["averageValue"]) {
    target["averageValue"].required("must set either a target value for metric or a per-pod target");
  }
  if (target["value"] && target["averageValue"]) {
    target["value"].forbidden("may not set both a target value for metric and a per-pod target");
  }
}

struct Source {
  std::string_view type, member;
  void (*check)(const Field& source);
};

constexpr Source kSources[] = {{"ContainerResource", "containerResource", check_container_resource},
                               {"External", "external", check_external},
                               {"Object", "object", check_object},
                               {"Pods", "pods", check_pods},
                               {"Resource", "resource", check_resource}};
// In the order in which they are judged when they are there.
constexpr std::size_t kJudged[] = {2, 3, 4, 0, 1};

void check_metric_spec(const Field& spec) {
  static constexpr std::string_view kTypes[] = {"ContainerResource", "External", "Object", "Pods",
                                                "Resource"};
  Field type = spec["type"];
  if (type.text().empty()) type.required("must specify a metric source type");
  bool known = std::ranges::find(kTypes, type.text()) != std::end(kTypes);
  if (!known) type.not_supported(kTypes);
  for (const Source& source : kSources) {
    if (source.type != type.text()) continue;
    if (spec[source.member]) {
      source.check(spec[source.member]);
    } else {
      spec[source.member].required("must populate information for the given metric source");
    }
    std::ptrdiff_t given = std::ranges::count_if(
        kSources, [&](const Source& other) { return static_cast<bool>(spec[other.member]); });
    if (given == 1) continue;
    for (std::size_t other : kJudged) {
      if (kSources[other].member != source.member && spec[kSources[other].member]) {
        spec[kSources[other].member].forbidden("must populate the given metric source only");
      }
    }
  }
  if (!known) type.not_supported(kTypes);
}

void check_rules(const Field& rules) {
  static constexpr std::string_view kSelects[] = {"Disabled", "Max", "Min"}, kTypes[] = {"Percent", "Pods"};
  if (!rules) return;
  Field window = rules["stabilizationWindowSeconds"], policies = rules["policies"],
        tolerance = rules["tolerance"];
  if (window && window.number() < 0) window.invalid("must be greater than or equal to zero");
  if (window && window.number() > 3600) window.invalid("must be less than or equal to 3600");
  if (rules["selectPolicy"]) check_one_of(rules["selectPolicy"], kSelects);
  if (policies.empty()) policies.required("must specify at least one Policy");
  policies.each([&](const Field& policy) {
    check_one_of(policy["type"], kTypes);
    if (policy["value"].number() <= 0)
      policy["value"].invalid(Value::integer(policy["value"].number()), "must be greater than zero");
    Field period = policy["periodSeconds"];
    if (period.number() <= 0) period.invalid(Value::integer(period.number()), "must be greater than zero");
    if (period.number() > 1800) period.invalid("must be less than or equal to 1800");
  });
  if (tolerance && quantity_of(tolerance).sign() < 0)
    tolerance.invalid(tolerance.text(), "must be greater than or equal to 0");
}

void validate_autoscaler(const Value& object, FieldErrors& errors) {
  Field spec = Field(object, errors)["spec"];
  Field least = spec["minReplicas"], most = spec["maxReplicas"];
  // Down to nothing it may scale with HPAScaleToZero only, which is off.
  if (least && least.number() < 1) least.invalid("must be greater than or equal to 1");
  if (most.number() < 1) most.required("must be set and greater than 0");
  if (least && most.number() < least.number()) {
    most.invalid(Value::integer(most.number()), "must be greater than or equal to `minReplicas`");
  }
  check_reference(spec["scaleTargetRef"], true);
  spec["metrics"].each(check_metric_spec);
  if (least && least.number() == 0) {
    bool outside = false;
    spec["metrics"].each([&](const Field& metric) {
      outside = outside || metric["type"].text() == "Object" || metric["type"].text() == "External";
    });
    if (!outside)
      spec["metrics"].forbidden(
          "must specify at least one Object or External metric to support scaling to zero replicas");
  }
  check_rules(spec["behavior"]["scaleUp"]);
  check_rules(spec["behavior"]["scaleDown"]);
}

void validate_autoscaler_status(const Value& object, const Value&, FieldErrors& errors) {
  Field status = Field(object, errors)["status"];
  check_non_negative(status["currentReplicas"]);
  check_non_negative(status["desiredReplicas"]);
}

}  // namespace

const KindRules kAutoscalers = {.group = "autoscaling",
                                .resource = "horizontalpodautoscalers",
                                .validate = validate_autoscaler,
                                .validate_status_update = validate_autoscaler_status};

}  // namespace pedalion::registry::builtin::kinds::workloads
