#include "pedalion/controllers/job/job_plan.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/controllers/conditions.h"
#include "pedalion/controllers/job/indexes.h"

namespace pedalion::controllers::job {
namespace {

constexpr int kBurst = 500;
constexpr std::size_t kGeneratedNameBase = 58;  // of a generateName, before the random characters
constexpr std::string_view kIndexVariable = "JOB_COMPLETION_INDEX";
constexpr std::int64_t kFirstBackoff = 10, kLastBackoff = 600;

std::int64_t integer_at(const json::Value& object, std::initializer_list<std::string_view> path,
                        std::int64_t fallback) {
  const auto* value = object.at(path);
  return value == nullptr ? fallback : value->int_or(fallback);
}

bool flag_at(const json::Value& object, std::initializer_list<std::string_view> path) {
  const auto* value = object.at(path);
  return value != nullptr && value->bool_or(false);
}

std::int64_t seconds_at(const json::Value& object, std::initializer_list<std::string_view> path) {
  auto time = meta::parse_time(object.string_at(path));
  return time ? time->seconds : 0;
}

/// One look at a job.
class Planner {
 public:
  Planner(json::Document& job, const std::vector<JobPod>& pods, bool settled, std::int64_t now)
      : job_(job), pods_(pods), settled_(settled), now_(now), time_(meta::format_time(now)) {
    indexed_ = spec_text("completionMode") == "Indexed";
    completions_ = integer_at(job.root, {"spec", "completions"}, -1);
    parallelism_ = integer_at(job.root, {"spec", "parallelism"}, 1);
    suspended_ = flag_at(job.root, {"spec", "suspend"});
    // With this policy a pod counts when it has failed, not when it is about to.
    only_failed_ =
        spec_text("podReplacementPolicy") == "Failed" || job.root.at({"spec", "podFailurePolicy"}) != nullptr;
  }

  JobPlan run() {
    begin();
    count();
    judge();
    if (settled_) scale();
    finish();
    put("active",
        active_ + (settled_ ? static_cast<std::int64_t>(plan_.create + plan_.create_indexes.size()) -
                                  static_cast<std::int64_t>(plan_.remove.size())
                            : 0));
    return std::move(plan_);
  }

 private:
  std::string_view spec_text(std::string_view field) const { return job_.root.string_at({"spec", field}); }
  json::Value& status() { return job_.root.object_at("status", job_.arena); }
  json::Value text(std::string_view view) { return json::Value::string(view, job_.arena); }
  std::int64_t status_number(std::string_view field) const {
    return integer_at(job_.root, {"status", field}, 0);
  }
  void put(std::string_view field, std::int64_t value) {
    if (value == 0 && status().find(field) == nullptr) return;
    if (value == 0 && field != "ready" && field != "terminating") {
      status().erase(field);
      return;
    }
    status().set(field, json::Value::integer(value), job_.arena);
  }

  /// Times of beginning, and what is said of a suspension.
  void begin() {
    bool told = condition_is(status(), "Suspended", "True");
    if (suspended_ && !told) {
      say("Suspended", "True", "JobSuspended", "Job suspended");
      plan_.events.push_back({false, "Suspended", "Job suspended"});
    } else if (!suspended_ && told) {
      say("Suspended", "False", "JobResumed", "Job resumed");
      plan_.events.push_back({false, "Resumed", "Job resumed"});
      status().set("startTime", text(time_), job_.arena);
    }
    if (!suspended_ && job_.root.string_at({"status", "startTime"}).empty())
      status().set("startTime", text(time_), job_.arena);
  }

  void say(std::string_view type, std::string_view value, std::string_view reason, std::string_view message) {
    if (!set_condition(status(), {type, value, reason, message}, time_, job_.arena)) return;
    for (auto& condition : status().find("conditions")->items()) {
      if (condition.string_at({"type"}) == type) condition.set("lastProbeTime", text(time_), job_.arena);
    }
  }

  bool failed(const JobPod& pod) const {
    if (pod.view.phase == "Failed") return true;
    return !only_failed_ && pod.view.deleted && pod.view.phase != "Succeeded";
  }

