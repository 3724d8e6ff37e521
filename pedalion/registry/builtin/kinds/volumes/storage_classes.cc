// Storage classes and classes of volumes' attributes: what they name is settled when they are made.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/volumes/rows.h"
#include "pedalion/registry/builtin/kinds/warnings.h"

namespace pedalion::registry::builtin::kinds::volumes {

namespace {

constexpr std::size_t kMostParameters = 512, kMostParameterBytes = 256 * 1024;

/// A driver's name: a qualified one, whatever its case.
void check_driver_name(const Field& name) {
  if (!require_text(name)) return;
  std::string lower(name.text());
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const std::string& problem : meta::qualified_name_problems(lower)) name.invalid(lower, problem);
}

void check_parameters(const Field& parameters, bool needed) {
  if (parameters.size() > kMostParameters) return parameters.too_long(kMostParameters);
  std::size_t bytes = 0;
  parameters.each_entry([&](std::string_view key, const Field& value) {
    if (key.empty()) parameters.invalid(key, "field can not be empty.");
    bytes += key.size() + value.text().size();
  });
  if (bytes > kMostParameterBytes) parameters.too_long(kMostParameterBytes);
  if (needed && parameters.empty()) parameters.required("must contain at least one key/value pair");
}

using Term = std::map<std::string_view, std::set<std::string_view>>;

void check_requirement(const Field& requirement, Term& term) {
  Field values = requirement["values"], key = requirement["key"];
  std::set<std::string_view> seen;
  if (values.empty()) values.required();
  values.each([&](const Field& value) {
    if (!seen.insert(value.text()).second) value.duplicate(value.text());
  });
  check_name(key, meta::qualified_name_problems);
  if (!term.emplace(key.text(), seen).second) key.duplicate(key.text());
}

/// Each term differs from the others. kube-apiserver's list of the seen ones begins with one empty term for
/// each there is.
void check_topologies(const Field& topologies) {
  std::vector<Term> seen(topologies.size());
  topologies.each([&](const Field& topology) {
    Term term;
    Field requirements = topology["matchLabelExpressions"];
    requirements.each([&](const Field& requirement) { check_requirement(requirement, term); });
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (seen[i] == term) requirements.duplicate("");
    }
    seen.push_back(std::move(term));
  });
}

void validate_storage_class(const Value& object, FieldErrors& errors) {
  static constexpr std::string_view kPolicies[] = {"Delete", "Retain"};
  static constexpr std::string_view kBindings[] = {"Immediate", "WaitForFirstConsumer"};
  Field storage(object, errors);
  check_driver_name(storage["provisioner"]);
  check_parameters(storage["parameters"], false);
  check_one_of(storage["reclaimPolicy"], kPolicies);
  Field binding = storage["volumeBindingMode"];
  if (!binding) {
    binding.required();
  } else if (std::ranges::find(kBindings, binding.text()) == std::end(kBindings)) {
    binding.not_supported(kBindings);
  }
  check_topologies(storage["allowedTopologies"]);
}

void forbid_change(const Field& field, const Value& old, std::string_view member) {
  if (!differs(*field.value(), old, {member})) return;
  field[member].forbidden("updates to " + std::string(member) + " are forbidden.");
}

void validate_storage_class_update(const Value& object, const Value& old, FieldErrors& errors) {
  Field storage(object, errors);
  for (std::string_view member : {"parameters", "provisioner", "reclaimPolicy"}) {
    forbid_change(storage, old, member);
  }
  require_same(object, old, {"volumeBindingMode"}, errors);
}

void warn_of_storage_class(const Value& object, Warnings& warnings) {
  FieldErrors none;
  Field(object, none)["allowedTopologies"].each([&](const Field& topology) {
    topology["matchLabelExpressions"].each([&](const Field& requirement) {
      Field key = requirement["key"];
      std::string_view why = node_label_deprecation(key.text());
      if (!why.empty()) warnings.push_back(key.path().text() + ": " + std::string(why));
    });
  });
}

void validate_attributes_class(const Value& object, FieldErrors& errors) {
  Field attributes(object, errors);
  check_driver_name(attributes["driverName"]);
  check_parameters(attributes["parameters"], true);
}

void validate_attributes_class_update(const Value& object, const Value& old, FieldErrors& errors) {
  Field attributes(object, errors);
  forbid_change(attributes, old, "driverName");
  forbid_change(attributes, old, "parameters");
  validate_attributes_class(object, errors);  // a second time, as kube-apiserver does
}

}  // namespace

constinit const KindRules kStorageClasses{.group = "storage.k8s.io",
                                          .resource = "storageclasses",
                                          .validate = validate_storage_class,
                                          .validate_update = validate_storage_class_update,
                                          .warn = warn_of_storage_class};

constinit const KindRules kAttributesClasses{.group = "storage.k8s.io",
                                             .resource = "volumeattributesclasses",
                                             .validate = validate_attributes_class,
                                             .validate_update = validate_attributes_class_update};

}  // namespace pedalion::registry::builtin::kinds::volumes
