#include "pedalion/registry/builtin/kinds/devices/devices.h"

#include <gtest/gtest.h>

#include "pedalion/registry/builtin/kinds/judge_for_tests.h"

namespace pedalion::registry::builtin::kinds::devices {
namespace {

Judge kind(std::string_view resource) { return Judge(rules(), resource, "resource.k8s.io"); }

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

TEST(ResourceClaims, RequestsAreExactOrHaveAlternatives) {
  constexpr std::string_view kOne = "exactly one of `exactly` or `firstAvailable` is required";
  std::string none = "spec.devices.requests[0]: Required value: " + std::string(kOne);
  std::string both =
      "spec.devices.requests[0]: Invalid value: null: " + std::string(kOne) + ", but multiple fields are set";
  judge("resourceclaims", R"({"spec":{"devices":{"requests":[$]}}})",
        {{R"({"name":"a","exactly":{"deviceClassName":"c","allocationMode":"All"}})", ""},
         {R"({"name":"a"})", none},
         {R"({"name":"a","exactly":{"deviceClassName":"c"},"firstAvailable":[{"name":"b"}]})", both},
         {R"({"name":"a","exactly":{"allocationMode":"All","count":2}})",
          "spec.devices.requests[0].exactly.deviceClassName: Required value\n"
          "spec.devices.requests[0].exactly.count: Invalid value: 2: must not be specified when "
          "allocationMode is 'All'"},
         {R"({"name":"a","firstAvailable":[{"name":"b","deviceClassName":"c","allocationMode":"Some"},
           {"name":"b","deviceClassName":"c","allocationMode":"ExactCount"}]})",
          "spec.devices.requests[0].firstAvailable[0].allocationMode: Unsupported value: \"Some\": supported "
          "values: \"All\", \"ExactCount\"\n"
          "spec.devices.requests[0].firstAvailable[1].count: Invalid value: 0: must be greater than zero\n"
          "spec.devices.requests[0].firstAvailable[1]: Duplicate value: \"b\""},
         {R"({"name":"a","exactly":{"deviceClassName":"c","allocationMode":"All","tolerations":[
           {"operator":"Exists","value":"v"},{"effect":"No"}]}})",
          "spec.devices.requests[0].exactly.tolerations[0].value: Invalid value: \"v\": must be empty for "
          "operator `Exists`\n"
          "spec.devices.requests[0].exactly.tolerations[1].operator: Required value\n"
          "spec.devices.requests[0].exactly.tolerations[1].effect: Unsupported value: \"No\": supported "
          "values: \"NoExecute\", \"NoSchedule\", \"None\""}});
}

TEST(ResourceClaims, ConstraintsAndConfigurationsNameRequests) {
  constexpr std::string_view kUnknown =
      ": must be the name of a request in the claim or the name of a request and a subrequest separated by "
      "'/'";
  std::string unknown = "spec.devices.constraints[0].requests[0]: Invalid value: \"a/c\"" +
                        std::string(kUnknown) +
                        "\nspec.devices.constraints[0].matchAttribute: Invalid value: \"x\": a fully "
                        "qualified name must be a domain and a name separated by a slash";
  judge("resourceclaims",
        R"({"spec":{"devices":{"requests":[{"name":"a","firstAvailable":[{"name":"b","deviceClassName":"c",
          "allocationMode":"All"}]}],$}}})",
        {{R"("constraints":[{"requests":["a","a/b"],"matchAttribute":"d.io/x"}])", ""},
         {R"("constraints":[{"requests":["a/c"],"matchAttribute":"x"}])", unknown},
         {R"("config":[{"opaque":{"driver":"Made.io","parameters":{}}},{"opaque":{"parameters":1}},{}])",
          "spec.devices.config[1].opaque.driver: Required value\n"
          "spec.devices.config[1].opaque.parameters: Invalid value: \"<value omitted>\": must be a valid "
          "JSON object\n"
          "spec.devices.config[2].opaque: Required value"}});
}

TEST(ResourceClaims, SpecsStay) {
  EXPECT_EQ(kind("resourceclaims")
                .update(R"({"spec":{"devices":{}}})", R"({"spec":{"devices":{"requests":[{"name":"a"}]}}})"),
            "spec: Invalid value: {\"Devices\":{\"Requests\":null,\"Constraints\":null,\"Config\":null}}: "
            "field is immutable");
}

