#include "pedalion/registry/builtin/kinds/core/core.h"

#include <gtest/gtest.h>

#include "pedalion/registry/builtin/kinds/judge_for_tests.h"

namespace pedalion::registry::builtin::kinds::core {
namespace {

Judge kind(std::string_view resource, std::string_view group = "") { return Judge(rules(), resource, group); }

struct Case {
  std::string_view object, errors;
};

void judge_new(std::string_view resource, std::initializer_list<Case> cases, std::string_view group = "") {
  for (const Case& one : cases) EXPECT_EQ(kind(resource, group).create(one.object), one.errors) << one.object;
}

TEST(Namespaces, FinalizersAreKnownOrQualified) {
  judge_new("namespaces",
            {{R"({"spec":{"finalizers":["kubernetes","example.com/x"]}})", ""},
             {R"({"spec":{"finalizers":["nope"]}})",
              "spec.finalizers: Invalid value: \"nope\": name is neither a standard finalizer name nor is it "
              "fully qualified"}});
  EXPECT_EQ(
      kind("namespaces").subresource("finalize", R"({"spec":{"finalizers":["nope"]}})", "{}"),
      "spec.finalizers[0]: Invalid value: \"nope\": name is neither a standard finalizer name nor is it "
      "fully qualified");
}

TEST(Namespaces, PhaseFollowsDeletion) {
  constexpr std::string_view kActive = R"({"status":{"phase":"Active"}})";
  constexpr std::string_view kEnding =
      R"({"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"},"status":{"phase":"Active"}})";
  EXPECT_EQ(kind("namespaces").status(kActive, kActive), "");
  EXPECT_EQ(
      kind("namespaces").status(R"({"status":{"phase":"Terminating"}})", kActive),
      "status.Phase: Invalid value: \"Terminating\": may only be 'Active' if `deletionTimestamp` is empty");
  EXPECT_EQ(
      kind("namespaces").status(kEnding, kEnding),
      "status.Phase: Invalid value: \"Active\": may only be 'Terminating' if `deletionTimestamp` is not "
      "empty");
}

TEST(ConfigMaps, KeysStandOnce) {
  judge_new("configmaps", {{R"({"data":{"a":"1"},"binaryData":{"b":"AQ=="}})", ""},
                           {R"({"data":{"a":"1"},"binaryData":{"a":"AQ=="}})",
                            "data[a]: Invalid value: \"a\": duplicate of key present in binaryData"}});
}

TEST(ConfigMaps, FrozenOnesStayAsTheyAre) {
  constexpr std::string_view kText = ": Forbidden: field is immutable when `immutable` is set";
  EXPECT_EQ(kind("configmaps").update(R"({"data":{"a":"2"}})", R"({"immutable":true,"data":{"a":"1"}})"),
            "immutable" + std::string(kText) + "\ndata" + std::string(kText));
}

TEST(Secrets, TypesAskForTheirKeys) {
  judge_new(
      "secrets",
      {{R"({"type":"Opaque"})", ""},
       {R"({"type":"kubernetes.io/dockercfg"})", "data[.dockercfg]: Required value"},
       {R"({"type":"kubernetes.io/dockercfg","data":{".dockercfg":"W10="}})",
        "data[.dockercfg]: Invalid value: \"<secret contents redacted>\": json: cannot unmarshal array into "
        "Go value of type map[string]interface {}"},
       {R"({"type":"kubernetes.io/basic-auth","data":{"username":""}})", ""},
       {R"({"type":"kubernetes.io/basic-auth"})",
        "data[username]: Required value\ndata[password]: Required value"},
       {R"({"type":"kubernetes.io/ssh-auth"})", "data[ssh-privatekey]: Required value"},
       {R"({"type":"kubernetes.io/tls","data":{"tls.crt":""}})", "data[tls.key]: Required value"},
       {R"({"type":"kubernetes.io/service-account-token"})",
        "metadata.annotations[kubernetes.io/service-account.name]: Required value"}});
}

TEST(Nodes, TaintsAndBlocksAreJudged) {
  judge_new(
      "nodes",
      {{R"({"spec":{"podCIDRs":["10.0.0.0/24","fd00::/64"],"taints":[{"key":"a","effect":"NoExecute"}]}})",
        ""},
       {R"({"spec":{"podCIDRs":["10.0.0.0/24","10.0.0.0/24"]}})",
        "spec.podCIDRs: Invalid value: [\"10.0.0.0/24\",\"10.0.0.0/24\"]: may specify no more than one CIDR "
        "for each IP family\nspec.podCIDRs[1]: Duplicate value: \"10.0.0.0/24\""},
       {R"({"spec":{"taints":[{"key":"a"}]}})", "metadata.taints[0].effect: Required value"},
       {R"({"status":{"capacity":{"pods":"1500m"}}})",
        "status.capacity.pods: Invalid value: \"1500m\": must be an integer"}});
}

TEST(Nodes, IdentityIsSetOnce) {
  EXPECT_EQ(kind("nodes").update(R"({"spec":{"podCIDRs":["10.0.0.0/24"],"providerID":"p"}})", "{}"), "");
  EXPECT_EQ(kind("nodes").update(R"({"spec":{"podCIDRs":["10.0.1.0/24"],"providerID":"q"}})",
                                 R"({"spec":{"podCIDRs":["10.0.0.0/24"],"providerID":"p"}})"),
            "spec.podCIDRs: Forbidden: node updates may not change podCIDR except from \"\" to valid\n"
            "spec.providerID: Forbidden: node updates may not change providerID except from \"\" to valid");
}

TEST(ResourceQuotas, ScopesFitTheirResources) {
  judge_new(
      "resourcequotas",
      {{R"({"spec":{"hard":{"pods":"1"},"scopes":["BestEffort"]}})", ""},
       {R"({"spec":{"hard":{"requests.storage":"1"},"scopes":["VolumeAttributesClass"]}})", ""},
       {R"({"spec":{"hard":{"cpu":"1"},"scopes":["BestEffort"]}})",
        "spec.scopes: Invalid value: [\"BestEffort\"]: unsupported scope applied to resource"},
       {R"({"spec":{"hard":{"pods":"1"},"scopes":["Terminating","NotTerminating"]}})",
        "spec.scopes: Invalid value: [\"Terminating\",\"NotTerminating\"]: conflicting scopes"},
       {R"({"spec":{"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"Near"}]}}})",
        "spec.scopeSelector.matchExpressions.operator: Invalid value: \"Near\": not a valid selector "
        "operator"}});
  EXPECT_EQ(kind("resourcequotas").update(R"({"spec":{"scopes":["BestEffort"]}})", "{}"),
            "spec.scopes: Invalid value: [\"BestEffort\"]: field is immutable");
}

