// The rules of pods, door by door.
#include "pedalion/registry/builtin/kinds/pods/pods.h"

#include "pedalion/registry/builtin/kinds/pods/annotations.h"
#include "pedalion/registry/builtin/kinds/pods/preparation.h"
#include "pedalion/registry/builtin/kinds/pods/resize.h"
#include "pedalion/registry/builtin/kinds/pods/status.h"
#include "pedalion/registry/builtin/kinds/pods/updates.h"
#include "pedalion/registry/builtin/kinds/pods/warnings.h"

namespace pedalion::registry::builtin::kinds::pods {

namespace {

void validate_new_pod(const Value& object, FieldErrors& errors) {
  Field pod(object, errors);
  Field spec = pod["spec"], annotations = pod["metadata"]["annotations"];
  validate_pod(pod);
  if (!spec["ephemeralContainers"].empty()) spec["ephemeralContainers"].forbidden("cannot be set on create");
  if (!spec["nodeName"].text().empty() && !spec["schedulingGates"].empty())
    spec["nodeName"].forbidden("cannot be set until all schedulingGates have been cleared");
  check_seccomp_agrees(annotations, spec);
  check_app_armor_agrees(annotations, spec);
}

void validate_pod_update(const Value& object, const Value& old, FieldErrors& errors) {
  Field pod(object, errors), before(old, errors);
  validate_pod(pod);
  check_annotations_of_update(pod, before);
  check_pod_update(pod, before);
}

void validate_status_update(const Value& object, const Value& old, FieldErrors& errors) {
  Field pod(object, errors), before(old, errors);
  check_annotations_of_update(pod, before);
  check_status_update(pod, before);
}

void validate_other_door(std::string_view subresource, const Value& object, const Value& old,
                         FieldErrors& errors) {
  Field pod(object, errors), before(old, errors);
  if (subresource == "ephemeralcontainers") check_ephemeral_update(pod, before);
  if (subresource == "resize") check_resize(pod, before);
}

void warn_of_nothing(const Value&, const Value&, Warnings&) {}

constexpr KindRules kRules[] = {
    {.group = "",
     .resource = "pods",
     .prepare_create = prepare_new,
     .prepare_update = prepare_update,
     .prepare_status_update = prepare_status_update,
     .validate = validate_new_pod,
     .validate_update = validate_pod_update,
     .update_judged_alone = true,
     .validate_status_update = validate_status_update,
     .validate_subresource_update = validate_other_door,
     .warn = warn_of_pod,
     .warn_update = warn_of_nothing},
};

}  // namespace

std::span<const KindRules> rules() { return kRules; }

}  // namespace pedalion::registry::builtin::kinds::pods
