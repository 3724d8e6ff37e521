#include "pedalion/controlplane/bootstrap/bootstrap.h"

#include <openssl/sha.h>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/names.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/controlplane/bootstrap/objects.h"
#include "pedalion/controlplane/bootstrap/writer.h"
#include "pedalion/registry/builtin/allocation/address_range.h"

namespace pedalion::controlplane::bootstrap {

using registry::builtin::BuiltinRegistry;
using registry::builtin::allocation::AddressRange;

namespace {

std::string quoted(std::string_view text) {
  std::string out;
  json::write_string(text, out);
  return out;
}

/// `text` with each $NAME replaced.
std::string filled(std::string text, const std::vector<std::pair<std::string_view, std::string>>& values) {
  for (const auto& [name, value] : values) {
    for (std::size_t at = text.find(name); at != text.npos; at = text.find(name, at + value.size())) {
      text.replace(at, name.size(), value);
    }
  }
  return text;
}

Wanted wanted(std::string group, std::string resource, std::string ns, const std::string& text) {
  return {std::move(group), std::move(resource), std::move(ns), json::parse(text).value()};
}

/// The Service `kubernetes` and what leads from it to this server.
Result<std::vector<Wanted>> own_service(const Options& options) {
  if (options.service_cluster_ip_ranges.empty()) return std::vector<Wanted>();
  TRY(AddressRange range, AddressRange::parse(options.service_cluster_ip_ranges.front()));
  std::vector<std::pair<std::string_view, std::string>> values = {
      {"$IP", quoted(range.address(0))},
      {"$PORT", std::to_string(options.secure_port)}};
  std::vector<Wanted> objects;
  objects.push_back(wanted("", "services", "default",
                           filled(R"({"metadata":{"name":"kubernetes",
      "namespace":"default","labels":{"component":"apiserver","provider":"kubernetes"}},
      "spec":{"clusterIP":$IP,"ipFamilyPolicy":"SingleStack",
      "ports":[{"name":"https","port":443,"protocol":"TCP","targetPort":$PORT}],"sessionAffinity":"None",
      "type":"ClusterIP"}})",
                                  values)));
  return objects;
}

Result<std::vector<Wanted>> own_endpoints(const Options& options) {
  auto family = registry::builtin::allocation::family_of(options.advertise_address);
  if (!family) {
    return std::unexpected(meta::bad_request("the advertise address " + quoted(options.advertise_address) +
                                             " is no IP address"));
  }
  // Endpoints may not be loopback addresses: a server that has no other is in no list.
  if (registry::builtin::allocation::is_loopback(options.advertise_address)) return std::vector<Wanted>();
  std::vector<std::pair<std::string_view, std::string>> values = {
      {"$ADDRESS", quoted(options.advertise_address)},
      {"$FAMILY", quoted(registry::builtin::allocation::family_text(*family))},
      {"$PORT", std::to_string(options.secure_port)}};
  std::vector<Wanted> objects;
  objects.push_back(wanted("", "endpoints", "default",
                           filled(R"({"metadata":{"name":"kubernetes",
      "namespace":"default","labels":{"endpointslice.kubernetes.io/skip-mirror":"true"}},
      "subsets":[{"addresses":[{"ip":$ADDRESS}],"ports":[{"name":"https","port":$PORT,"protocol":"TCP"}]}]})",
                                  values)));
  objects.push_back(wanted("discovery.k8s.io", "endpointslices", "default",
                           filled(R"({"metadata":
      {"name":"kubernetes","namespace":"default","labels":{"kubernetes.io/service-name":"kubernetes"}},
      "addressType":$FAMILY,"endpoints":[{"addresses":[$ADDRESS],"conditions":{"ready":true}}],
      "ports":[{"name":"https","port":$PORT,"protocol":"TCP"}]})",
                                  values)));
  return objects;
}

Wanted service_cidr(const Options& options) {
  std::string list;
  for (const std::string& range : options.service_cluster_ip_ranges) {
    list.append(list.empty() ? "" : ",").append(quoted(range));
  }
  return wanted("networking.k8s.io", "servicecidrs", "",
                R"({"metadata":{"name":"kubernetes"},"spec":{"cidrs":[)" + list + "]}}");
}

Wanted token_tracking() {
  std::string today = meta::format_time(meta::now_seconds()).substr(0, 10);
  return wanted("", "configmaps", "kube-system",
                R"({"metadata":{"name":"kube-apiserver-legacy-service-account-token-tracking",
                "namespace":"kube-system"},"data":{"since":")" +
                    today + "\"}}");
}

Wanted authentication_settings(const Options& options) {
  std::string data;
  for (const auto& [key, value] : options.authentication) {
    data.append(data.empty() ? "" : ",").append(quoted(key)).append(":").append(quoted(value));
  }
  return wanted(
      "", "configmaps", "kube-system",
      R"({"metadata":{"name":"extension-apiserver-authentication","namespace":"kube-system"},"data":{)" +
          data + "}}");
}