  /// Ends are counted once: their uids are written down, then the pods are let go, and only then the numbers
  /// grow.
  void count() {
    auto succeeded = status_number("succeeded"), failed_count = status_number("failed");
    if (indexed_) done_ = read_indexes(job_.root.string_at({"status", "completedIndexes"}), completions_);
    std::set<std::string> held;
    for (const auto& pod : pods_) {
      if (pod.tracked) held.insert(pod.view.uid);
    }
    auto good = still_uncounted("succeeded", held, succeeded);
    auto bad = still_uncounted("failed", held, failed_count);
    for (const auto& pod : pods_) {
      bool success = pod.view.phase == "Succeeded", failure = failed(pod);
      if (pod.view.finished()) last_end_ = std::max(last_end_, pod.finished);
      if (!success && !failure) {
        count_living(pod);
        continue;
      }
      if (!pod.tracked) continue;
      if (success && indexed_) {
        if (pod.index && *pod.index < completions_) done_.insert(*pod.index);
      } else {
        (success ? good : bad).insert(pod.view.uid);
      }
      plan_.untrack.push_back(pod.view);
    }
    if (indexed_) succeeded = static_cast<std::int64_t>(done_.size());
    succeeded_ = succeeded + static_cast<std::int64_t>(good.size());
    failed_ = failed_count + static_cast<std::int64_t>(bad.size());
    put("succeeded", succeeded);
    put("failed", failed_count);
    if (indexed_ && !done_.empty())
      status().set("completedIndexes", text(job_.arena.copy(write_indexes(done_))), job_.arena);
    write_uncounted(good, bad);
    put_known("ready", ready_);
    put_known("terminating", terminating_);
  }

  void put_known(std::string_view field, std::int64_t value) {
    status().set(field, json::Value::integer(value), job_.arena);
  }

  void count_living(const JobPod& pod) {
    if (pod.view.deleted) {
      ++terminating_;
      return;
    }
    ++active_;
    ready_ += pod.view.ready;
    living_.push_back(pod);
  }

  /// Those written down whose pods are gone, or let go, are added to `number`.
  std::set<std::string> still_uncounted(std::string_view field, const std::set<std::string>& held,
                                        std::int64_t& number) {
    std::set<std::string> left;
    const auto* list = job_.root.at({"status", "uncountedTerminatedPods", field});
    if (list == nullptr) return left;
    for (const auto& item : list->items()) {
      std::string uid(item.string_or());
      if (held.contains(uid)) {
        left.insert(std::move(uid));
      } else {
        ++number;
      }
    }
    return left;
  }

  void write_uncounted(const std::set<std::string>& good, const std::set<std::string>& bad) {
    auto uncounted = json::Value::object(job_.arena);
    auto put_list = [&](std::string_view field, const std::set<std::string>& uids) {
      if (uids.empty()) return;
      auto& list = uncounted.set(field, json::Value::array(job_.arena), job_.arena);
      for (const auto& uid : uids) list.push_back(text(uid), job_.arena);
    };
    put_list("succeeded", good);
    put_list("failed", bad);
    all_counted_ = good.empty() && bad.empty();
    status().set("uncountedTerminatedPods", uncounted, job_.arena);
  }

  /// Says what the end is to be, when it is clear.
  void judge() {
    if (condition_is(status(), "FailureTarget", "True") ||
        condition_is(status(), "SuccessCriteriaMet", "True"))
      return;
    auto fail = [&](std::string_view reason, std::string_view message) {
      say("FailureTarget", "True", reason, message);
    };
    auto limit = integer_at(job_.root, {"spec", "backoffLimit"}, std::numeric_limits<std::int32_t>::max());
    if (failed_ > limit || restarts_beyond(limit))
      return fail("BackoffLimitExceeded", "Job has reached the specified backoff limit");
    if (auto left = seconds_to_deadline(); left && *left <= 0)
      return fail("DeadlineExceeded", "Job was active longer than specified deadline");
    bool complete = completions_ < 0 ? succeeded_ > 0 && active_ == 0 : succeeded_ >= completions_;
    if (complete && !suspended_)
      say("SuccessCriteriaMet", "True", "CompletionsReached", "Reached expected number of succeeded pods");
  }

