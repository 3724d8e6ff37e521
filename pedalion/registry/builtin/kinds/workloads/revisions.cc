// Controller revisions, and templates by themselves.
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/pods.h"
#include "pedalion/registry/builtin/kinds/workloads/rows.h"

namespace pedalion::registry::builtin::kinds::workloads {
namespace {

void check_revision(const Value& object, FieldErrors& errors) {
  Field revision = Field(object, errors)["revision"];
  check_non_negative(revision);
}

void validate_revision(const Value& object, FieldErrors& errors) {
  Field data = Field(object, errors)["data"];
  if (!data) {
    data.required("data is mandatory");
  } else if (!data.value()->is_object()) {
    data.required("data must be a valid JSON object");
  }
  check_revision(object, errors);
}

void validate_revision_update(const Value& object, const Value& old, FieldErrors& errors) {
  check_revision(object, errors);
  require_same(object, old, {"data"}, errors);
}

void validate_template(const Value& object, FieldErrors& errors) {
  pods::validate_pod_template(Field(object, errors)["template"]);
}

}  // namespace

const KindRules kControllerRevisions = {.group = "apps",
                                        .resource = "controllerrevisions",
                                        .validate = validate_revision,
                                        .validate_update = validate_revision_update,
                                        .update_judged_alone = true};
const KindRules kPodTemplates = {.group = "", .resource = "podtemplates", .validate = validate_template};

}  // namespace pedalion::registry::builtin::kinds::workloads