Wanted identity_lease(const Options& options) {
  static const std::string kLife = meta::make_uid();  // of this process
  std::string identity = server_identity(options.hostname);
  std::string port = std::to_string(options.secure_port);
  return wanted("coordination.k8s.io", "leases", "kube-system",
                filled(R"({"metadata":{"name":$NAME,"namespace":"kube-system",
          "annotations":{"kubernetes.io/peer-advertise-address":$PEER},
          "labels":{"apiserver.kubernetes.io/identity":"kube-apiserver","kubernetes.io/hostname":$HOST}},
          "spec":{"holderIdentity":$HOLDER,"leaseDurationSeconds":3600,"renewTime":"$NOW"}})",
                       {{"$NAME", quoted(identity)},
                        {"$PEER", quoted(options.advertise_address + ":" + port)},
                        {"$HOST", quoted(options.hostname)},
                        {"$HOLDER", quoted(identity + "_" + kLife)},
                        {"$NOW", meta::format_micro_time(meta::now())}}));
}

std::string condition_json(std::string_view type, std::string_view status, std::string_view reason,
                           std::string_view message) {
  std::string text = "{\"conditions\":[{\"type\":" + quoted(type) + ",\"status\":" + quoted(status);
  text += ",\"lastTransitionTime\":" + quoted(meta::format_time(meta::now_seconds()));
  return text + ",\"reason\":" + quoted(reason) + ",\"message\":" + quoted(message) + "}]}";
}

/// What the flow schemas' and ranges' controllers would find out.
std::vector<Task<Result<void>>> statuses(Writer& writer, const std::vector<FixedObject>& fixed,
                                         const Options& options) {
  std::vector<Task<Result<void>>> tasks;
  for (const FixedObject& object : fixed) {
    if (object.resource != "flowschemas") continue;
    const json::Value& root = object.object.root;
    std::string level(root.string_at({"spec", "priorityLevelConfiguration", "name"}));
    tasks.push_back(writer.apply_status(
        object.kind.group, object.resource, std::string(root.string_at({"metadata", "name"})),
        "api-priority-and-fairness-config-consumer-v1",
        condition_json("Dangling", "False", "Found",
                       "This FlowSchema references the PriorityLevelConfiguration object named " +
                           quoted(level) + " and it exists")));
  }
  if (!options.service_cluster_ip_ranges.empty()) {
    tasks.push_back(writer.apply_status(
        "networking.k8s.io", "servicecidrs", "kubernetes", "kubernetes-service-cidr-controller",
        condition_json("Ready", "True", "", "Kubernetes default Service CIDR is ready")));
  }
  return tasks;
}

json::Document copy_of(const json::Document& document) {
  json::Document copy;
  copy.root = json::deep_copy(document.root, copy.arena);
  return copy;
}

Wanted wanted(const FixedObject& fixed) {
  std::string ns(fixed.object.root.string_at({"metadata", "namespace"}));
  return {fixed.kind.group, fixed.resource, ns, copy_of(fixed.object), fixed.manager};
}

}  // namespace

std::string server_identity(const std::string& hostname) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(hostname.data()), hostname.size(), digest);
  static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";
  std::string text = "apiserver-";
  unsigned buffer = 0;
  int bits = 0;
  for (int i = 0; i < 16; ++i) {
    buffer = buffer << 8 | digest[i];
    for (bits += 8; bits >= 5; bits -= 5) text.push_back(kLetters[buffer >> (bits - 5) & 31]);
  }
  text.push_back(kLetters[buffer << (5 - bits) & 31]);
  return text;
}

Task<Result<void>> create_bootstrap_objects(BuiltinRegistry& registry, Options options) {
  CO_TRY(std::vector<FixedObject> fixed, fixed_objects());
  Writer writer(registry);
  // First what others lie in.
  std::vector<Task<Result<void>>> tasks;
  for (const FixedObject& object : fixed) {
    if (object.resource == "namespaces") tasks.push_back(writer.create(wanted(object)));
  }
  CO_TRY_OK(co_await Writer::all(std::move(tasks)));

  tasks.clear();
  for (const FixedObject& object : fixed) {
    if (object.resource != "namespaces") tasks.push_back(writer.create(wanted(object)));
  }
  CO_TRY(std::vector<Wanted> service, own_service(options));
  for (Wanted& object : service) tasks.push_back(writer.create(std::move(object)));
  CO_TRY(std::vector<Wanted> endpoints, own_endpoints(options));
  for (Wanted& object : endpoints) tasks.push_back(writer.put(std::move(object)));
  if (!options.service_cluster_ip_ranges.empty()) tasks.push_back(writer.create(service_cidr(options)));
  tasks.push_back(writer.create(token_tracking()));
  if (!options.authentication.empty()) tasks.push_back(writer.put(authentication_settings(options)));
  tasks.push_back(writer.put(identity_lease(options)));
  CO_TRY_OK(co_await Writer::all(std::move(tasks)));

  co_return co_await Writer::all(statuses(writer, fixed, options));
}

Task<Result<void>> renew_identity_lease(BuiltinRegistry& registry, Options options) {
  Writer writer(registry);
  co_return co_await writer.put(identity_lease(options));
}

}  // namespace pedalion::controlplane::bootstrap