TEST(ResourceClaims, StatusesTellOfAllocatedDevices) {
  constexpr std::string_view kClaim =
      R"({"metadata":{},"spec":{"devices":{"requests":[{"name":"a"}]}},"status":{$}})";
  auto status = [&](std::string_view text, std::string_view old = "") {
    return kind("resourceclaims").status(filled(kClaim, text), filled(kClaim, old));
  };
  constexpr std::string_view kAllocation =
      R"("allocation":{"devices":{"results":[{"request":"a","driver":"d","pool":"p","device":"x"}]}})";
  EXPECT_EQ(
      status(std::string(kAllocation) +
             R"(,"devices":[{"driver":"d","pool":"p","device":"x","networkData":{"ips":["10.1.2.3/8"]}}],
                   "reservedFor":[{"resource":"pods","name":"p","uid":"1"}])"),
      "");
  EXPECT_EQ(status(R"("devices":[{"driver":"d","pool":"p","device":"x","networkData":{"ips":["::01/8"]}}],
                   "reservedFor":[{"resource":"pods","name":"p"}])"),
            "status.reservedFor[0].uid: Required value\n"
            "status.devices[0]: Invalid value: {\"Driver\":\"d\",\"Pool\":\"p\",\"Device\":\"x\","
            "\"ShareID\":\"\"}: must be an allocated device in the claim\n"
            "status.devices[0].networkData.ips[0]: Invalid value: \"::01/8\": must be in canonical form "
            "(\"::1/8\")\n"
            "status.reservedFor: Forbidden: may not be specified when `allocated` is not set");
  EXPECT_EQ(status(R"("allocation":{"devices":{"config":[{"opaque":{"driver":"d","parameters":{}}}],
                   "results":[{"request":"a","driver":"d","pool":"p/q","device":"x","shareID":"1",
                   "bindingConditions":["a","a"]}]}})"),
            "status.allocation.devices.results[0].bindingConditions[1]: Duplicate value: \"a\"\n"
            "status.allocation.devices.results[0].bindingFailureConditions: Invalid value: null: "
            "bindingFailureConditions are required to use bindingConditions\n"
            "status.allocation.devices.results[0].shareID: Invalid value: \"1\": error validating uid: "
            "invalid UUID length: 1\n"
            "status.allocation.devices.config[0].source: Required value");
}

TEST(DeviceClasses, AreConfigured) {
  judge("deviceclasses", R"({"spec":{$}})",
        {{R"("selectors":[{"cel":{"expression":"true"}}],"extendedResourceName":"made.io/gpu")", ""},
         {R"("selectors":[{}],"config":[{}],"extendedResourceName":"cpu")",
          "spec.selectors[0].cel: Required value\n"
          "spec.config[0].opaque: Required value\n"
          "spec.extendedResourceName: Invalid value: \"cpu\": must be a valid extended resource name"}});
}

TEST(ResourceClaimTemplates, TakeLabelsAndAnnotations) {
  judge("resourceclaimtemplates", R"({"spec":{"metadata":{$},"spec":{"devices":{}}}})",
        {{R"("labels":{"a":"b"})", ""},
         {R"("name":"n","uid":"1")",
          "spec.metadata.name: Forbidden: cannot be set\nspec.metadata.uID: Forbidden: cannot be set"}});
}

constexpr std::string_view kSlice =
    R"({"spec":{"driver":"d","nodeName":"n","pool":{"name":"p","resourceSliceCount":1},$}})";

TEST(ResourceSlices, StandForNodesInOneWay) {
  constexpr std::string_view kOne =
      "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
  std::string none = "spec: Required value: " + std::string(kOne);
  std::string several =
      "spec.nodeSelector.nodeSelectorTerms: Required value: must have at least one node "
      "selector term\n"
      "spec.nodeSelector.nodeSelectorTerms: Invalid value: null: must have exactly one "
      "node selector term\n"
      "spec: Invalid value: \"{`nodeName`, `nodeSelector`}\": " +
      std::string(kOne) + ", but multiple fields are set";
  judge("resourceslices", R"({"spec":{"driver":"d","pool":{"name":"p","resourceSliceCount":1},$}})",
        {{R"("allNodes":true)", ""}, {R"("x":1)", none}, {R"("nodeName":"n","nodeSelector":{})", several}});
}

