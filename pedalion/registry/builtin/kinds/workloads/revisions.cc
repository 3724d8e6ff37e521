// Controller revisions: what a controller's template was.
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/workloads/rows.h"

namespace pedalion::registry::builtin::kinds::workloads {

namespace {

void validate(const Value& object, FieldErrors& errors) {
  Field revision(object, errors), data = revision["data"];
  if (!data) {
    data.required("data is mandatory");
  } else if (!data.value()->is_object()) {
    data.required("data must be a valid JSON object");
  }
  check_non_negative(revision["revision"]);
}

void validate_update(const Value& object, const Value& old, FieldErrors& errors) {
  check_immutable(Field(object, errors)["data"], Field(old, errors)["data"]);
}

}  // namespace

const KindRules kControllerRevisions = {.group = "apps",
                                        .resource = "controllerrevisions",
                                        .validate = validate,
                                        .validate_update = validate_update};

}  // namespace pedalion::registry::builtin::kinds::workloads
