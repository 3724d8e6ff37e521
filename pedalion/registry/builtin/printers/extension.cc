#include <algorithm>

#include "pedalion/registry/builtin/printers/printer.h"

namespace pedalion::registry::builtin::printers {
namespace {

constexpr rest::TableColumn kWebhookColumns[] = {kNameColumn, number_column("Webhooks"), kAgeColumn};
constexpr rest::TableColumn kValidatingPolicyColumns[] = {kNameColumn, number_column("Validations"),
                                                          column("ParamKind"), kAgeColumn};
constexpr rest::TableColumn kMutatingPolicyColumns[] = {kNameColumn, number_column("Mutations"),
                                                        column("ParamKind"), kAgeColumn};
constexpr rest::TableColumn kPolicyBindingColumns[] = {kNameColumn, column("PolicyName"), column("ParamRef"),
                                                       kAgeColumn};
constexpr rest::TableColumn kApiServiceColumns[] = {kNameColumn, column("Service"), column("Available"),
                                                    kAgeColumn};
constexpr rest::TableColumn kNameAgeColumns[] = {kNameColumn, kAgeColumn};
constexpr rest::TableColumn kClaimColumns[] = {kNameColumn, column("State"), kAgeColumn};
constexpr rest::TableColumn kSliceColumns[] = {kNameColumn, column("Node"), column("Driver"), column("Pool"),
                                               kAgeColumn};

void print_webhooks(Row& row) {
  row.name();
  row.number(static_cast<std::int64_t>(items_of(row.object, {"webhooks"}).size()));
  row.age();
}

void print_param_kind(Row& row) {
  const Value* kind = row.object.at({"spec", "paramKind"});
  row.text(kind == nullptr
               ? "<unset>"
               : std::string(kind->string_at({"apiVersion"})) + "/" + std::string(kind->string_at({"kind"})));
  row.age();
}

void print_validating_policy(Row& row) {
  row.name();
  row.number(static_cast<std::int64_t>(items_of(row.object, {"spec", "validations"}).size()));
  print_param_kind(row);
}

void print_mutating_policy(Row& row) {
  row.name();
  row.number(static_cast<std::int64_t>(items_of(row.object, {"spec", "mutations"}).size()));
  print_param_kind(row);
}

void print_policy_binding(Row& row) {
  const Value* reference = row.object.at({"spec", "paramRef"});
  std::string text = "<unset>";
  if (reference != nullptr && reference->is_object()) {
    auto ns = reference->string_at({"namespace"}), name = reference->string_at({"name"});
    if (!name.empty())
      text = ns.empty() ? "*/" + std::string(name) : std::string(ns) + "/" + std::string(name);
    else
      text = selector_text(reference->find("selector"));
  }
  row.name();
  row.field({"spec", "policyName"});
  row.text(text);
  row.age();
}

void print_api_service(Row& row) {
  const Value* service = row.object.at({"spec", "service"});
  std::string where = "Local", available = "Unknown";
  if (service != nullptr && service->is_object()) {
    where = std::string(service->string_at({"namespace"})) + "/" + std::string(service->string_at({"name"}));
  }
  for (const Value& condition : items_of(row.object, {"status", "conditions"})) {
    if (condition.string_at({"type"}) != "Available") continue;
    available = condition.string_at({"status"});
    if (available != "True") available += " (" + std::string(condition.string_at({"reason"})) + ")";
  }
  row.name();
  row.text(where);
  row.text(available);
  row.age();
}

void print_name_and_age(Row& row) {
  row.name();
  row.age();
}

void print_resource_claim(Row& row) {
  std::vector<std::string> states;
  if (row.object.at({"metadata", "deletionTimestamp"}) != nullptr) states.emplace_back("deleted");
  bool allocated = row.object.at({"status", "allocation"}) != nullptr;
  if (allocated) states.emplace_back("allocated");
  if (!items_of(row.object, {"status", "reservedFor"}).empty()) states.emplace_back("reserved");
  if (states.empty() || (!allocated && states.size() == 1 && states[0] == "deleted"))
    states.emplace_back("pending");
  row.name();
  row.text(joined(states));
  row.age();
}

void print_resource_slice(Row& row) {
  const Value* all = row.object.at({"spec", "allNodes"});
  std::string node(row.object.string_at({"spec", "nodeName"}));
  if (node.empty()) node = all != nullptr && all->bool_or(false) ? "<all>" : "<some>";
  row.name();
  row.text(node);
  row.field({"spec", "driver"});
  row.field({"spec", "pool", "name"});
  row.age();
}

constexpr Printer kPrinters[] = {
    {"admissionregistration.k8s.io", "validatingwebhookconfigurations", kWebhookColumns, print_webhooks},
    {"admissionregistration.k8s.io", "mutatingwebhookconfigurations", kWebhookColumns, print_webhooks},
    {"admissionregistration.k8s.io", "validatingadmissionpolicies", kValidatingPolicyColumns,
     print_validating_policy},
    {"admissionregistration.k8s.io", "mutatingadmissionpolicies", kMutatingPolicyColumns,
     print_mutating_policy},
    {"admissionregistration.k8s.io", "validatingadmissionpolicybindings", kPolicyBindingColumns,
     print_policy_binding},
    {"admissionregistration.k8s.io", "mutatingadmissionpolicybindings", kPolicyBindingColumns,
     print_policy_binding},
    {"apiregistration.k8s.io", "apiservices", kApiServiceColumns, print_api_service},
    {"resource.k8s.io", "deviceclasses", kNameAgeColumns, print_name_and_age},
    {"resource.k8s.io", "resourceclaimtemplates", kNameAgeColumns, print_name_and_age},
    {"resource.k8s.io", "resourceclaims", kClaimColumns, print_resource_claim},
    {"resource.k8s.io", "resourceslices", kSliceColumns, print_resource_slice},
};

}  // namespace

std::span<const Printer> extension_printers() { return kPrinters; }

}  // namespace pedalion::registry::builtin::printers
