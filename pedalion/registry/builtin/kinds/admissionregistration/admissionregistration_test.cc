#include "pedalion/registry/builtin/kinds/admissionregistration/admissionregistration.h"

#include <gtest/gtest.h>

#include "pedalion/registry/builtin/kinds/judge_for_tests.h"

namespace pedalion::registry::builtin::kinds::admissionregistration {
namespace {

Judge kind(std::string_view resource) { return Judge(rules(), resource, "admissionregistration.k8s.io"); }

/// `text` with $ replaced.
std::string filled(std::string_view text, std::string_view with) {
  std::string result(text);
  result.replace(result.find('$'), 1, with);
  return result;
}

struct Case {
  std::string_view part, errors;
};

void judge(std::string_view resource, std::string_view text, std::initializer_list<Case> cases) {
  for (const Case& one : cases) {
    EXPECT_EQ(kind(resource).create(filled(text, one.part)), one.errors) << one.part;
  }
}

constexpr std::string_view kHook =
    R"({"webhooks":[{"name":"a.b.c","sideEffects":"None","admissionReviewVersions":["v1"],$}]})";

TEST(Webhooks, AreCalledByUrlOrService) {
  judge(
      "validatingwebhookconfigurations", kHook,
      {{R"("clientConfig":{"url":"https://h:8443/x"})", ""},
       {R"("clientConfig":{"service":{"name":"n","namespace":"s","port":1,"path":"/a/b/"}})", ""},
       {R"("clientConfig":{"url":"http://u:p@/?q#f"})",
        "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; "
        "desired format: https://host[/path]\n"
        "webhooks[0].clientConfig.url: Invalid value: \"\": host must be specified; desired format: "
        "https://host[/path]\n"
        "webhooks[0].clientConfig.url: Invalid value: \"u:p\": user information is not permitted in the "
        "URL\n"
        "webhooks[0].clientConfig.url: Invalid value: \"f\": fragments are not permitted in the URL\n"
        "webhooks[0].clientConfig.url: Invalid value: \"q\": query parameters are not permitted in the URL"},
       {R"("clientConfig":{"url":"https://h:x/"})",
        "webhooks[0].clientConfig.url: Required value: url must be a valid URL: parse \"https://h:x/\": "
        "invalid port \":x\" after host; desired format: https://host[/path]"},
       {R"("clientConfig":{"service":{"namespace":"n","path":"a//b"}})",
        "webhooks[0].clientConfig.service.namespace: Required value\n"
        "webhooks[0].clientConfig.service.port: Invalid value: 0: port is not valid: must be between 1 and "
        "65535, inclusive\n"
        "webhooks[0].clientConfig.service.path: Invalid value: \"a//b\": must start with a '/'\n"
        "webhooks[0].clientConfig.service.path: Invalid value: \"a//b\": segment[0] may not be empty\n"
        "webhooks[0].clientConfig.service.path: Invalid value: \"a//b\": segment[1] may not be empty"}});
}

TEST(Webhooks, HaveRulesAndVersions) {
  judge(
      "mutatingwebhookconfigurations",
      R"({"webhooks":[{"name":"a.b","clientConfig":{"url":"https://h"},"reinvocationPolicy":"Often",
        "timeoutSeconds":31,"admissionReviewVersions":["v9","v9"],$}]})",
      {{R"("rules":[{"operations":["*","FLY"],"apiGroups":[""],"apiVersions":[""],
           "resources":["a/*","a/b","*","c"]}])",
        "webhooks[0].name: Invalid value: \"a.b\": should be a domain with at least three segments separated "
        "by dots\n"
        "webhooks[0].rules[0].operations: Invalid value: [\"*\",\"FLY\"]: if '*' is present, must not "
        "specify "
        "other operations\n"
        "webhooks[0].rules[0].operations[1]: Unsupported value: \"FLY\": supported values: \"*\", "
        "\"CONNECT\", \"CREATE\", \"DELETE\", \"UPDATE\"\n"
        "webhooks[0].rules[0].apiVersions[0]: Required value\n"
        "webhooks[0].rules[0].resources[1]: Invalid value: \"a/b\": if 'a/*' is present, must not specify "
        "a/b\n"
        "webhooks[0].rules[0].resources: Invalid value: [\"a/*\",\"a/b\",\"*\",\"c\"]: if '*' is present, "
        "must not specify other resources without subresources\n"
        "webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun\n"
        "webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds\n"
        "webhooks[0].reinvocationPolicy: Unsupported value: \"Often\": supported values: \"IfNeeded\", "
        "\"Never\"\n"
        "webhooks[0].admissionReviewVersions[1]: Invalid value: \"v9\": duplicate version\n"
        "webhooks[0].admissionReviewVersions: Invalid value: [\"v9\",\"v9\"]: must include at least one of "
        "v1, v1beta1"}});
}

