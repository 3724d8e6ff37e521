#include "pedalion/registry/builtin/kinds/access/access.h"

#include <gtest/gtest.h>

#include "pedalion/registry/builtin/kinds/judge_for_tests.h"

namespace pedalion::registry::builtin::kinds::access {
namespace {

constexpr std::string_view kRbac = "rbac.authorization.k8s.io";

struct Case {
  std::string_view object, errors;
};

void judge_new(const Judge& judge, std::initializer_list<Case> cases) {
  for (const Case& one : cases) EXPECT_EQ(judge.create(one.object), one.errors) << one.object;
}

TEST(Roles, RulesAreOfResourcesOrPaths) {
  judge_new(
      Judge(rules(), "roles", kRbac),
      {{R"({"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]})", ""},
       {R"({"rules":[{}]})",
        "rules[0].verbs: Required value: verbs must contain at least one value\n"
        "rules[0].apiGroups: Required value: resource rules must supply at least one api group\n"
        "rules[0].resources: Required value: resource rules must supply at least one resource"},
       {R"({"rules":[{"verbs":["get"],"nonResourceURLs":["/x"]}]})",
        R"(rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs)"}});
  judge_new(
      Judge(rules(), "clusterroles", kRbac),
      {{R"({"rules":[{"verbs":["get"],"nonResourceURLs":["/x"]}]})", ""},
       {R"({"rules":[{"verbs":["get"],"nonResourceURLs":["/x"],"resources":["pods"]}]})",
        R"(rules[0].nonResourceURLs: Invalid value: ["/x"]: rules cannot apply to both regular resources and )"
        "non-resource URLs"},
       {R"({"aggregationRule":{}})",
        "aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if "
        "aggregationRule is non-nil"},
       {R"({"aggregationRule":{"clusterRoleSelectors":[{"matchExpressions":[{"key":"a","operator":"In"}]}]}})",
        "aggregationRule.clusterRoleSelectors[0].matchExpressions[0].values: Required value: must be "
        "specified "
        "when `operator` is 'In' or 'NotIn'\n"
        "aggregationRule.clusterRoleSelectors[0]: Invalid value: null: invalid label selector."}});
}

TEST(Bindings, SubjectsAreOfTheirGroup) {
  constexpr std::string_view kOld =
      R"({"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"}})";
  Judge judge(rules(), "rolebindings", kRbac);
  EXPECT_EQ(judge.create(kOld), "");
  EXPECT_EQ(
      judge.update(R"({"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"s"}})", kOld),
      R"(roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"s"}: cannot )"
      "change roleRef");
  judge_new(
      Judge(rules(), "clusterrolebindings", kRbac),
      {{R"({"roleRef":{"apiGroup":"x","kind":"Role","name":"a/b"},"subjects":[{"kind":"ServiceAccount","name":"s"},
            {"kind":"User","name":"u"},{"kind":"Robot"}]})",
        "roleRef.apiGroup: Unsupported value: \"x\": supported values: \"rbac.authorization.k8s.io\"\n"
        "roleRef.kind: Unsupported value: \"Role\": supported values: \"ClusterRole\"\n"
        "roleRef.name: Invalid value: \"a/b\": may not contain '/'\n"
        "subjects[0].namespace: Required value\n"
        "subjects[1].apiGroup: Unsupported value: \"\": supported values: \"rbac.authorization.k8s.io\"\n"
        "subjects[2].name: Required value\n"
        "subjects[2].kind: Unsupported value: \"Robot\": supported values: \"ServiceAccount\", \"User\", "
        "\"Group\""}});
}

TEST(SigningRequests, AskForOneThing) {
  judge_new(
      Judge(rules(), "certificatesigningrequests", "certificates.k8s.io"),
      {{R"({"spec":{"request":"bm90IHBlbQ==","signerName":"a.io/B.c","usages":["client auth","client auth"],
            "expirationSeconds":1}})",
        "spec.request: Invalid value: \"bm90IHBlbQ==\": PEM block type must be CERTIFICATE REQUEST\n"
        "spec.usages[1]: Duplicate value: \"client auth\"\n"
        "spec.signerName: Invalid value: \"B.c\": validating label \"B\": a lowercase RFC 1123 subdomain "
        "must "
        "consist of lower case alphanumeric characters, '-' or '.', and must start and end with an "
        "alphanumeric character (e.g. 'example.com', regex used for validation is "
        "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')\n"
        "spec.expirationSeconds: Invalid value: 1: may not specify a duration less than 600 seconds (10 "
        "minutes)"},
       {R"({"spec":{"signerName":"kubernetes.io/legacy-unknown"}})",
        "spec.request: Invalid value: \"\": PEM block type must be CERTIFICATE REQUEST\n"
        "spec.usages: Required value\n"
        "spec.signerName: Invalid value: \"kubernetes.io/legacy-unknown\": the legacy signerName is not "
        "allowed "
        "via this API version"}});
}

/// What every request needs is left out: its errors are the same before and after.
std::string but_for_the_spec(const std::string& errors) { return errors.substr(errors.find("status")); }

TEST(SigningRequests, DecisionsComeByTheirDoorAndStay) {
  Judge judge(rules(), "certificatesigningrequests", "certificates.k8s.io");
  constexpr std::string_view kNew = R"({})";
  constexpr std::string_view kApproved = R"({"status":{"conditions":[{"type":"Approved","status":"True"}]}})";
  constexpr std::string_view kBoth = R"({"status":{"conditions":[{"type":"Approved","status":"True"},
      {"type":"Denied","status":"False"}]}})";
  EXPECT_EQ(judge.subresource("approval", kApproved, kNew).find("status"), std::string::npos);
  EXPECT_EQ(but_for_the_spec(judge.status(kApproved, kNew)),
            "status.conditions: Forbidden: updates may not add a condition of type \"Approved\"");
  EXPECT_EQ(but_for_the_spec(judge.subresource("approval", kNew, kApproved)),
            "status.conditions: Forbidden: updates may not remove a condition of type \"Approved\"");
  EXPECT_EQ(
      but_for_the_spec(judge.subresource("approval", kBoth, kApproved)),
      "status.conditions[1].status: Unsupported value: \"False\": supported values: \"True\"\n"
      "status.conditions: Invalid value: \"Denied\": Approved and Denied conditions are mutually exclusive");
  EXPECT_EQ(
      but_for_the_spec(judge.status(R"({"status":{"certificate":"eA=="}})", kNew)),
      "status.certificate: Invalid value: \"<certificate data>\": must contain at least one CERTIFICATE PEM "
      "block");
  EXPECT_EQ(but_for_the_spec(
                judge.update(R"({"status":{"certificate":"eA=="}})", R"({"status":{"certificate":"eQ=="}})")),
            "status.certificate: Forbidden: updates may not set certificate content");
}

}  // namespace
}  // namespace pedalion::registry::builtin::kinds::access
