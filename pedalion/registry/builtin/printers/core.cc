#include <algorithm>

#include "pedalion/registry/builtin/printers/printer.h"

namespace pedalion::registry::builtin::printers {
namespace {

constexpr rest::TableColumn kPodColumns[] = {kNameColumn,
                                             column("Ready"),
                                             column("Status"),
                                             column("Restarts"),
                                             kAgeColumn,
                                             column("IP", 1),
                                             column("Node", 1),
                                             column("Nominated Node", 1),
                                             column("Readiness Gates", 1)};
constexpr rest::TableColumn kPodTemplateColumns[] = {kNameColumn, column("Containers"), column("Images"),
                                                     column("Pod Labels")};
constexpr rest::TableColumn kServiceColumns[] = {
    kNameColumn,       column("Type"), column("Cluster-IP"), column("External-IP"),
    column("Port(s)"), kAgeColumn,     column("Selector", 1)};
constexpr rest::TableColumn kEventColumns[] = {
    column("Last Seen"),    column("Type"),
    column("Reason"),       column("Object"),
    column("Subobject", 1), column("Source", 1),
    column("Message"),      column("First Seen", 1),
    column("Count", 1),     {.name = "Name", .format = "name", .priority = 1}};
constexpr rest::TableColumn kEndpointsColumns[] = {kNameColumn, column("Endpoints"), kAgeColumn};
constexpr rest::TableColumn kNamespaceColumns[] = {kNameColumn, column("Status"), kAgeColumn};
constexpr rest::TableColumn kSecretColumns[] = {kNameColumn, column("Type"), column("Data"), kAgeColumn};
constexpr rest::TableColumn kServiceAccountColumns[] = {kNameColumn, kAgeColumn};
constexpr rest::TableColumn kConfigMapColumns[] = {kNameColumn, column("Data"), kAgeColumn};
constexpr rest::TableColumn kQuotaColumns[] = {kNameColumn, column("Request"), column("Limit"), kAgeColumn};
constexpr rest::TableColumn kComponentColumns[] = {kNameColumn, column("Status"), column("Message"),
                                                   column("Error")};

void print_pod_template(Row& row) {
  auto [names, images] = containers_text(row.object.at({"template", "spec", "containers"}));
  row.name();
  row.text(names);
  row.text(images);
  row.text(labels_text(row.object.at({"template", "metadata", "labels"})));
}

std::string load_balancer_addresses(const Value& object) {
  std::vector<std::string> addresses;
  for (const Value& ingress : items_of(object, {"status", "loadBalancer", "ingress"})) {
    auto ip = ingress.string_at({"ip"}), name = ingress.string_at({"hostname"});
    if (!ip.empty() || !name.empty()) addresses.emplace_back(ip.empty() ? name : ip);
  }
  return joined(addresses);
}

std::string external_addresses(const Value& service) {
  auto type = service.string_at({"spec", "type"});
  std::vector<std::string> given;
  for (const Value& ip : items_of(service, {"spec", "externalIPs"})) given.emplace_back(ip.string_or());
  if (type == "ExternalName") return std::string(service.string_at({"spec", "externalName"}));
  if (type == "LoadBalancer") {
    std::string addresses = load_balancer_addresses(service);
    if (!given.empty()) addresses += (addresses.empty() ? "" : ",") + joined(given);
    return addresses.empty() ? "<pending>" : addresses;
  }
  return given.empty() ? "<none>" : joined(given);
}

void print_service(Row& row) {
  const Value& service = row.object;
  std::vector<std::string> ports;
  for (const Value& port : items_of(service, {"spec", "ports"})) {
    std::string text = scalar_text(port.find("port"));
    const Value* node_port = port.find("nodePort");
    if (node_port != nullptr && node_port->int_or(0) > 0) text += ":" + scalar_text(node_port);
    ports.push_back(text + "/" + std::string(port.string_at({"protocol"})));
  }
  auto cluster_ips = items_of(service, {"spec", "clusterIPs"});
  auto cluster_ip =
      cluster_ips.empty() ? service.string_at({"spec", "clusterIP"}) : cluster_ips[0].string_or();
  row.name();
  row.field({"spec", "type"});
  row.text(cluster_ip.empty() ? "<none>" : cluster_ip);
  row.text(external_addresses(service));
  row.text(ports.empty() ? "<none>" : joined(ports));
  row.age();
  row.text(labels_text(service.at({"spec", "selector"})));
}

std::string event_object(const Value& reference) {
  std::string kind(reference.string_at({"kind"}));
  for (char& c : kind) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  auto name = reference.string_at({"name"});
  return name.empty() ? kind : kind + "/" + std::string(name);
}

/// An event as the core group has it.
void print_event(Row& row) {
  const Value& event = row.object;
  auto text_of = [](const Value* value) {
    return value == nullptr ? std::string_view() : value->string_or();
  };
  auto event_time = event.string_at({"eventTime"});
  auto first = text_of(event.find("firstTimestamp"));
  auto last = text_of(event.find("lastTimestamp"));
  std::string first_seen = first.empty() ? row.since_text(event_time) : row.since_text(first);
  std::string last_seen = last.empty() ? first_seen : row.since_text(last);
  const Value* count_value = event.find("count");
  std::int64_t count = count_value == nullptr ? 0 : count_value->int_or(0);
  if (const Value* series = event.find("series"); series != nullptr && series->is_object()) {
    last_seen = row.since_text(series->string_at({"lastObservedTime"}));
    if (const Value* observed = series->find("count")) count = observed->int_or(0);
  }
  if (count == 0) count = 1;
  const Value* source = event.find("source");
  std::string component(source == nullptr ? "" : source->string_at({"component"})),
      host(source == nullptr ? "" : source->string_at({"host"}));
  if (component.empty()) component = text_of(event.find("reportingComponent"));
  if (host.empty()) host = event.string_at({"reportingInstance"});
  const Value* object = event.find("involvedObject");
  row.text(last_seen);
  row.field({"type"});
  row.field({"reason"});
  row.text(object == nullptr ? "" : event_object(*object));
  row.text(object == nullptr ? "" : object->string_at({"fieldPath"}));
  row.text(host.empty() ? component : component + ", " + host);
  auto message = text_of(event.find("message"));
  while (!message.empty() && (message.back() == ' ' || message.back() == '\n' || message.back() == '\t'))
    message.remove_suffix(1);
  row.text(message);
  row.text(first_seen);
  row.number(count);
  row.name();
}

void print_endpoints(Row& row) {
  std::vector<std::string> addresses;
  for (const Value& subset : items_of(row.object, {"subsets"})) {
    auto ports = items_of(subset, {"ports"});
    for (const Value& address : items_of(subset, {"addresses"})) {
      auto ip = address.string_at({"ip"});
      if (ports.empty()) addresses.emplace_back(ip);
    }
    for (const Value& port : ports) {
      for (const Value& address : items_of(subset, {"addresses"})) {
        auto ip = address.string_at({"ip"});
        bool v6 = ip.find(':') != std::string_view::npos;
        addresses.push_back((v6 ? "[" + std::string(ip) + "]" : std::string(ip)) + ":" +
                            scalar_text(port.find("port")));
      }
    }
  }
  row.name();
  row.text(addresses.empty() ? "<none>" : joined_some(addresses, 3));
  row.age();
}

void print_namespace(Row& row) {
  row.name();
  row.field({"status", "phase"});
  row.age();
}

void print_secret(Row& row) {
  row.name();
  row.field({"type"});
  const Value* data = row.object.find("data");
  row.number(data == nullptr ? 0 : data->size());
  row.age();
}

void print_config_map(Row& row) {
  row.name();
  const Value* data = row.object.find("data");
  const Value* binary = row.object.find("binaryData");
  row.number((data == nullptr ? 0 : data->size()) + (binary == nullptr ? 0 : binary->size()));
  row.age();
}

void print_name_and_age(Row& row) {
  row.name();
  row.age();
}

void print_quota(Row& row) {
  std::vector<std::pair<std::string, std::string>> hard;
  if (const Value* limits = row.object.at({"status", "hard"})) {
    for (const auto& limit : limits->members()) {
      const Value* used = row.object.at({"status", "used", limit.key()});
      hard.emplace_back(limit.key(), std::string(limit.key()) + ": " + scalar_text(used, "0") + "/" +
                                         scalar_text(&limit.value));
    }
  }
  std::ranges::sort(hard);
  std::vector<std::string> requests, limits;
  for (auto& [key, text] : hard) (key.starts_with("limits") ? limits : requests).push_back(text);
  row.name();
  row.text(joined(requests, ", "));
  row.text(joined(limits, ", "));
  row.age();
}

void print_component(Row& row) {
  std::string status = "Unknown", message, error;
  for (const Value& condition : items_of(row.object, {"conditions"})) {
    if (condition.string_at({"type"}) != "Healthy") continue;
    status = condition.string_at({"status"}) == "True" ? "Healthy" : "Unhealthy";
    message = condition.string_at({"message"});
    error = condition.string_at({"error"});
  }
  row.name();
  row.text(status);
  row.text(message);
  row.text(error);
}

constexpr Printer kPrinters[] = {
    {"", "pods", kPodColumns, print_pod},
    {"", "podtemplates", kPodTemplateColumns, print_pod_template},
    {"", "services", kServiceColumns, print_service},
    {"", "events", kEventColumns, print_event},
    {"events.k8s.io", "events", kEventColumns, print_event},
    {"", "endpoints", kEndpointsColumns, print_endpoints},
    {"", "namespaces", kNamespaceColumns, print_namespace},
    {"", "secrets", kSecretColumns, print_secret},
    {"", "serviceaccounts", kServiceAccountColumns, print_name_and_age},
    {"", "configmaps", kConfigMapColumns, print_config_map},
    {"", "resourcequotas", kQuotaColumns, print_quota},
    {"", "componentstatuses", kComponentColumns, print_component},
};

}  // namespace

std::span<const Printer> core_printers() { return kPrinters; }

}  // namespace pedalion::registry::builtin::printers
