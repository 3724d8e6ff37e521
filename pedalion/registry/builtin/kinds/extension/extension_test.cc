#include "pedalion/registry/builtin/kinds/extension/extension.h"

#include <gtest/gtest.h>

#include "pedalion/registry/builtin/kinds/judge_for_tests.h"

namespace pedalion::registry::builtin::kinds::extension {
namespace {

struct Case {
  std::string_view object, errors;
};

void judge_new(const Judge& judge, std::initializer_list<Case> cases) {
  for (const Case& one : cases) EXPECT_EQ(judge.create(one.object), one.errors) << one.object;
}

TEST(ApiServices, AreNamedByWhatTheyServe) {
  Judge judge(rules(), "apiservices", "apiregistration.k8s.io");
  judge_new(
      judge,
      {{R"({"metadata":{"name":"v1.a.io"},"spec":{"group":"a.io","version":"v1","groupPriorityMinimum":1,
          "versionPriority":1}})",
        ""},
       {R"({"metadata":{"name":"v1."},"spec":{"version":"v1","groupPriorityMinimum":20001,
          "versionPriority":1000,"caBundle":"LS0tLQ==","insecureSkipTLSVerify":true}})",
        "spec.groupPriorityMinimum: Invalid value: 20001: must be positive and less than 20000\n"
        "spec.caBundle: Invalid value: \"4 bytes\": local APIServices may not have a caBundle\n"
        "spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have "
        "insecureSkipTLSVerify"},
       {R"({"metadata":{"name":"v2.b"},"spec":{"version":"v2","groupPriorityMinimum":1,"versionPriority":1,
          "service":{"name":"s","port":0},"caBundle":"LS0tLQ==","insecureSkipTLSVerify":true}})",
        "metadata.name: Invalid value: \"v2.b\": must be `spec.version+\".\"+spec.group`: \"v2.\"\n"
        "spec.group: Required value: only v1 may have an empty group and it better be legacy kube\n"
        "spec.service.namespace: Required value\n"
        "spec.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, inclusive\n"
        "spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present"}});
  EXPECT_EQ(judge.status(R"({"status":{"conditions":[{"status":"True"},{"status":"Yes"}]}})", "{}"),
            "status.conditions[1].status: Unsupported value: \"Yes\": supported values: \"True\", \"False\", "
            "\"Unknown\"");
}

TEST(Leases, LastAndChangeHands) {
  Judge judge(rules(), "leases", "coordination.k8s.io");
  judge_new(judge, {{R"({"spec":{}})", ""},
                    {R"({"spec":{"leaseDurationSeconds":0,"leaseTransitions":-1}})",
                     "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0\n"
                     "spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0"},
                    {R"({"spec":{"strategy":"Mine","preferredHolder":"x"}})",
                     "spec.strategy.strategy: Unsupported value: \"Mine\": supported values: "
                     "\"OldestEmulationVersion\""},
                    {R"({"spec":{"preferredHolder":"x"}})",
                     "spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined"}});
}

TEST(PriorityClasses, KeepTheSystemsNamesAndValues) {
  Judge judge(rules(), "priorityclasses", "scheduling.k8s.io");
  constexpr std::string_view kReserved =
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use "
      "only. error: ";
  auto reserved = [&](std::string_view why) { return std::string(kReserved) + std::string(why); };
  std::string unknown = reserved("system-x is not a known system priority class");
  std::string value = reserved("value of system-node-critical PriorityClass must be 2000001000");
  std::string standard = reserved("globalDefault of system-node-critical PriorityClass must be false");
  judge_new(judge,
            {{R"({"metadata":{"name":"a"},"value":1000000000,"preemptionPolicy":"Never"})", ""},
             {R"({"metadata":{"name":"a"},"value":1000000001,"preemptionPolicy":"Never"})",
              "value: Forbidden: maximum allowed value of a user defined priority is 1000000000"},
             {R"({"metadata":{"name":"a"},"preemptionPolicy":"Now"})",
              "preemptionPolicy: Unsupported value: \"Now\": supported values: \"PreemptLowerPriority\", "
              "\"Never\""},
             {R"({"metadata":{"name":"system-x"},"value":1,"preemptionPolicy":"Never"})", unknown},
             {R"({"metadata":{"name":"system-node-critical"},"value":1,"preemptionPolicy":"Never"})", value},
             {R"({"metadata":{"name":"system-node-critical"},"value":2000001000,"globalDefault":true,
          "preemptionPolicy":"Never"})",
              standard}});
  EXPECT_EQ(judge.update(R"({"value":2,"preemptionPolicy":"Never"})", R"({"value":1})"),
            "value: Forbidden: may not be changed in an update.\n"
            "preemptionPolicy: Invalid value: \"Never\": field is immutable");
}

TEST(RuntimeClasses, NameTheirHandler) {
  Judge judge(rules(), "runtimeclasses", "node.k8s.io");
  judge_new(judge,
            {{R"({"handler":"h"})", ""},
             {R"({})", "handler: Required value"},
             {R"({"handler":"h","overhead":{"podFixed":{"cpu":"-1"}},
               "scheduling":{"tolerations":[{"key":"a","operator":"Near"},{"value":"v","operator":"Exists"},
               {"effect":"No","tolerationSeconds":1,"operator":"Exists"}]}})",
              "overhead.limits[cpu]: Invalid value: \"-1\": must be greater than or equal to 0\n"
              "scheduling.tolerations[0].operator: Unsupported value: \"Near\": supported values: \"Equal\", "
              "\"Exists\"\n"
              "scheduling.tolerations[1].operator: Invalid value: \"v\": value must be empty when `operator` "
              "is 'Exists'\n"
              "scheduling.tolerations[2].effect: Invalid value: \"No\": effect must be 'NoExecute' when "
              "`tolerationSeconds` is set\n"
              "scheduling.tolerations[2].effect: Unsupported value: \"No\": supported values: "
              "\"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\""},
             {R"({"handler":"h","scheduling":{"tolerations":[{"key":"a"},{"key":"b"},{"key":"a"}]}})",
              "scheduling.tolerations[2]: Duplicate value: {\"Key\":\"a\",\"Operator\":\"\",\"Value\":\"\","
              "\"Effect\":\"\",\"TolerationSeconds\":null}"}});
  EXPECT_EQ(judge.update(R"({"handler":"h"})", R"({"handler":"g"})"),
            "handler: Invalid value: \"h\": field is immutable");
  EXPECT_EQ(judge.warnings(R"({"scheduling":{"nodeSelector":{"beta.kubernetes.io/os":"x","a":"b"}}})"),
            "scheduling.nodeSelector: deprecated since v1.14; use \"kubernetes.io/os\" instead");
}

}  // namespace
}  // namespace pedalion::registry::builtin::kinds::extension