TEST(Webhooks, OldSinsAreForgiven) {
  constexpr std::string_view kOld =
      R"({"webhooks":[{"name":"a.b.c","clientConfig":{"url":"https://h"},"sideEffects":"Some",
        "admissionReviewVersions":["v9"],"matchConditions":[{}]}]})";
  EXPECT_EQ(kind("validatingwebhookconfigurations").update(kOld, kOld), "");
  EXPECT_EQ(kind("validatingwebhookconfigurations").create(kOld),
            "webhooks[0].sideEffects: Unsupported value: \"Some\": supported values: \"None\", "
            "\"NoneOnDryRun\"\n"
            "webhooks[0].matchConditions[0].expression: Required value\n"
            "webhooks[0].matchConditions[0].name: Required value\n"
            "webhooks[0].admissionReviewVersions: Invalid value: [\"v9\"]: must include at least one of v1, "
            "v1beta1");
}

constexpr std::string_view kMatch =
    R"("failurePolicy":"Fail","matchConstraints":{"matchPolicy":"Exact","namespaceSelector":{},
      "objectSelector":{},"resourceRules":[{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],
      "resources":["pods"]}]})";

TEST(ValidatingPolicies, SayWhatTheyAreFor) {
  judge(
      "validatingadmissionpolicies", R"({"spec":{$}})",
      {{R"("failurePolicy":"Maybe","paramKind":{"apiVersion":"a/b/c","kind":"a b"})",
        "spec.failurePolicy: Unsupported value: \"Maybe\": supported values: \"Fail\", \"Ignore\"\n"
        "spec.paramKind.apiVersion: Invalid value: \"a/b/c\": unexpected GroupVersion string: a/b/c\n"
        "spec.paramKind.kind: Invalid value: \"a b\": may have mixed case, but should otherwise match: a "
        "DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
        "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex "
        "used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')\n"
        "spec.matchConstraints: Required value\n"
        "spec.validations: Required value: validations or auditAnnotations must contain at least one item\n"
        "spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one "
        "item"},
       {R"("failurePolicy":"Fail","matchConstraints":{"resourceRules":[]},"validations":[{"expression":"1"}])",
        "spec.matchConstraints.matchPolicy: Required value\n"
        "spec.matchConstraints.namespaceSelector: Required value\n"
        "spec.matchConstraints.objectSelector: Required value\n"
        "spec.matchConstraints.resourceRules: Required value"}});
}

TEST(ValidatingPolicies, HaveExpressionsWithContent) {
  std::string text = R"({"metadata":{"name":"p"},"spec":{)" + std::string(kMatch) + ",$}}";
  judge("validatingadmissionpolicies", text,
        {{R"("validations":[{"expression":" ","message":"a\nb","reason":"x","messageExpression":" "}])",
          "spec.validations[0].expression: Required value: expression is not specified\n"
          "spec.validations[0].messageExpression: Invalid value: \" \": must be non-empty if specified\n"
          "spec.validations[0].message: Invalid value: \"a\\nb\": must not contain line breaks\n"
          "spec.validations[0].reason: Unsupported value: \"x\": supported values: \"Forbidden\", "
          "\"Invalid\", \"RequestEntityTooLarge\""},
         {R"("auditAnnotations":[{"key":"k","valueExpression":"'v'"},{"key":"k"}],
           "variables":[{"name":"for","expression":"1"},{"name":" "}])",
          "spec.variables[0].name: Invalid value: \"for\": must be a valid CEL identifier\n"
          "spec.variables[1].name: Required value: name is not specified\n"
          "spec.variables[1].expression: Required value: expression is not specified\n"
          "spec.auditAnnotations[1].valueExpression: Required value: valueExpression is not specified\n"
          "spec.auditAnnotations[1].key: Duplicate value: \"k\""}});
}

