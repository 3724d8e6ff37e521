// Runtime classes.
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/extension/rows.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"
#include "pedalion/registry/builtin/kinds/selectors.h"
#include "pedalion/registry/builtin/kinds/tolerations.h"
#include "pedalion/registry/builtin/kinds/warnings.h"

namespace pedalion::registry::builtin::kinds::extension {

namespace {

/// The overhead is judged, and reported, as limits of a container.
void check_overhead(const Field& overhead) {
  Field amounts = overhead["podFixed"].reported_at(overhead.path().child("limits"));
  amounts.each_entry([](std::string_view name, const Field& amount) {
    check_container_resource_name(name, amount);
    check_resource_amount(name, amount);
  });
}

void check_no_duplicates(const Field& tolerations) {
  for (std::size_t i = 0; i < tolerations.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!same(tolerations.item(i), tolerations.item(j))) continue;
      duplicate_struct(tolerations.item(i), {"core/v1", "Toleration"});
      break;
    }
  }
}

void validate(const Value& object, FieldErrors& errors) {
  Field runtime(object, errors), scheduling = runtime["scheduling"];
  require_name(runtime["handler"], meta::dns_label_problems);
  check_overhead(runtime["overhead"]);
  check_labels(scheduling["nodeSelector"]);
  check_tolerations(scheduling["tolerations"]);
  check_no_duplicates(scheduling["tolerations"]);
}

void validate_update(const Value& object, const Value& old, FieldErrors& errors) {
  check_immutable(Field(object, errors)["handler"], Field(old, errors)["handler"]);
}

void warn(const Value& object, Warnings& warnings) {
  FieldErrors none;
  Field labels = Field(object, none).at({"scheduling", "nodeSelector"});
  labels.each_entry([&](std::string_view label, const Field&) {
    std::string_view why = node_label_deprecation(label);
    if (!why.empty()) warnings.push_back(labels.path().text() + ": " + std::string(why));
  });
}

}  // namespace

const KindRules kRuntimeClasses{.group = "node.k8s.io",
                                .resource = "runtimeclasses",
                                .validate = validate,
                                .validate_update = validate_update,
                                .warn = warn};

}  // namespace pedalion::registry::builtin::kinds::extension
