// Device classes.
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/devices/requests.h"
#include "pedalion/registry/builtin/kinds/devices/rows.h"
#include "pedalion/registry/builtin/kinds/lists.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"

namespace pedalion::registry::builtin::kinds::devices {

namespace {

/// What is just as it was before is not judged again. `old` is absent of a new class.
void check_spec(const Field& spec, const Field& old) {
  auto origin_of = [&](std::string_view list) {
    return same(spec[list], old[list]) ? Origin::kStored : Origin::kNew;
  };
  Field extended = spec["extendedResourceName"];
  check_selectors(spec["selectors"], origin_of("selectors"));
  check_list(spec["config"], kMaxListed,
             [&](const Field& configuration) { check_configuration(configuration, origin_of("config")); });
  if (extended && !is_extended_resource(extended.text())) {
    extended.invalid("must be a valid extended resource name");
  }
}

void validate(const Value& object, FieldErrors& errors) {
  check_spec(Field(object, errors)["spec"], Field(nullptr, FieldPath(), errors));
}

void validate_update(const Value& object, const Value& old, FieldErrors& errors) {
  check_spec(Field(object, errors)["spec"], Field(old, errors)["spec"]);
}

}  // namespace

const KindRules kDeviceClasses{.group = "resource.k8s.io",
                               .resource = "deviceclasses",
                               .validate = validate,
                               .validate_update = validate_update,
                               .update_judged_alone = true};

}  // namespace pedalion::registry::builtin::kinds::devices