TEST(ValidatingPolicies, WarningsNameFields) {
  EXPECT_EQ(kind("validatingadmissionpolicies")
                .status(R"({"status":{"typeChecking":{"expressionWarnings":[
                  {"fieldRef":"spec.validations[0].expression","warning":"w"},{"fieldRef":"a["},{}]}}})",
                        "{}"),
            "status.typeChecking.expressionWarnings[1].warning: Required value\n"
            "status.typeChecking.expressionWarnings[1].fieldRef: Invalid value: \"a[\": invalid JSONPath: "
            "unterminated array\n"
            "status.typeChecking.expressionWarnings[2].warning: Required value\n"
            "status.typeChecking.expressionWarnings[2].fieldRef: Required value");
}

TEST(MutatingPolicies, PatchInOneWay) {
  std::string text = R"({"spec":{)" + std::string(kMatch) + R"(,"reinvocationPolicy":"Never",$}})";
  judge("mutatingadmissionpolicies", text,
        {{R"("mutations":[{"patchType":"JSONPatch","jsonPatch":{"expression":"[]"}}])", ""},
         {R"("mutations":[])", "spec.mutations: Required value: mutations must contain at least one item"},
         {R"("mutations":[{},{"patchType":"x"},{"patchType":"JSONPatch","applyConfiguration":{}},
           {"patchType":"ApplyConfiguration","applyConfiguration":{}}])",
          "spec.mutations[0].patchType: Required value\n"
          "spec.mutations[1].patchType: Unsupported value: \"x\": supported values: \"ApplyConfiguration\", "
          "\"JSONPatch\"\n"
          "spec.mutations[2].jsonPatch: Required value: must be specified when patchType is JSONPatch\n"
          "spec.mutations[2].applyConfiguration: Invalid value: \"{applyConfiguration}\": must not be "
          "specified when patchType is JSONPatch\n"
          "spec.mutations[3].applyConfiguration.expression: Required value"}});
}

TEST(Bindings, NamePoliciesActionsAndParameters) {
  judge("validatingadmissionpolicybindings", R"({"spec":{$}})",
        {{R"("policyName":"p","validationActions":["Deny"],"paramRef":{"name":"n",
           "parameterNotFoundAction":"Deny"})",
          ""},
         {R"("validationActions":["Warn","Deny","Warn"],"paramRef":{})",
          "spec.policyName: Required value\n"
          "spec.paramRef: Required value: one of name or selector must be specified\n"
          "spec.paramRef.parameterNotFoundAction: Required value\n"
          "spec.validationActions[2]: Duplicate value: \"Warn\"\n"
          "spec.validationActions: Invalid value: [\"Warn\",\"Deny\",\"Warn\"]: must not contain both Deny "
          "and Warn (repeating the same validation failure information in the API response and headers "
          "serves no purpose)"}});
  judge("mutatingadmissionpolicybindings", R"({"spec":{"policyName":"p","matchResources":{$}}})",
        {{R"("matchPolicy":"Exact","namespaceSelector":{},"objectSelector":{},"resourceRules":[
           {"operations":["DELETE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["pods"]}])",
          "spec.matchResources.resourceRules.operations: Unsupported value: \"DELETE\": supported values: "
          "\"*\", \"CONNECT\", \"CREATE\", \"UPDATE\""}});
}

}  // namespace
}  // namespace pedalion::registry::builtin::kinds::admissionregistration
