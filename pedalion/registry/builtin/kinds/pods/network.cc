// How names are resolved in a pod, and what it has of the host's network.
#include <re2/re2.h>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/addresses.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

constexpr std::size_t kNameservers = 3, kSearches = 32, kSearchCharacters = 2048, kLongestHostname = 64;

/// A subdomain whose labels may begin with and hold underscores.
meta::Problems search_problems(std::string_view name) {
  static constexpr std::string_view kPattern =
      R"(_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*)";
  static const re2::RE2 kNames{re2::StringPiece(kPattern.data(), kPattern.size())};
  meta::Problems problems;
  if (name.size() > 253) problems.emplace_back("must be no more than 253 characters");
  if (!re2::RE2::FullMatch(re2::StringPiece(name.data(), name.size()), kNames)) {
    problems.push_back(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', "
        "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for "
        "validation is '" +
        std::string(kPattern) + "')");
  }
  return problems;
}

void check_nameservers(const Field& config) {
  Field servers = config["nameservers"];
  if (servers.size() > kNameservers) servers.invalid("must not have more than 3 nameservers");
  servers.each([](const Field& server) { check_ip(server, AddressForm::kLegacy); });
}

void check_searches(const Field& config) {
  Field searches = config["searches"];
  if (searches.size() > kSearches) searches.invalid("must not have more than 32 search paths");
  std::size_t characters = searches.empty() ? 0 : searches.size() - 1;
  searches.each([&](const Field& search) {
    characters += search.text().size();
    std::string_view name = search.text();
    if (name == ".") return;
    if (name.ends_with('.')) name.remove_suffix(1);
    for (const std::string& problem : search_problems(name)) search.invalid(name, problem);
  });
  if (characters > kSearchCharacters) {
    searches.invalid("must not have more than 2048 characters (including spaces) in the search list");
  }
}

}  // namespace

void check_dns(const Field& spec) {
  Field config = spec["dnsConfig"];
  std::string_view policy = spec["dnsPolicy"].text();
  if (policy == "None") {
    if (!config) {
      config.required("must provide `dnsConfig` when `dnsPolicy` is None");
      return;
    }
    if (config["nameservers"].empty()) {
      config["nameservers"].required("must provide at least one DNS nameserver when `dnsPolicy` is None");
      return;
    }
  }
  if (!config) return;
  check_nameservers(config);
  check_searches(config);
  config["options"].each([](const Field& option) {
    if (option["name"].text().empty()) option.required("must not be empty");
  });
}

void check_host_aliases(const Field& aliases) {
  aliases.each([](const Field& alias) {
    check_ip(alias["ip"], AddressForm::kLegacy);
    alias["hostnames"].each([](const Field& name) { check_name(name, meta::dns_subdomain_problems); });
  });
}

/// What shares the host's network has its ports on the host. Of a template's ports those are filled in later.
void check_host_network_ports(const Field& spec, const SpecFacts& facts) {
  if (!facts.host_network) return;
  spec["containers"].each([&](const Field& container) {
    container["ports"].each([&](const Field& port) {
      std::int64_t host = port["hostPort"].number();
      if ((!facts.of_pod && host == 0) || host == port["containerPort"].number()) return;
      port["hostPort"].invalid(Value::integer(host), "must match `containerPort` when `hostNetwork` is true");
    });
  });
}

void check_hostname_override(const Field& spec) {
  Field name = spec["hostnameOverride"];
  if (!name) return;
  if (spec["setHostnameAsFQDN"].flag()) name.forbidden("may not be specified when setHostnameAsFQDN is true");
  if (spec["hostNetwork"].flag()) name.forbidden("may not be specified when hostNetwork is true");
  if (name.text().size() > kLongestHostname) name.too_long(kLongestHostname);
  check_name(name, meta::dns_subdomain_problems);
}

}  // namespace pedalion::registry::builtin::kinds::pods