TEST(LimitRanges, BoundsAreInOrder) {
  judge_new(
      "limitranges",
      {{R"({"spec":{"limits":[{"type":"Container","min":{"cpu":"1"},"max":{"cpu":"2"}}]}})", ""},
       {R"({"spec":{"limits":[{"type":"Container","min":{"cpu":"2"},"max":{"cpu":"1"}}]}})",
        "spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1"},
       {R"({"spec":{"limits":[{"type":"Pod","default":{"cpu":"1"}}]}})",
        "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"},
       {R"({"spec":{"limits":[{"type":"Container","default":{"example.com/g":"2"},)"
        R"("defaultRequest":{"example.com/g":"1"}}]}})",
        "spec.limits[0].defaultRequest[example.com/g]: Invalid value: \"1\": default value 2 must equal to "
        "defaultRequest value 1 in example.com/g"}});
}

TEST(Events, OldOnesAreOnlyToldWhereTheyBelong) {
  judge_new("events", {{R"({"metadata":{"namespace":"n"},"involvedObject":{"namespace":"n"}})", ""},
                       {R"({"metadata":{"namespace":"n"},"involvedObject":{"namespace":"m"}})",
                        "involvedObject.namespace: Invalid value: \"m\": does not match event.namespace"}});
}

TEST(Events, NewOnesNeedTimeAndType) {
  judge_new("events",
            {{R"({"metadata":{"namespace":"n"},"involvedObject":{"namespace":"n"}})",
              "eventTime: Required value\ntype: Invalid value: \"\": has invalid value: "}},
            "events.k8s.io");
}

}  // namespace
}  // namespace pedalion::registry::builtin::kinds::core
