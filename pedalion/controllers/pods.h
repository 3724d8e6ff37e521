#pragma once
// Pods as the controllers that make them see them: which count, which are ready, which go first; and a pod
// from a template. Pure.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/controllers/ownership.h"

namespace pedalion::controllers {

/// What matters of a pod. Times are seconds since the epoch, 0 when there is none.
struct PodView {
  std::string name, uid, node, phase;
  bool deleted = false, ready = false;
  std::int64_t created = 0, ready_since = 0, restarts = 0, deletion_cost = 0;

  bool finished() const { return phase == "Succeeded" || phase == "Failed"; }
  bool active() const { return !finished() && !deleted; }
  /// Ready, and for as long as that.
  bool available(std::int64_t min_ready_seconds, std::int64_t now) const {
    return ready && (min_ready_seconds == 0 || (ready_since != 0 && ready_since + min_ready_seconds <= now));
  }
};
PodView read_pod(const json::Value& pod);

/// Puts those first that are best to lose: not assigned, pending, not ready, of low cost, beside others of
/// their like (`beside`: how many of those run on each pod's node), ready for a short time, restarted often,
/// young.
void sort_for_deletion(std::vector<PodView>& pods, std::int64_t now);

/// The pod that a template stands for, as it is to be created: generateName is `prefix`. `owner` is its
/// controller.
json::Value pod_from_template(const json::Value& pod_template, std::string_view namespace_name,
                              std::string_view prefix, const Owner& owner, json::Arena& arena);

/// A hash of a template that is part of names and labels: of letters that make no words.
std::string template_hash(const json::Value& pod_template, std::int64_t collision_count);

}  // namespace pedalion::controllers
