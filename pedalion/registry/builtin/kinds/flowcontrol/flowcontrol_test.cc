#include "pedalion/registry/builtin/kinds/flowcontrol/flowcontrol.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/registry/builtin/kinds/flowcontrol/mandatory.h"
#include "pedalion/registry/builtin/kinds/judge_for_tests.h"

namespace pedalion::registry::builtin::kinds::flowcontrol {
namespace {

constexpr std::string_view kGroup = "flowcontrol.apiserver.k8s.io";

struct Case {
  std::string_view spec, errors;
};

void judge_specs(std::string_view resource, std::string_view name, std::initializer_list<Case> cases) {
  for (const Case& one : cases) {
    std::string object =
        R"({"metadata":{"name":")" + std::string(name) + R"("},"spec":)" + std::string(one.spec) + "}";
    EXPECT_EQ(Judge(rules(), resource, kGroup).create(object), one.errors) << object;
  }
}

TEST(FlowSchemas, HaveALevelAndAPrecedence) {
  judge_specs("flowschemas", "s",
              {{R"({"priorityLevelConfiguration":{"name":"l"},"matchingPrecedence":2})", ""},
               {R"({"matchingPrecedence":1})",
                "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have "
                "matchingPrecedence 1\n"
                "spec.priorityLevelConfiguration.name: Required value: must reference a priority level"},
               {R"({"priorityLevelConfiguration":{"name":"l"},"matchingPrecedence":10001,
          "distinguisherMethod":{"type":"x"}})",
                "spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000\n"
                "spec.distinguisherMethod.type: Unsupported value: {\"Type\":\"x\"}: supported values: "
                "\"ByNamespace\", \"ByUser\""}});
}

/// Of the one rule of a schema.
std::string judge_rule(std::string_view rule) {
  return Judge(rules(), "flowschemas", kGroup)
      .create(R"({"spec":{"priorityLevelConfiguration":{"name":"l"},"matchingPrecedence":2,"rules":[)" +
              std::string(rule) + "]}}");
}

TEST(FlowSchemas, RulesNameSubjectsAndRequests) {
  constexpr std::string_view kAnyone = R"({"subjects":[{"kind":"User","user":{"name":"u"}}],)";
  auto with = [&](std::string_view rest) { return std::string(kAnyone) + std::string(rest) + "}"; };
  EXPECT_EQ(judge_rule(with(R"("nonResourceRules":[{"verbs":["get"],"nonResourceURLs":["/","/a/*"]}])")), "");
  EXPECT_EQ(judge_rule("{}"),
            "spec.rules[0].subjects: Required value: subjects must contain at least one value\n"
            "spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be "
            "non-empty");
  EXPECT_EQ(judge_rule(with(R"("resourceRules":[{"verbs":["fly"],"apiGroups":["*","a"],"resources":["b"],
                "namespaces":["N"]}])")),
            "spec.rules[0].resourceRules[0].verbs: Unsupported value: [\"fly\"]: supported values: "
            "\"create\", \"delete\", \"deletecollection\", \"get\", \"list\", \"patch\", \"proxy\", "
            "\"update\", \"watch\"\n"
            "spec.rules[0].resourceRules[0].apiGroups: Invalid value: [\"*\",\"a\"]: if '*' is present, must "
            "not specify other api groups\n"
            "spec.rules[0].resourceRules[0].namespaces[0]: Invalid value: \"N\": each member of this list "
            "must be '*' or a DNS-1123 label; a lowercase RFC 1123 label must consist of lower case "
            "alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. "
            "'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')");
}

TEST(FlowSchemas, SubjectsAreOfOneKind) {
  EXPECT_EQ(judge_rule(R"({"subjects":[{"kind":"Group","user":{"name":"u"},"serviceAccount":{}},
                {"kind":"ServiceAccount","serviceAccount":{"name":"*"}},{"kind":"Cat"}],
                "nonResourceRules":[{"verbs":["*"],"nonResourceURLs":["*"]}]})"),
            "spec.rules[0].subjects[0].group: Required value: group is required when subject kind is "
            "'Group'\n"
            "spec.rules[0].subjects[0].serviceAccount: Forbidden: serviceAccount is forbidden when subject "
            "kind is not 'ServiceAccount'\n"
            "spec.rules[0].subjects[0].user: Forbidden: user is forbidden when subject kind is not 'User'\n"
            "spec.rules[0].subjects[1].serviceAccount.namespace: Required value: must specify namespace for "
            "service account\n"
            "spec.rules[0].subjects[2].kind: Unsupported value: \"Cat\": supported values: \"Group\", "
            "\"ServiceAccount\", \"User\"");
}

TEST(FlowSchemas, MandatoryOnesAreFixed) {
  judge_specs("flowschemas", "exempt",
              {{json::to_string(*mandatory_flow_schema_spec("exempt")), ""},
               {R"({"priorityLevelConfiguration":{"name":"x"},"matchingPrecedence":7})",
                "spec: Invalid value: {\"PriorityLevelConfiguration\":{\"Name\":\"x\"},"
                "\"MatchingPrecedence\":7,\"DistinguisherMethod\":null,\"Rules\":null}: spec of 'exempt' "
                "must equal the fixed value"}});
}

TEST(PriorityLevels, AreLimitedUnlessExempt) {
  judge_specs(
      "prioritylevelconfigurations", "l",
      {{R"({"type":"Limited","limited":{"limitResponse":{"type":"Reject"}}})", ""},
       {R"({"type":"Exempt"})",
        "spec.type: Invalid value: \"Exempt\": must be 'Exempt' if and only if `name` is 'exempt'"},
       {R"({"type":"Limited","exempt":{}})",
        "spec.exempt: Forbidden: must be nil if the type is Limited\n"
        "spec.limited: Required value: must not be empty when type is Limited"},
       {R"({"type":"Limited","limited":{"nominalConcurrencyShares":-1,"lendablePercent":101,
          "borrowingLimitPercent":-1,"limitResponse":{"type":"Queue","queuing":{"queueLengthLimit":1,
          "queues":1024,"handSize":7}}}})",
        "spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer\n"
        "spec.limited.limitResponse.queuing.handSize: Invalid value: 7: required entropy bits of deckSize "
        "1024 and handSize 7 should not be greater than 60\n"
        "spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive\n"
        "spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative "
        "integer"}});
  judge_specs("prioritylevelconfigurations", "exempt",
              {{R"({"type":"Exempt","exempt":{"nominalConcurrencyShares":3,"lendablePercent":50}})", ""}});
}

TEST(PriorityLevels, ConditionsHaveATypeEach) {
  EXPECT_EQ(Judge(rules(), "prioritylevelconfigurations", kGroup)
                .status(R"({"status":{"conditions":[{"type":"a"},{"type":"a"},{}]}})", "{}"),
            "status.conditions[1].type: Duplicate value: \"a\"\nstatus.conditions[2].type: Required value");
}

}  // namespace
}  // namespace pedalion::registry::builtin::kinds::flowcontrol
