// Jobs: pods that run to their end.
#include "pedalion/registry/builtin/kinds/workloads/jobs.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <string>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"
#include "pedalion/registry/builtin/kinds/pods/warnings.h"
#include "pedalion/registry/builtin/kinds/selectors.h"
#include "pedalion/registry/builtin/kinds/workloads/rows.h"
#include "pedalion/registry/builtin/kinds/workloads/templates.h"

namespace pedalion::registry::builtin::kinds::workloads {
namespace {

constexpr std::string_view kUid = "controller-uid", kName = "job-name",
                           kPrefixedName = "batch.kubernetes.io/job-name",
                           kPrefixedUid = "batch.kubernetes.io/controller-uid";

void set_label(Value& labels, std::string_view name, std::string_view value, json::Arena& arena) {
  if (labels.find(name) == nullptr) labels.set(name, Value::string(value, arena), arena);
  labels.sort_members();
}

/// Without a selector of its own a job selects, and its pods wear, its uid.
void prepare_job(Filler& job, const rest::RequestContext&) {
  const Value& read = job.object();
  const Value* manual = read.at({"spec", "manualSelector"});
  if (manual != nullptr && manual->bool_or(false)) return;
  std::string_view uid = read.string_at({"metadata", "uid"}), name = read.string_at({"metadata", "name"});
  json::Arena& arena = job.arena();
  Filler metadata = job.in("spec").in("template").in("metadata");
  Value& labels = metadata.in("labels").object();
  set_label(labels, "batch.kubernetes.io/controller-uid", uid, arena);
  set_label(labels, "batch.kubernetes.io/job-name", name, arena);
  set_label(labels, "controller-uid", uid, arena);
  set_label(labels, "job-name", name, arena);
  Filler own = job.in("metadata");
  if (!own.has("labels")) own.set("labels", json::deep_copy(labels, arena));
  Value& wanted = job.in("spec").in("selector").in("matchLabels").object();
  set_label(wanted, "batch.kubernetes.io/controller-uid", uid, arena);
}

/// The labels by which a job knows its pods are what prepare_job() makes them.
void check_generated(const Field& job) {
  Field spec = job["spec"];
  if (spec["manualSelector"].flag() || !spec["selector"]) return;
  Field labels = spec["template"]["metadata"]["labels"];
  std::string uid(job["metadata"]["uid"].text()), name(job["metadata"]["name"].text());
  auto judge = [&](std::string_view key, const std::string& wanted, bool required) {
    const Value* label = labels.value() == nullptr ? nullptr : labels.value()->find(key);
    Field at = labels.entry(key);
    if (label == nullptr) {
      if (required) at.required("must be '" + wanted + "'");
    } else if (label->string_or() != wanted) {
      at.invalid(*labels.value(), "must be '" + wanted + "'");
    }
  };
  judge(kUid, uid, true);
  judge(kName, name, true);
  judge(kPrefixedUid, uid, false);
  judge(kPrefixedName, name, false);
  json::Arena arena;
  Value expected = Value::object(arena);
  for (auto [key, value] :
       {std::pair{kUid, &uid}, {kName, &name}, {kPrefixedUid, &uid}, {kPrefixedName, &name}}) {
    expected.append_member(key, Value::string(*value), arena);
  }
  FieldErrors ignored;
  if (!selects(spec["selector"], Field(expected, ignored)))
    spec["selector"].invalid("`selector` not auto-generated");
}

/// "0-2,4": ascending, below `completions`. Counts the indexes.
std::optional<std::string> index_problem(std::string_view text, std::int64_t completions,
                                         std::int64_t& count) {
  std::int64_t previous = -1;
  count = 0;
  for (std::size_t begin = 0; begin <= text.size();) {
    std::size_t end = std::min(text.find(',', begin), text.size());
    std::string_view part = text.substr(begin, end - begin);
    std::size_t dash = part.find('-');
    std::int64_t first = 0, last = 0;
    for (auto [piece, number] : {std::pair{part.substr(0, dash), &first},
                                 {dash == part.npos ? part : part.substr(dash + 1), &last}}) {
      auto [stop, error] = std::from_chars(piece.data(), piece.data() + piece.size(), *number);
      if (piece.empty() || error != std::errc() || stop != piece.data() + piece.size()) {
        return "cannot convert string to integer for index: \"" + std::string(piece) + "\"";
      }
      if (*number >= completions) return "too large index: \"" + std::string(piece) + "\"";
    }
    if (first <= previous) {
      return "non-increasing order, previous: " + std::to_string(previous) +
             ", current: " + std::to_string(first);
    }
    if (dash != part.npos && last <= first) {
      return "non-increasing order, previous: " + std::to_string(first) +
             ", current: " + std::to_string(last);
    }
    count += last - first + 1;
    previous = last;
    begin = end + 1;
  }
  return std::nullopt;
}

void check_success_rule(const Field& rule, const Field& spec) {
  Field indexes = rule["succeededIndexes"], count = rule["succeededCount"], completions = spec["completions"];
  if (!indexes && !count) {
    rule.required("at least one of succeededCount or succeededIndexes must be specified");
    return;
  }
  std::int64_t named = 0;
  bool known = false;
  if (indexes) {
    if (auto problem = index_problem(indexes.text(), completions.number(), named)) {
      indexes.invalid(indexes.text(), "error parsing succeededIndexes: " + *problem);
    } else {
      known = true;
    }
  }
  if (!count) return;
  check_non_negative(count);
  if (completions && count.number() > completions.number()) {
    count.invalid("must be less than or equal to " + std::to_string(completions.number()) +
                  " (the number of specified completions)");
  } else if (known && count.number() > named) {
    count.invalid("must be less than or equal to " + std::to_string(named) +
                  " (the number of indexes in the specified succeededIndexes field)");
  }
}

void check_success_policy(const Field& spec) {
  Field policy = spec["successPolicy"];
  if (!policy) return;
  if (spec["completionMode"].text() != "Indexed") {
    invalid_struct(policy, {"batch/v1", "SuccessPolicy"}, "requires indexed completion mode");
    return;
  }
  if (policy["rules"].empty()) {
    policy["rules"].required("at least one rules must be specified when the successPolicy is specified");
  }
  if (policy["rules"].size() > 20) policy["rules"].too_many(20);
  policy["rules"].each([&](const Field& rule) { check_success_rule(rule, spec); });
}

void check_exit_codes(const Field& codes, const Field& spec) {
  static constexpr std::string_view kOperators[] = {"In", "NotIn"};
  require_one_of(codes["operator"], kOperators);
  Field name = codes["containerName"];
  if (name) {
    bool known = false;
    for (std::string_view list : {"containers", "initContainers"}) {
      spec["template"]["spec"][list].each(
          [&](const Field& container) { known = known || container["name"].text() == name.text(); });
    }
    if (!known)
      name.invalid(name.text(), "must be one of the container or initContainer names in the pod template");
  }
  Field values = codes["values"];
  if (values.empty()) values.invalid(values ? *values.value() : Value(), "at least one value is required");
  if (values.size() > 255) values.too_many(255);
  bool ordered = true;
  std::set<std::int64_t> seen;
  std::int64_t previous = -1;
  values.each([&](const Field& value) {
    if (!seen.insert(value.number()).second)
      value.errors().push_back(FieldError::duplicate(value.path(), std::to_string(value.number())));
    if (codes["operator"].text() == "In" && value.number() == 0)
      value.invalid("must not be 0 for the In operator");
    ordered = ordered && value.number() >= previous;
    previous = value.number();
  });
  if (!ordered) values.invalid("must be ordered");
}

void check_failure_policy(const Field& spec) {
  static constexpr std::string_view kActions[] = {"Count", "FailIndex", "FailJob", "Ignore"};
  Field rules = spec["podFailurePolicy"]["rules"];
  if (rules.size() > 20) rules.too_many(20);
  rules.each([&](const Field& rule) {
    Field action = rule["action"];
    if (require_text(action)) {
      if (action.text() == "FailIndex" && !spec["backoffLimitPerIndex"]) {
        action.invalid(action.text(), "requires the backoffLimitPerIndex to be set");
      } else {
        check_one_of(action, kActions);
      }
    }
    bool codes = static_cast<bool>(rule["onExitCodes"]), conditions = !rule["onPodConditions"].empty();
    if (codes && conditions) {
      rule.invalid("specifying both OnExitCodes and OnPodConditions is not supported");
    } else if (codes) {
      check_exit_codes(rule["onExitCodes"], spec);
    } else if (conditions) {
      rule["onPodConditions"].each([](const Field& condition) {
        static constexpr std::string_view kStatuses[] = {"False", "True", "Unknown"};
        check_name(condition["type"], meta::qualified_name_problems);
        require_one_of(condition["status"], kStatuses);
      });
    } else {
      rule.invalid("specifying one of OnExitCodes and OnPodConditions is required");
    }
  });
}

void check_indexed(const Field& spec) {
  Field completions = spec["completions"], failed = spec["maxFailedIndexes"];
  if (!completions) completions.required("when completion mode is Indexed");
  if (spec["parallelism"].number() > 100000)
    spec["parallelism"].invalid("must be less than or equal to 100000 when completion mode is Indexed");
  if (!completions || !failed) return;
  if (failed.number() > completions.number()) failed.invalid("must be less than or equal to completions");
  if (failed.number() > 100000) failed.invalid("must be less than or equal to 100000");
  if (completions.number() > 100000 && failed.number() > 10000) {
    failed.invalid(
        "must be less than or equal to 10000 when completions are above 100000 and used with backoff limit "
        "per index");
  }
}

void check_modes(const Field& spec) {
  static constexpr std::string_view kModes[] = {"NonIndexed", "Indexed"};
  Field mode = spec["completionMode"];
  if (mode && mode.text() != "NonIndexed" && mode.text() != "Indexed") mode.not_supported(kModes);
  if (mode.text() == "Indexed") {
    check_indexed(spec);
    return;
  }
  for (std::string_view name : {"backoffLimitPerIndex", "maxFailedIndexes"}) {
    if (spec[name]) spec[name].invalid("requires indexed completion mode");
  }
}

void check_managed_by(const Field& manager) {
  if (!manager) return;
  std::string_view text = manager.text();
  std::size_t slash = text.find('/');
  bool fits = slash != text.npos && slash + 1 < text.size() &&
              meta::dns_subdomain_problems(text.substr(0, slash)).empty();
  if (!fits) manager.invalid(text, "must be a domain-prefixed path (such as \"acme.io/foo\")");
  if (text.size() > 63) manager.too_long(63);
}

void check_restart(const Field& spec) {
  static constexpr std::string_view kPolicies[] = {"OnFailure", "Never"};
  Field policy = spec["template"]["spec"]["restartPolicy"];
  std::string_view text = policy.text();
  if (text.empty() || text == "Always") {
    policy.required("valid values: \"OnFailure\", \"Never\"");
  } else if (text != "OnFailure" && text != "Never") {
    policy.not_supported(kPolicies);
  } else if (spec["podFailurePolicy"] && text != "Never") {
    policy.invalid(text, "only \"Never\" is supported when podFailurePolicy is specified");
  }
}

bool same_name(const Value& a, const Value& b, std::string_view field) {
  return !differs(a, b, {"spec", field});
}

void validate_whole_spec(const Field& spec) {
  check_job_spec(spec);
  Field selector = spec["selector"];
  if (!selector) {
    selector.required();
  } else {
    check_label_selector(selector);
  }
  Field labels = spec["template"]["metadata"]["labels"];
  if (!selects(selector, labels))
    labels.invalid(labels ? *labels.value() : Value(), "`selector` does not match template `labels`");
}

void validate_job(const Value& job, FieldErrors& errors) {
  Field whole(job, errors);
  check_generated(whole);
  Field spec = whole["spec"];
  if (spec["completionMode"].text() == "Indexed" && spec["completions"].number() > 0) {
    std::string host = std::string(whole["metadata"]["name"].text()) + "-" +
                       std::to_string(spec["completions"].number() - 1);
    if (!meta::dns_label_problems(host).empty()) {
      whole["metadata"]["name"].invalid(whole["metadata"]["name"].text(),
                                        "will not able to create pod with invalid DNS label: " + host);
    }
  }
  validate_whole_spec(spec);
}

/// While it is suspended and has not begun, a job's pods may be placed otherwise.
bool may_place(const Value& old) {
  const Value* suspended = old.at({"spec", "suspend"});
  return suspended != nullptr && suspended->bool_or(false) && old.at({"status", "startTime"}) == nullptr;
}

void check_template_kept(const Value& job, const Value& old, FieldErrors& errors) {
  const Value *now = job.at({"spec", "template"}), *before = old.at({"spec", "template"});
  if (now == nullptr || before == nullptr) return;
  json::Arena arena;
  Value wanted = json::deep_copy(*now, arena);
  if (may_place(old)) {
    Value& spec = wanted.object_at("spec", arena);
    for (std::string_view name : {"affinity", "nodeSelector", "tolerations", "schedulingGates"}) {
      const Value* value = before->at({"spec", name});
      if (value == nullptr) {
        spec.erase(name);
      } else {
        spec.set(name, *value, arena);
      }
    }
    Value& metadata = wanted.object_at("metadata", arena);
    for (std::string_view name : {"labels", "annotations"}) {
      const Value* value = before->at({"metadata", name});
      if (value == nullptr) {
        metadata.erase(name);
      } else {
        metadata.set(name, *value, arena);
      }
    }
  }
  if (json::equal(wanted, *before)) return;
  Field at = Field(job, errors)["spec"]["template"];
  if (may_place(old)) {
    errors.push_back(FieldError::invalid(at["spec"].path(), Value(), "field is immutable"));
    errors.back().value = pods::go_pod_spec(wanted.find("spec"));
  } else {
    errors.push_back(FieldError::invalid(at.path(), Value(), "field is immutable"));
    errors.back().value = pods::go_pod_template(&wanted);
  }
}

void check_completions_kept(const Value& job, const Value& old, FieldErrors& errors) {
  if (same_name(job, old, "completions")) return;
  Field spec = Field(job, errors)["spec"], completions = spec["completions"];
  if (spec["completionMode"].text() != "Indexed") {
    completions.invalid(completions ? *completions.value() : Value(), "field is immutable");
  } else if (!completions || completions.number() != spec["parallelism"].number()) {
    completions.invalid(completions ? *completions.value() : Value(),
                        "can only be modified in tandem with spec.parallelism");
  }
}

void validate_job_update(const Value& job, const Value& old, FieldErrors& errors) {
  validate_whole_spec(Field(job, errors)["spec"]);
  check_completions_kept(job, old, errors);
  require_same(job, old, {"spec", "selector"}, errors);
  check_template_kept(job, old, errors);
  for (std::string_view field :
       {"completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"}) {
    require_same(job, old, {"spec", field}, errors);
  }
}

}  // namespace

void check_job_spec(const Field& spec) {
  static constexpr std::string_view kReplacement[] = {"Failed", "TerminatingOrFailed"};
  for (std::string_view name : {"parallelism", "completions", "activeDeadlineSeconds", "backoffLimit",
                                "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"}) {
    check_non_negative(spec[name]);
  }
  if (spec["maxFailedIndexes"] && !spec["backoffLimitPerIndex"] &&
      spec["completionMode"].text() == "Indexed") {
    spec["backoffLimitPerIndex"].required("when maxFailedIndexes is specified");
  }
  check_managed_by(spec["managedBy"]);
  check_modes(spec);
  check_failure_policy(spec);
  check_success_policy(spec);
  Field replacement = spec["podReplacementPolicy"];
  if (replacement) {
    std::span<const std::string_view> supported = kReplacement;
    if (spec["podFailurePolicy"]) supported = supported.first(1);
    if (std::ranges::find(supported, replacement.text()) == supported.end())
      replacement.not_supported(supported);
  }
  pods::validate_pod_template(spec["template"]);
  check_restart(spec);
}

const KindRules kJobs = {.group = "batch",
                         .resource = "jobs",
                         .prepare_create = prepare_job,
                         .validate = validate_job,
                         .validate_update = validate_job_update,
                         .validate_status_update = validate_job_status,
                         .warn = pods::warn_of_template};

}  // namespace pedalion::registry::builtin::kinds::workloads