TEST(ResourceSlices, DevicesHaveAttributesAndCapacities) {
  judge(
      "resourceslices", filled(kSlice, R"("devices":[{"name":"x",$}])"),
      {{R"("attributes":{"a":{"int":1},"d.io/b":{"version":"1.0.0-a.1+c"}})", ""},
       {R"("attributes":{"1":{},"/b":{"bool":true,"version":"1.0"}})",
        "spec.devices[0].attributes: Invalid value: \"\": the domain must not be empty\n"
        "spec.devices[0].attributes[/b].version: Invalid value: \"1.0\": must be a string compatible with "
        "semver.org spec 2.0.0\n"
        "spec.devices[0].attributes[/b]: Invalid value: {\"IntValue\":null,\"BoolValue\":true,"
        "\"StringValue\":null,\"VersionValue\":\"1.0\",\"IntValues\":null,\"BoolValues\":null,"
        "\"StringValues\":null,\"VersionValues\":null}: exactly one value must be specified\n"
        "spec.devices[0].attributes: Invalid value: \"1\": a valid C identifier must start with alphabetic "
        "character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or "
        "'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')\n"
        "spec.devices[0].attributes[1]: Invalid value: \"\": exactly one value must be specified"},
       {R"("capacity":{"m":{"value":"1","requestPolicy":{}}},"nodeName":"n")",
        "spec.devices[0].capacity[m].requestPolicy: Forbidden: allowMultipleAllocations must be true\n"
        "spec.devices[0]: Invalid value: null: `nodeName`, `nodeSelector` and `allNodes` can only be set "
        "if `perDeviceNodeSelection` is set to true in the ResourceSlice spec"},
       {R"("taints":[{"key":"k","effect":"No"},{}],"consumesCounters":[{}])",
        "spec.devices[0].taints[0].effect: Unsupported value: \"No\": supported values: \"NoExecute\", "
        "\"NoSchedule\", \"None\"\n"
        "spec.devices[0].taints[1].key: Invalid value: \"\": name part must be non-empty\n"
        "spec.devices[0].taints[1].key: Invalid value: \"\": name part must consist of alphanumeric "
        "characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName', "
        " or 'my.name',  or '123-abc', regex used for validation is "
        "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')\n"
        "spec.devices[0].taints[1].effect: Required value\n"
        "spec.devices[0].consumesCounters[0].counterSet: Required value\n"
        "spec.devices[0].consumesCounters[0].counters: Required value"}});
}

TEST(ResourceSlices, CapacitiesAreSharedByPolicies) {
  std::string at = "spec.devices[0].capacity[m].requestPolicy";
  std::string unsorted = at +
                         ".validValues[1]: Invalid value: \"1\": values must be sorted in ascending "
                         "order\n" +
                         at +
                         ".validValues[0]: Invalid value: \"20\": option is larger than capacity value: "
                         "10\n" +
                         at +
                         ".validValues: Invalid value: \"2\": default value is not valid according to "
                         "the requestPolicy";
  std::string no_default = at + ".default: Required value: required when validRange is defined";
  std::string odd = at +
                    ".validRange.step: Invalid value: \"4\": value is not a multiple of a given step "
                    "(2) from (1)";
  judge("resourceslices",
        filled(kSlice, R"("devices":[{"name":"x","allowMultipleAllocations":true,"capacity":{"m":{
          "value":"10","requestPolicy":{$}}}}])"),
        {{R"("default":"3","validRange":{"min":"1","step":"2"})", ""},
         {R"("default":"2","validValues":["20","1"])", unsorted},
         {R"("validRange":{"min":"1"})", no_default},
         {R"("default":"4","validRange":{"min":"1","step":"2"})", odd}});
}

TEST(ResourceSlices, PoolsAndDriversStay) {
  EXPECT_EQ(kind("resourceslices")
                .update(filled(kSlice, R"("devices":[])"),
                        R"({"spec":{"driver":"e","nodeName":"m","pool":{"name":"q"}}})"),
            "spec.pool.name: Invalid value: \"p\": field is immutable\n"
            "spec.driver: Invalid value: \"d\": field is immutable\n"
            "spec.nodeName: Invalid value: \"n\": field is immutable");
}

}  // namespace
}  // namespace pedalion::registry::builtin::kinds::devices
