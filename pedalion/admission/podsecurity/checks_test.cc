#include "pedalion/admission/podsecurity/checks.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::admission::podsecurity {
namespace {

constexpr LevelVersion kBaseline{Level::kBaseline, {}}, kRestricted{Level::kRestricted, {}};

LevelVersion restricted(int minor) { return {Level::kRestricted, {minor}}; }
LevelVersion baseline(int minor) { return {Level::kBaseline, {minor}}; }

std::string details(const LevelVersion& level, std::string_view spec, std::string_view metadata = "{}") {
  json::Document pod =
      json::parse(R"({"metadata":)" + std::string(metadata) + R"(,"spec":)" + std::string(spec) + "}")
          .value();
  return details_of(evaluate(level, {pod.root.find("metadata"), pod.root.find("spec")}));
}

std::string container(std::string_view security_context) {
  return R"({"containers":[{"name":"c","securityContext":)" + std::string(security_context) + "}]}";
}

constexpr std::string_view kHardened =
    R"({"securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}},"containers":[{"name":"c",
    "securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"],
    "add":["NET_BIND_SERVICE"]}}}]})";

TEST(Checks, PrivilegedForbidsNothing) {
  EXPECT_EQ(
      details({}, R"({"hostPID":true,"containers":[{"name":"c","securityContext":{"privileged":true}}]})"),
      "");
}

TEST(Checks, BaselineFindsTheWaysOut) {
  EXPECT_EQ(details(kBaseline, R"({"hostNetwork":true,"hostIPC":true,"containers":[]})"),
            "host namespaces (hostNetwork=true, hostIPC=true)");
  EXPECT_EQ(details(kBaseline, R"({"initContainers":[{"name":"i","ports":[{"hostPort":8}]}],
                                   "containers":[{"name":"c","ports":[{"hostPort":9},{"containerPort":1}]}]})"),
            "hostPort (containers \"i\", \"c\" use hostPorts 8, 9)");
  EXPECT_EQ(details(kBaseline, container(R"({"capabilities":{"add":["SYS_ADMIN","CHOWN","NET_RAW"]}})")),
            "non-default capabilities (container \"c\" must not include \"NET_RAW\", \"SYS_ADMIN\" in "
            "securityContext.capabilities.add)");
  EXPECT_EQ(details(kBaseline, R"({"volumes":[{"name":"v","hostPath":{}},{"name":"e","emptyDir":{}}]})"),
            "hostPath volumes (volume \"v\")");
  EXPECT_EQ(
      details(kBaseline, R"({"ephemeralContainers":[{"name":"e","securityContext":{"privileged":true}}]})"),
      "privileged (container \"e\" must not set securityContext.privileged=true)");
  EXPECT_EQ(
      details(kBaseline, R"({"securityContext":{"windowsOptions":{"hostProcess":true}},
                                   "containers":[{"name":"c",
                                   "securityContext":{"windowsOptions":{"hostProcess":true}}}]})"),
      "hostProcess (pod and container \"c\" must not set securityContext.windowsOptions.hostProcess=true)");
}

TEST(Checks, ProfilesAreSafeOrNotSet) {
  EXPECT_EQ(
      details(kBaseline, R"({"securityContext":{"appArmorProfile":{"type":"Unconfined"}},"containers":[]})",
              R"({"annotations":{"container.apparmor.security.beta.kubernetes.io/c":"bad",
                                       "container.apparmor.security.beta.kubernetes.io/d":"localhost/x"}})"),
      "forbidden AppArmor profiles (pod and annotation must not set AppArmor profile type to \"Unconfined\", "
      "\"container.apparmor.security.beta.kubernetes.io/c=\"bad\"\")");
  EXPECT_EQ(
      details(kBaseline, container(R"({"seccompProfile":{"type":"Unconfined"}})")),
      "seccompProfile (container \"c\" must not set securityContext.seccompProfile.type to \"Unconfined\")");
  EXPECT_EQ(details(baseline(18), R"({"containers":[{"name":"c"}]})",
                    R"({"annotations":{"seccomp.security.alpha.kubernetes.io/pod":"unconfined",
                                       "container.seccomp.security.alpha.kubernetes.io/other":"unconfined"}})"),
            "seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod=\"unconfined\")");
}

