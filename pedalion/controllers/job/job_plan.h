#pragma once
// What a Job needs next: pods to make and to lose, and its status. Pure.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/controllers/pods.h"

namespace pedalion::controllers::job {

/// Holds a pod until its end has been counted.
inline constexpr std::string_view kFinalizer = "batch.kubernetes.io/job-tracking";
inline constexpr std::string_view kIndex = "batch.kubernetes.io/job-completion-index";

struct JobPod {
  PodView view;
  bool tracked = false;               // has the finalizer
  std::optional<std::int64_t> index;  // of an indexed job
  std::int64_t finished = 0;          // when, in seconds; 0: not known
};
JobPod read_job_pod(const json::Value& pod);

struct JobEvent {
  bool warning;
  std::string reason, message;
};

struct JobPlan {
  int create = 0;                            // of a job without indexes
  std::vector<std::int64_t> create_indexes;  // of one with indexes
  std::vector<PodView> remove;
  /// They stay tracked, and so count as failed when they are gone; else they count for nothing.
  bool removed_count = false;
  std::vector<PodView> untrack;  // once the status has been written
  std::vector<JobEvent> events;
  std::int64_t again = 0;  // seconds after which it has to be looked at again; 0: when something happens
};

/// Brings the status of `job` up to date, and says what else has to be done. Nothing of a job that has come
/// to its end, or that another controller manages. `settled`: all pods that have been asked for have been
/// seen.
JobPlan plan_job(json::Document& job, const std::vector<JobPod>& pods, bool settled, std::int64_t now);

/// What this controller cannot do; empty: it can all that the job asks for.
std::string_view unsupported(const json::Value& job);
bool is_finished(const json::Value& job);

/// A pod of the job as it is to be created; with the index, if it has one.
json::Document pod_of(const json::Value& job, const Owner& owner, std::optional<std::int64_t> index);

}  // namespace pedalion::controllers::job
