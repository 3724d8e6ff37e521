#include <algorithm>

#include "pedalion/apimachinery/meta/quantity.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/registry/builtin/printers/printer.h"

namespace pedalion::registry::builtin::printers {
namespace {

constexpr rest::TableColumn kReplicaColumns[] = {
    kNameColumn, number_column("Desired"), number_column("Current"), number_column("Ready"),
    kAgeColumn,  column("Containers", 1),  column("Images", 1),      column("Selector", 1)};
constexpr rest::TableColumn kDeploymentColumns[] = {
    kNameColumn, column("Ready"),         column("Up-to-date"), column("Available"),
    kAgeColumn,  column("Containers", 1), column("Images", 1),  column("Selector", 1)};
constexpr rest::TableColumn kStatefulSetColumns[] = {kNameColumn, column("Ready"), kAgeColumn,
                                                     column("Containers", 1), column("Images", 1)};
constexpr rest::TableColumn kDaemonSetColumns[] = {kNameColumn,
                                                   number_column("Desired"),
                                                   number_column("Current"),
                                                   number_column("Ready"),
                                                   number_column("Up-to-date"),
                                                   number_column("Available"),
                                                   column("Node Selector"),
                                                   kAgeColumn,
                                                   column("Containers", 1),
                                                   column("Images", 1),
                                                   column("Selector", 1)};
constexpr rest::TableColumn kJobColumns[] = {
    kNameColumn, column("Status"),        column("Completions"), column("Duration"),
    kAgeColumn,  column("Containers", 1), column("Images", 1),   column("Selector", 1)};
constexpr rest::TableColumn kCronJobColumns[] = {kNameColumn,
                                                 column("Schedule"),
                                                 column("Timezone"),
                                                 bool_column("Suspend"),
                                                 number_column("Active"),
                                                 column("Last Schedule"),
                                                 kAgeColumn,
                                                 column("Containers", 1),
                                                 column("Images", 1),
                                                 column("Selector", 1)};
constexpr rest::TableColumn kRevisionColumns[] = {kNameColumn, column("Controller"), column("Revision"),
                                                  kAgeColumn};
constexpr rest::TableColumn kAutoscalerColumns[] = {
    kNameColumn,       column("Reference"), column("Targets"), column("MinPods"),
    column("MaxPods"), column("Replicas"),  kAgeColumn};

std::int64_t int_at(const Value& object, std::initializer_list<std::string_view> path) {
  const Value* found = object.at(path);
  return found == nullptr ? 0 : found->int_or(0);
}

void print_containers(Row& row, std::initializer_list<std::string_view> path) {
  auto [names, images] = containers_text(row.object.at(path));
  row.text(names);
  row.text(images);
}

void print_replicas(Row& row) {
  row.name();
  row.count({"spec", "replicas"});
  row.count({"status", "replicas"});
  row.count({"status", "readyReplicas"});
  row.age();
  print_containers(row, {"spec", "template", "spec", "containers"});
}

void print_replica_set(Row& row) {
  print_replicas(row);
  row.text(selector_text(row.object.at({"spec", "selector"})));
}

void print_replication_controller(Row& row) {
  print_replicas(row);
  row.text(labels_text(row.object.at({"spec", "selector"})));
}

void print_ready(Row& row) {
  row.text(std::to_string(int_at(row.object, {"status", "readyReplicas"})) + "/" +
           std::to_string(int_at(row.object, {"spec", "replicas"})));
}

void print_deployment(Row& row) {
  row.name();
  print_ready(row);
  row.count({"status", "updatedReplicas"});
  row.count({"status", "availableReplicas"});
  row.age();
  print_containers(row, {"spec", "template", "spec", "containers"});
  row.text(selector_text(row.object.at({"spec", "selector"})));
}

void print_stateful_set(Row& row) {
  row.name();
  print_ready(row);
  row.age();
  print_containers(row, {"spec", "template", "spec", "containers"});
}

void print_daemon_set(Row& row) {
  row.name();
  row.count({"status", "desiredNumberScheduled"});
  row.count({"status", "currentNumberScheduled"});
  row.count({"status", "numberReady"});
  row.count({"status", "updatedNumberScheduled"});
  row.count({"status", "numberAvailable"});
  row.text(labels_text(row.object.at({"spec", "template", "spec", "nodeSelector"})));
  row.age();
  print_containers(row, {"spec", "template", "spec", "containers"});
  row.text(selector_text(row.object.at({"spec", "selector"})));
}

std::string job_status(const Value& job) {
  auto holds = [&](std::string_view type) {
    return std::ranges::any_of(items_of(job, {"status", "conditions"}), [&](const Value& condition) {
      return condition.string_at({"type"}) == type && condition.string_at({"status"}) == "True";
    });
  };
  if (holds("Complete")) return "Complete";
  if (holds("Failed")) return "Failed";
  if (job.at({"metadata", "deletionTimestamp"}) != nullptr) return "Terminating";
  if (holds("Suspended")) return "Suspended";
  if (holds("FailureTarget")) return "FailureTarget";
  if (holds("SuccessCriteriaMet")) return "SuccessCriteriaMet";
  return "Running";
}

void print_job(Row& row) {
  const Value& job = row.object;
  std::string succeeded = std::to_string(int_at(job, {"status", "succeeded"}));
  const Value* completions = job.at({"spec", "completions"});
  std::int64_t parallelism = int_at(job, {"spec", "parallelism"});
  row.name();
  row.text(job_status(job));
  if (completions != nullptr)
    row.text(succeeded + "/" + scalar_text(completions));
  else if (parallelism > 1)
    row.text(succeeded + "/1 of " + std::to_string(parallelism));
  else
    row.text(succeeded + "/1");
  auto start = meta::parse_time(job.string_at({"status", "startTime"}));
  auto end = meta::parse_time(job.string_at({"status", "completionTime"}));
  row.text(!start ? "" : meta::human_duration((end ? end->seconds : row.now()) - start->seconds));
  row.age();
  print_containers(row, {"spec", "template", "spec", "containers"});
  row.text(selector_text(job.at({"spec", "selector"})));
}

void print_cron_job(Row& row) {
  const Value& job = row.object;
  const Value* suspend = job.at({"spec", "suspend"});
  auto last = job.string_at({"status", "lastScheduleTime"});
  row.name();
  row.field({"spec", "schedule"});
  row.field({"spec", "timeZone"}, "<none>");
  row.text(suspend != nullptr && suspend->bool_or(false) ? "True" : "False");
  row.number(static_cast<std::int64_t>(items_of(job, {"status", "active"}).size()));
  row.text(last.empty() ? "<none>" : row.since_text(last));
  row.age();
  print_containers(row, {"spec", "jobTemplate", "spec", "template", "spec", "containers"});
  row.text(selector_text(job.at({"spec", "jobTemplate", "spec", "selector"})));
}

void print_revision(Row& row) {
  std::string controller = "<none>";
  for (const Value& owner : items_of(row.object, {"metadata", "ownerReferences"})) {
    const Value* controls = owner.find("controller");
    if (controls == nullptr || !controls->bool_or(false)) continue;
    std::string kind(owner.string_at({"kind"}));
    for (char& c : kind) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    auto version = owner.string_at({"apiVersion"});
    auto slash = version.find('/');
    if (slash != std::string_view::npos) kind += "." + std::string(version.substr(0, slash));
    controller = kind + "/" + std::string(owner.string_at({"name"}));
  }
  row.name();
  row.text(controller);
  row.count({"revision"});
  row.age();
}

/// One metric as current/target. `now` is the metric's current value, null when it is not known.
std::string metric_text(const Value& target, const Value* now, std::string_view prefix) {
  std::string wanted, have = "<unknown>";
  auto of = [&](std::string_view key) {
    return now == nullptr ? std::string("<unknown>") : scalar_text(now->at({"current", key}), "<unknown>");
  };
  if (target.find("averageUtilization") != nullptr) {
    wanted = scalar_text(target.find("averageUtilization")) + "%";
    have = of("averageUtilization");
    if (have != "<unknown>") have += "%";
  } else if (target.find("averageValue") != nullptr) {
    wanted = scalar_text(target.find("averageValue"));
    have = of("averageValue");
  } else {
    wanted = scalar_text(target.find("value"));
    have = of("value");
  }
  return std::string(prefix) + have + "/" + wanted;
}

std::string metrics_text(const Value& autoscaler) {
  constexpr std::size_t kShown = 2;
  auto metrics = items_of(autoscaler, {"spec", "metrics"});
  auto current = items_of(autoscaler, {"status", "currentMetrics"});
  if (metrics.empty()) return "<none>";
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    static constexpr std::pair<std::string_view, std::string_view> kSources[] = {
        {"External", "external"},
        {"Pods", "pods"},
        {"Object", "object"},
        {"Resource", "resource"},
        {"ContainerResource", "containerResource"}};
    auto type = metrics[i].string_at({"type"});
    auto source = std::ranges::find(kSources, type, &std::pair<std::string_view, std::string_view>::first);
    const Value* spec = source == std::end(kSources) ? nullptr : metrics[i].find(source->second);
    const Value* target = spec == nullptr ? nullptr : spec->find("target");
    if (target == nullptr) {
      texts.emplace_back("<unknown type>");
      continue;
    }
    const Value* now = i < current.size() ? current[i].find(source->second) : nullptr;
    std::string prefix;
    if (type == "Resource" || type == "ContainerResource")
      prefix = std::string(spec->string_at({"name"})) + ": ";
    std::string text = metric_text(*target, now, prefix);
    if ((type == "External" || type == "Object") && target->find("averageValue") != nullptr) text += " (avg)";
    texts.push_back(std::move(text));
  }
  if (texts.size() <= kShown) return joined(texts, ", ");
  return texts[0] + ", " + texts[1] + " + " + std::to_string(texts.size() - kShown) + " more...";
}

void print_autoscaler(Row& row) {
  const Value& autoscaler = row.object;
  row.name();
  row.text(std::string(autoscaler.string_at({"spec", "scaleTargetRef", "kind"})) + "/" +
           std::string(autoscaler.string_at({"spec", "scaleTargetRef", "name"})));
  row.text(metrics_text(autoscaler));
  row.text(scalar_text(autoscaler.at({"spec", "minReplicas"}), "<unset>"));
  row.count({"spec", "maxReplicas"});
  row.count({"status", "currentReplicas"});
  row.age();
}

constexpr Printer kPrinters[] = {
    {"", "replicationcontrollers", kReplicaColumns, print_replication_controller},
    {"apps", "replicasets", kReplicaColumns, print_replica_set},
    {"apps", "deployments", kDeploymentColumns, print_deployment},
    {"apps", "statefulsets", kStatefulSetColumns, print_stateful_set},
    {"apps", "daemonsets", kDaemonSetColumns, print_daemon_set},
    {"apps", "controllerrevisions", kRevisionColumns, print_revision},
    {"batch", "jobs", kJobColumns, print_job},
    {"batch", "cronjobs", kCronJobColumns, print_cron_job},
    {"autoscaling", "horizontalpodautoscalers", kAutoscalerColumns, print_autoscaler},
};

}  // namespace

std::span<const Printer> workload_printers() { return kPrinters; }

}  // namespace pedalion::registry::builtin::printers
