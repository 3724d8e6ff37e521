#include <algorithm>

#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/registry/builtin/printers/printer.h"

namespace pedalion::registry::builtin::printers {
namespace {

constexpr rest::TableColumn kBudgetColumns[] = {kNameColumn, column("Min Available"),
                                                column("Max Unavailable"),
                                                number_column("Allowed Disruptions"), kAgeColumn};
constexpr rest::TableColumn kBindingColumns[] = {kNameColumn,         column("Role"),
                                                 kAgeColumn,          column("Users", 1),
                                                 column("Groups", 1), column("ServiceAccounts", 1)};
constexpr rest::TableColumn kRequestColumns[] = {
    kNameColumn,        kAgeColumn, column("SignerName"), column("Requestor"), column("RequestedDuration"),
    column("Condition")};
constexpr rest::TableColumn kLeaseColumns[] = {kNameColumn, column("Holder"), kAgeColumn};
constexpr rest::TableColumn kPriorityClassColumns[] = {kNameColumn, number_column("Value"),
                                                       bool_column("Global-Default"), kAgeColumn,
                                                       column("PreemptionPolicy")};
constexpr rest::TableColumn kRuntimeClassColumns[] = {kNameColumn, column("Handler"), kAgeColumn};
constexpr rest::TableColumn kFlowSchemaColumns[] = {
    kNameColumn, column("PriorityLevel"), column("MatchingPrecedence"), column("DistinguisherMethod"),
    kAgeColumn,  column("MissingPL")};
constexpr rest::TableColumn kPriorityLevelColumns[] = {
    kNameColumn,      column("Type"),     column("NominalConcurrencyShares"),
    column("Queues"), column("HandSize"), column("QueueLengthLimit"),
    kAgeColumn};

void print_budget(Row& row) {
  row.name();
  row.text(scalar_text(row.object.at({"spec", "minAvailable"}), "N/A"));
  row.text(scalar_text(row.object.at({"spec", "maxUnavailable"}), "N/A"));
  row.count({"status", "disruptionsAllowed"});
  row.age();
}

void print_binding(Row& row) {
  std::vector<std::string> users, groups, accounts;
  for (const Value& subject : items_of(row.object, {"subjects"})) {
    auto kind = subject.string_at({"kind"});
    std::string name(subject.string_at({"name"}));
    if (kind == "User")
      users.push_back(name);
    else if (kind == "Group")
      groups.push_back(name);
    else if (kind == "ServiceAccount")
      accounts.push_back(std::string(subject.string_at({"namespace"})) + "/" + name);
  }
  row.name();
  row.text(std::string(row.object.string_at({"roleRef", "kind"})) + "/" +
           std::string(row.object.string_at({"roleRef", "name"})));
  row.age();
  row.text(joined(users, ", "));
  row.text(joined(groups, ", "));
  row.text(joined(accounts, ", "));
}

void print_signing_request(Row& row) {
  const Value& request = row.object;
  std::string status;
  bool failed = false, approved = false, denied = false;
  for (const Value& condition : items_of(request, {"status", "conditions"})) {
    auto type = condition.string_at({"type"});
    failed |= type == "Failed";
    approved |= type == "Approved";
    denied |= type == "Denied";
  }
  status = denied ? "Denied" : approved ? "Approved" : "Pending";
  if (failed) status += ",Failed";
  if (!request.string_at({"status", "certificate"}).empty()) status += ",Issued";
  const Value* seconds = request.at({"spec", "expirationSeconds"});
  row.name();
  row.age();
  row.field({"spec", "signerName"}, "<none>");
  row.field({"spec", "username"});
  row.text(seconds == nullptr ? "<none>" : meta::human_duration(seconds->int_or(0)));
  row.text(status);
}

void print_lease(Row& row) {
  row.name();
  row.field({"spec", "holderIdentity"});
  row.age();
}

void print_priority_class(Row& row) {
  const Value* global = row.object.find("globalDefault");
  row.name();
  row.count({"value"});
  row.boolean(global != nullptr && global->bool_or(false));
  row.age();
  row.field({"preemptionPolicy"});
}

void print_runtime_class(Row& row) {
  row.name();
  row.field({"handler"});
  row.age();
}

void print_flow_schema(Row& row) {
  const Value& schema = row.object;
  std::string missing = "?";
  for (const Value& condition : items_of(schema, {"status", "conditions"})) {
    if (condition.string_at({"type"}) == "Dangling") missing = condition.string_at({"status"});
  }
  row.name();
  row.field({"spec", "priorityLevelConfiguration", "name"});
  row.count({"spec", "matchingPrecedence"});
  row.field({"spec", "distinguisherMethod", "type"}, "<none>");
  row.age();
  row.text(missing);
}

/// Numbers as they are; "<none>" where there is none.
void print_number(Row& row, const Value* number) {
  if (number == nullptr || number->is_null()) {
    row.text("<none>");
  } else {
    row.number(number->int_or(0));
  }
}

void print_priority_level(Row& row) {
  const Value& level = row.object;
  row.name();
  row.field({"spec", "type"});
  print_number(row, level.at({"spec", "limited", "nominalConcurrencyShares"}));
  for (std::string_view number : {"queues", "handSize", "queueLengthLimit"}) {
    print_number(row, level.at({"spec", "limited", "limitResponse", "queuing", number}));
  }
  row.age();
}

constexpr Printer kPrinters[] = {
    {"policy", "poddisruptionbudgets", kBudgetColumns, print_budget},
    {"rbac.authorization.k8s.io", "rolebindings", kBindingColumns, print_binding},
    {"rbac.authorization.k8s.io", "clusterrolebindings", kBindingColumns, print_binding},
    {"certificates.k8s.io", "certificatesigningrequests", kRequestColumns, print_signing_request},
    {"coordination.k8s.io", "leases", kLeaseColumns, print_lease},
    {"scheduling.k8s.io", "priorityclasses", kPriorityClassColumns, print_priority_class},
    {"node.k8s.io", "runtimeclasses", kRuntimeClassColumns, print_runtime_class},
    {"flowcontrol.apiserver.k8s.io", "flowschemas", kFlowSchemaColumns, print_flow_schema},
    {"flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations", kPriorityLevelColumns,
     print_priority_level},
};

}  // namespace

std::span<const Printer> policy_printers() { return kPrinters; }

}  // namespace pedalion::registry::builtin::printers