  /// Containers that are started again in their pods count as well.
  bool restarts_beyond(std::int64_t limit) const {
    if (job_.root.string_at({"spec", "template", "spec", "restartPolicy"}) != "OnFailure") return false;
    std::int64_t restarts = 0;
    for (const auto& pod : living_) restarts += pod.view.restarts;
    return limit == 0 ? restarts > 0 : restarts >= limit;
  }

  std::optional<std::int64_t> seconds_to_deadline() const {
    auto seconds = integer_at(job_.root, {"spec", "activeDeadlineSeconds"}, -1);
    auto began = seconds_at(job_.root, {"status", "startTime"});
    if (seconds < 0 || began == 0 || suspended_) return std::nullopt;
    return began + seconds - now_;
  }

  bool ending() {
    return condition_is(status(), "FailureTarget", "True") ||
           condition_is(status(), "SuccessCriteriaMet", "True");
  }

  void scale() {
    if (suspended_ || ending()) {
      plan_.removed_count = ending();
      for (const auto& pod : living_) plan_.remove.push_back(pod.view);
      return;
    }
    auto wanted = parallelism_;
    if (completions_ >= 0) {
      wanted = std::min(completions_ - succeeded_, parallelism_);
    } else if (succeeded_ > 0) {
      wanted = std::min(active_, parallelism_);
    }
    if (active_ > wanted) return lose(active_ - wanted);
    auto missing = wanted - active_ - (only_failed_ ? terminating_ : 0);
    if (missing <= 0) return;
    if (auto wait = backoff(); wait > 0) return look_again(wait);
    missing = std::min<std::int64_t>(missing, kBurst);
    if (!indexed_) {
      plan_.create = static_cast<int>(missing);
      return;
    }
    auto taken = done_;
    for (const auto& pod : living_) {
      if (pod.index) taken.insert(*pod.index);
    }
    for (std::int64_t index = 0; index < completions_ && missing > 0; ++index) {
      if (taken.contains(index)) continue;
      plan_.create_indexes.push_back(index);
      --missing;
    }
  }

  void lose(std::int64_t count) {
    std::vector<PodView> pods;
    for (const auto& pod : living_) pods.push_back(pod.view);
    sort_for_deletion(pods, now_);
    pods.resize(static_cast<std::size_t>(std::min<std::int64_t>(count, kBurst)));
    plan_.remove = std::move(pods);
  }

  /// Seconds to wait after the last failure: ten, and twice as many with each further one.
  std::int64_t backoff() const {
    if (failed_ == 0 || last_end_ == 0) return 0;
    auto wait = kFirstBackoff << std::min<std::int64_t>(failed_ - 1, 6);
    return last_end_ + std::min(wait, kLastBackoff) - now_;
  }

  void look_again(std::int64_t seconds) {
    if (plan_.again == 0 || seconds < plan_.again) plan_.again = seconds;
  }

  /// The end is told when all pods have come to theirs and have been counted.
  void finish() {
    if (auto left = seconds_to_deadline(); left && *left > 0) look_again(*left);
    if (!ending() || active_ > 0 || terminating_ > 0 || !all_counted_ || !plan_.untrack.empty()) return;
    bool failure = condition_is(status(), "FailureTarget", "True");
    const auto* target = find_condition(status(), failure ? "FailureTarget" : "SuccessCriteriaMet");
    auto reason = std::string(target->string_at({"reason"})),
         message = std::string(target->string_at({"message"}));
    say(failure ? "Failed" : "Complete", "True", reason, message);
    if (!failure) status().set("completionTime", text(time_), job_.arena);
    plan_.events.push_back(failure ? JobEvent{true, reason, message}
                                   : JobEvent{false, "Completed", "Job completed"});
  }

