#include "pedalion/registry/builtin/kinds/pods/pods.h"

#include <gtest/gtest.h>

#include "pedalion/registry/builtin/kinds/judge_for_tests.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

Judge pods() { return Judge(rules(), "pods"); }

/// A pod of one container, with more members of the container and of the spec.
std::string pod(std::string_view container, std::string_view spec = "") {
  return R"({"metadata":{"name":"p"},"spec":{"restartPolicy":"Always","dnsPolicy":"ClusterFirst","terminationGracePeriodSeconds":30,)" +
         std::string(spec) + (spec.empty() ? "" : ",") +
         R"("containers":[{"name":"c","image":"i","imagePullPolicy":"Always","terminationMessagePolicy":"File")" +
         (container.empty() ? "" : ",") + std::string(container) + "}]}}";
}

struct Case {
  std::string_view container, spec, errors;
};

TEST(Pods, AreJudgedWhole) {
  const Case cases[] = {
      {"", "", ""},
      {R"("ports":[{"containerPort":0,"protocol":"TCP"}])", "",
       "spec.containers[0].ports[0].containerPort: Required value"},
      {R"("ports":[{"containerPort":1,"protocol":"ICMP"}])", "",
       R"(spec.containers[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP")"},
      {R"("env":[{"name":"a=b"}])", "",
       R"(spec.containers[0].env[0].name: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than '=')"},
      {R"("volumeMounts":[{"name":"v","mountPath":"/v"}])", "",
       R"(spec.containers[0].volumeMounts[0].name: Not found: "v")"},
      {R"("volumeMounts":[{"name":"v","mountPath":"/v"}])", R"("volumes":[{"name":"v","emptyDir":{}}])", ""},
      {"", R"("volumes":[{"name":"v"}])", "spec.volumes[0]: Required value: must specify a volume type"},
      {"", R"("volumes":[{"name":"v","emptyDir":{},"secret":{"secretName":"s"}}])",
       "spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type"},
      {R"("livenessProbe":{"successThreshold":1})", "",
       "spec.containers[0].livenessProbe: Required value: must specify a handler type"},
      {R"("lifecycle":{"preStop":{"sleep":{"seconds":31}}})", "",
       "spec.containers[0].lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than "
       "terminationGracePeriodSeconds (30)"},
      {R"("resources":{"limits":{"cpu":"1"},"requests":{"cpu":"2"}})", "",
       R"(spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1)"},
      {R"("resources":{"requests":{"example.com/gpu":"1"}})", "",
       "spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable "
       "resources"},
      {R"("securityContext":{"runAsUser":-1})", "",
       "spec.containers[0].securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, "
       "inclusive"},
      {"", R"("hostUsers":false,"hostNetwork":true)",
       "spec.hostNetwork: Forbidden: when `hostUsers` is false"},
      {"", R"("tolerations":[{"key":"a","operator":"Is"}])",
       R"(spec.tolerations[0].operator: Unsupported value: "Is": supported values: "Equal", "Exists")"},
      {"", R"("activeDeadlineSeconds":0)",
       "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive"},
      {"",
       R"("ephemeralContainers":[{"name":"c","image":"i","imagePullPolicy":"Always","terminationMessagePolicy":"File"}])",
       "spec.ephemeralContainers[0].name: Duplicate value: \"c\"\nspec.ephemeralContainers: Forbidden: "
       "cannot be set on create"},
  };
  for (const Case& one : cases)
    EXPECT_EQ(pods().create(pod(one.container, one.spec)), one.errors) << one.container << one.spec;
}

TEST(Pods, ImagesAndDeadlinesMayChange) {
  std::string old = pod(""), changed = old;
  changed.replace(changed.find(R"("image":"i")"), 11, R"("image":"j")");
  EXPECT_EQ(pods().update(changed, old), "");
  EXPECT_EQ(pods().update(pod("", R"("activeDeadlineSeconds":5)"), old), "");
  EXPECT_EQ(pods().update(pod("", R"("activeDeadlineSeconds":5)"), pod("", R"("activeDeadlineSeconds":4)")),
            "spec.activeDeadlineSeconds: Invalid value: 5: must be less than or equal to previous value");
}

TEST(Pods, OtherChangesAreShown) {
  std::string errors = pods().update(pod(R"("command":["b"])"), pod(R"("command":["a"])"));
  EXPECT_NE(errors.find("spec: Forbidden: pod updates may not change fields other than"), errors.npos)
      << errors;
  EXPECT_NE(errors.find("\n-    \"a\"\n+    \"b\"\n"), errors.npos) << errors;
}

}  // namespace
}  // namespace pedalion::registry::builtin::kinds::pods
