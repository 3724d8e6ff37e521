#include "pedalion/registry/builtin/kinds/networking/networking.h"

#include <gtest/gtest.h>

#include "pedalion/registry/builtin/kinds/judge_for_tests.h"

namespace pedalion::registry::builtin::kinds::networking {
namespace {

constexpr std::string_view kGroup = "networking.k8s.io";

struct Case {
  std::string_view object, errors;
};

void judge_new(const Judge& judge, std::initializer_list<Case> cases) {
  for (const Case& one : cases) EXPECT_EQ(judge.create(one.object), one.errors) << one.object;
}

TEST(Endpoints, NeedAddresses) {
  judge_new(
      Judge(rules(), "endpoints"),
      {{R"({"subsets":[{"addresses":[{"ip":"10.0.0.1"}],"ports":[{"port":80,"protocol":"TCP"}]}]})", ""},
       {R"({"subsets":[{}]})", "subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`"},
       {R"({"subsets":[{"notReadyAddresses":[{"ip":"127.0.0.1"}]}]})",
        "subsets[0].notReadyAddresses[0].ip: Invalid value: \"127.0.0.1\": may not be in the loopback range "
        "(127.0.0.0/8, ::1/128)"}});
}

TEST(EndpointSlices, AddressesAreOfTheirType) {
  judge_new(
      Judge(rules(), "endpointslices", "discovery.k8s.io"),
      {{R"({"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"]}]})", ""},
       {R"({"endpoints":[]})", "addressType: Required value"},
       {R"({"addressType":"IPv6","endpoints":[{"addresses":["10.0.0.1"]}]})",
        "endpoints[0].addresses: Invalid value: \"10.0.0.1\": must be an IPv6 address"},
       {R"({"addressType":"FQDN","endpoints":[{"addresses":["localhost"]}]})",
        "endpoints[0].addresses[0]: Invalid value: \"localhost\": should be a domain with at least two "
        "segments separated by dots"},
       {R"({"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"hints":{"forNodes":[{"name":"a"},
                  {"name":"a"}]}}]})",
        "endpoints[0].hints.forNodes[1].name: Duplicate value: \"a\""}});
}

TEST(Ingresses, PathsAndBackendsAreComplete) {
  judge_new(
      Judge(rules(), "ingresses", kGroup),
      {{R"({"spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}}}})", ""},
       {R"({"spec":{}})", "spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"},
       {R"({"spec":{"rules":[{"http":{"paths":[{"path":"/a//b","pathType":"Exact","backend":{}}]}}]}})",
        "spec.rules[0].http.paths[0].path: Invalid value: \"/a//b\": must not contain '//'\n"
        "spec.rules[0].http.paths[0].backend: Invalid value: \"\": resource or service backend is required"},
       {R"({"spec":{"rules":[{"host":"10.0.0.1"}]}})",
        "spec.rules[0].host: Invalid value: \"10.0.0.1\": must be a DNS name, not an IP address"}});
}

TEST(Ingresses, OldMistakesMayStay) {
  constexpr std::string_view kOld = R"({"spec":{"rules":[{"host":"*.a.io","http":{}}]}})";
  EXPECT_EQ(Judge(rules(), "ingresses", kGroup).update(kOld, kOld), "");
  EXPECT_EQ(Judge(rules(), "ingresses", kGroup).create(kOld), "spec.rules[0].http.paths: Required value");
}

TEST(IngressClasses, ControllersHaveADomain) {
  judge_new(
      Judge(rules(), "ingressclasses", kGroup),
      {{R"({"spec":{"controller":"acme.io/foo"}})", ""},
       {R"({"spec":{"controller":"acme"}})",
        "spec.controller: Invalid value: \"acme\": must be a domain-prefixed path (such as \"acme.io/foo\")"},
       {R"({"spec":{"controller":"a.io/b","parameters":{"kind":"K","name":"n","scope":"Namespace"}}})",
        "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'"},
       {R"({"spec":{"controller":"a.io/b","parameters":{"kind":"K","name":"n","scope":"Odd"}}})",
        "spec.parameters.scope: Unsupported value: \"Odd\": supported values: \"Cluster\", \"Namespace\""}});
}

TEST(NetworkPolicies, PeersAreOneThing) {
  judge_new(
      Judge(rules(), "networkpolicies", kGroup),
      {{R"({"spec":{"podSelector":{},"ingress":[{"from":[{"podSelector":{}}]}]}})", ""},
       {R"({"spec":{"ingress":[{"from":[{}]}]}})",
        "spec.ingress[0].from[0]: Required value: must specify a peer"},
       {R"({"spec":{"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["11.0.0.0/16"]}}]}]}})",
        "spec.egress[0].to[0].ipBlock.except[0]: Invalid value: \"11.0.0.0/16\": must be a strict subset of "
        "`cidr`"},
       {R"({"spec":{"egress":[{"ports":[{"port":90,"endPort":80}]}]}})",
        "spec.egress[0].ports[0].endPort: Invalid value: 90: must be greater than or equal to `port`"}});
}

TEST(IpAddresses, AreNamedCanonically) {
  judge_new(
      Judge(rules(), "ipaddresses", kGroup),
      {{R"({"metadata":{"name":"10.0.0.1"},"spec":{"parentRef":{"resource":"services","name":"x"}}})", ""},
       {R"({"metadata":{"name":"FD00::1"}})",
        "metadata.name: Invalid value: \"FD00::1\": must be in canonical form (\"fd00::1\")\n"
        "spec.parentRef: Required value"}});
}

TEST(ServiceCidrs, MayGetASecondFamily) {
  Judge judge(rules(), "servicecidrs", kGroup);
  judge_new(judge,
            {{R"({"spec":{"cidrs":["10.0.0.0/24"]}})", ""},
             {"{}", "spec.cidrs: Required value: at least one CIDR required"},
             {R"({"spec":{"cidrs":["10.0.0.0/24","10.1.0.0/24"]}})",
              "spec.cidrs: Invalid value: [\"10.0.0.0/24\",\"10.1.0.0/24\"]: may specify no more than one IP "
              "for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64"}});
  constexpr std::string_view kOne = R"({"spec":{"cidrs":["10.0.0.0/24"]}})";
  EXPECT_EQ(judge.update(R"({"spec":{"cidrs":["10.0.0.0/24","fd00::/64"]}})", kOne), "");
  EXPECT_EQ(judge.update(R"({"spec":{"cidrs":["10.1.0.0/24"]}})", kOne),
            "spec.cidrs[0]: Invalid value: \"10.1.0.0/24\": field is immutable");
}

}  // namespace
}  // namespace pedalion::registry::builtin::kinds::networking
