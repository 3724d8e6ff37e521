#include "pedalion/registry/builtin/kinds/template_metadata.h"

#include <iterator>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/defaults/filler.h"

namespace pedalion::registry::builtin::kinds {

void check_template_metadata(const Field& metadata) {
  struct Member {
    std::string_view name, shown;
  };
  static constexpr Member kRefused[] = {{"name", "name"},
                                        {"generateName", "generateName"},
                                        {"namespace", "namespace"},
                                        {"selfLink", "selfLink"},
                                        {"uid", "uID"},  // the name of Go's field with a small first letter
                                        {"resourceVersion", "resourceVersion"},
                                        {"generation", "generation"},
                                        {"creationTimestamp", "creationTimestamp"},
                                        {"deletionTimestamp", "deletionTimestamp"},
                                        {"deletionGracePeriodSeconds", "deletionGracePeriodSeconds"},
                                        {"ownerReferences", "ownerReferences"},
                                        {"finalizers", "finalizers"},
                                        {"managedFields", "managedFields"}};
  FieldErrors& errors = metadata.errors();
  auto take = [&](FieldErrors&& found) {
    errors.insert(errors.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
  };
  Field annotations = metadata["annotations"], labels = metadata["labels"];
  if (annotations) take(meta::validate_annotations(*annotations.value(), annotations.path()));
  if (labels) take(meta::validate_labels(*labels.value(), labels.path()));
  for (const Member& member : kRefused) {
    Field field = metadata[member.name];
    if (!field || defaults::is_zero(*field.value())) continue;
    field.reported_at(metadata.path().child(member.shown)).forbidden("cannot be set");
  }
}

}  // namespace pedalion::registry::builtin::kinds