  json::Document& job_;
  const std::vector<JobPod>& pods_;
  bool settled_;
  std::int64_t now_;
  std::string time_;
  bool indexed_ = false, suspended_ = false, only_failed_ = false, all_counted_ = true;
  std::int64_t completions_ = -1, parallelism_ = 1;  // completions -1: one that succeeds is enough
  std::int64_t active_ = 0, ready_ = 0, terminating_ = 0, succeeded_ = 0, failed_ = 0, last_end_ = 0;
  std::vector<JobPod> living_;
  std::set<std::int64_t> done_;
  JobPlan plan_;
};

/// When the last of its containers ended.
std::int64_t end_of(const json::Value& pod) {
  std::int64_t end = 0;
  if (const auto* containers = pod.at({"status", "containerStatuses"})) {
    for (const auto& container : containers->items())
      end = std::max(end, seconds_at(container, {"state", "terminated", "finishedAt"}));
  }
  if (end != 0) return end;
  const auto* status = pod.find("status");
  const auto* ready = status == nullptr ? nullptr : find_condition(*status, "Ready");
  return ready == nullptr ? seconds_at(pod, {"metadata", "creationTimestamp"})
                          : seconds_at(*ready, {"lastTransitionTime"});
}

}  // namespace

JobPod read_job_pod(const json::Value& pod) {
  JobPod result{.view = read_pod(pod)};
  if (const auto* finalizers = pod.at({"metadata", "finalizers"})) {
    result.tracked = std::ranges::any_of(finalizers->items(),
                                         [](const auto& name) { return name.string_or() == kFinalizer; });
  }
  auto text = pod.string_at({"metadata", "annotations", kIndex});
  std::int64_t index = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error == std::errc() && end == text.data() + text.size() && index >= 0) result.index = index;
  if (result.view.finished()) result.finished = end_of(pod);
  return result;
}

JobPlan plan_job(json::Document& job, const std::vector<JobPod>& pods, bool settled, std::int64_t now) {
  return Planner(job, pods, settled, now).run();
}

bool is_finished(const json::Value& job) {
  const auto* status = job.find("status");
  return status != nullptr &&
         (condition_is(*status, "Complete", "True") || condition_is(*status, "Failed", "True"));
}

std::string_view unsupported(const json::Value& job) {
  for (std::string_view field :
       {"podFailurePolicy", "successPolicy", "backoffLimitPerIndex", "maxFailedIndexes"}) {
    if (job.at({"spec", field}) != nullptr) return field;
  }
  return {};
}

json::Document pod_of(const json::Value& job, const Owner& owner, std::optional<std::int64_t> index) {
  json::Document pod;
  auto& [arena, root] = pod;
  auto suffix = index ? "-" + std::to_string(*index) + "-" : std::string("-");
  // The index is told by the name, too: what the server would cut off is cut off before it.
  auto prefix = std::string(owner.name).substr(0, kGeneratedNameBase - suffix.size()) + suffix;
  root = pod_from_template(*job.at({"spec", "template"}), job.string_at({"metadata", "namespace"}), prefix,
                           owner, arena);
  auto& metadata = root.object_at("metadata", arena);
  auto* finalizers = metadata.find("finalizers");
  if (finalizers == nullptr) finalizers = &metadata.set("finalizers", json::Value::array(arena), arena);
  finalizers->push_back(json::Value::string(kFinalizer), arena);
  if (!index) return pod;
  auto number = json::Value::string(std::to_string(*index), arena);
  metadata.object_at("annotations", arena).set(kIndex, number, arena);
  metadata.object_at("labels", arena).set(kIndex, number, arena);
  auto& spec = root.object_at("spec", arena);
  auto host = std::string(owner.name) + "-" + std::to_string(*index);
  if (spec.find("hostname") == nullptr) spec.set("hostname", json::Value::string(host, arena), arena);
  for (std::string_view list : {"containers", "initContainers"}) {
    auto* containers = spec.find(list);
    if (containers == nullptr) continue;
    for (auto& container : containers->items()) {
      auto* env = container.find("env");
      if (env == nullptr) env = &container.set("env", json::Value::array(arena), arena);
      bool said = std::ranges::any_of(
          env->items(), [](const auto& entry) { return entry.string_at({"name"}) == kIndexVariable; });
      if (said) continue;
      auto variable = json::Value::object(arena);
      variable.set("name", json::Value::string(kIndexVariable), arena);
      variable.object_at("valueFrom", arena)
          .object_at("fieldRef", arena)
          .set("fieldPath",
               json::Value::string("metadata.labels['batch.kubernetes.io/job-completion-index']"), arena);
      env->push_back(variable, arena);
    }
  }
  return pod;
}

}  // namespace pedalion::controllers::job