TEST(Checks, SeLinuxTypesGrowWithVersions) {
  std::string engine = container(R"({"seLinuxOptions":{"type":"container_engine_t"}})");
  EXPECT_EQ(details(baseline(30), engine),
            "seLinuxOptions (container \"c\" set forbidden securityContext.seLinuxOptions: type "
            "\"container_engine_t\")");
  EXPECT_EQ(details(baseline(31), engine), "");
  EXPECT_EQ(details(kBaseline, container(R"({"seLinuxOptions":{"user":"u","role":"r","type":"x"}})")),
            "seLinuxOptions (container \"c\" set forbidden securityContext.seLinuxOptions: type \"x\"; user "
            "may not be "
            "set; role may not be set)");
}

TEST(Checks, SysctlsGrowWithVersions) {
  std::string spec = R"({"securityContext":{"sysctls":[{"name":"net.ipv4.tcp_rmem"},{"name":"kernel.msgmax"},
                                                       {"name":"net.ipv4.tcp_fin_timeout"}]}})";
  EXPECT_EQ(details(baseline(28), spec),
            "forbidden sysctls (net.ipv4.tcp_rmem, kernel.msgmax, net.ipv4.tcp_fin_timeout)");
  EXPECT_EQ(details(baseline(29), spec), "forbidden sysctls (net.ipv4.tcp_rmem, kernel.msgmax)");
  EXPECT_EQ(details(kBaseline, spec), "forbidden sysctls (kernel.msgmax)");
}

TEST(Checks, ProbeHostsSince34) {
  std::string spec = R"({"containers":[{"name":"c","livenessProbe":{"httpGet":{"host":"h"}},
                                        "lifecycle":{"preStop":{"tcpSocket":{"host":"g"}}}}]})";
  EXPECT_EQ(details(baseline(33), spec), "");
  EXPECT_EQ(details(kBaseline, spec),
            "probe or lifecycle host (container \"c\" uses probe or lifecycle hosts \"g\", \"h\")");
}

TEST(Checks, RestrictedWantsHardenedPods) {
  EXPECT_EQ(details(kRestricted, kHardened), "");
  EXPECT_EQ(
      details(kRestricted, R"({"containers":[{"name":"c"}]})"),
      "allowPrivilegeEscalation != false (container \"c\" must set "
      "securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container \"c\" must set "
      "securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or container \"c\" must set "
      "securityContext.runAsNonRoot=true), seccompProfile (pod or container \"c\" must set "
      "securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")");
  EXPECT_EQ(details(restricted(7), R"({"containers":[{"name":"c"}]})"),
            "runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true)");
}

TEST(Checks, RestrictedReplacesWeakerChecksOfTheBaseline) {
  EXPECT_EQ(
      details(restricted(1), R"({"securityContext":{"runAsNonRoot":true},
                                       "volumes":[{"name":"h","hostPath":{}},{"name":"n","nfs":{}}]})"),
      "restricted volume types (volumes \"h\", \"n\" use restricted volume types \"hostPath\", \"nfs\")");
  EXPECT_EQ(details(restricted(20),
                    R"({"securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"Unconfined"}}})"),
            "seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\")");
  std::string mount =
      R"({"hostUsers":false,"securityContext":{"runAsUser":0,"seccompProfile":{"type":"Localhost"}},
    "containers":[{"name":"c","securityContext":{"procMount":"Unmasked","allowPrivilegeEscalation":false,
                                                  "capabilities":{"drop":["ALL"]}}}]})";
  EXPECT_EQ(details(kBaseline, mount), "");
  EXPECT_EQ(details(kRestricted, mount),
            "procMount (container \"c\" must not set securityContext.procMount to \"Unmasked\")");
  EXPECT_EQ(
      details(restricted(34), mount),
      "procMount (container \"c\" must not set securityContext.procMount to \"Unmasked\"), runAsNonRoot != "
      "true "
      "(pod or container \"c\" must set securityContext.runAsNonRoot=true), runAsUser=0 (pod must not set "
      "runAsUser=0)");
}

TEST(Checks, WindowsPodsCannotSayWhatLinuxPodsMust) {
  constexpr std::string_view kPod =
      R"({"os":{"name":"windows"},"securityContext":{"runAsNonRoot":true},"containers":[{"name":"c"}]})";
  EXPECT_EQ(details(kRestricted, kPod), "");
  EXPECT_NE(details(restricted(24), kPod), "");
}

}  // namespace
}  // namespace pedalion::admission::podsecurity
