#include "bench/objects.h"

#include <fmt/format.h>

namespace pedalion::bench {
namespace {

// Text that does not compress to nothing and needs no escapes.
std::string filler(std::size_t bytes, std::uint32_t seed) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string text(bytes, '\0');
  for (char& c : text) {
    seed = seed * 1664525 + 1013904223;
    c = kLetters[(seed >> 16) % kLetters.size()];
  }
  return text;
}

std::uint32_t seed_of(std::string_view name) {
  return static_cast<std::uint32_t>(std::hash<std::string_view>()(name));
}

constexpr std::string_view kDeployedPod =
    R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"$NAME","generateName":"web-7c5ddbdf54-",)"
    R"("labels":{"app":"web","pod-template-hash":"7c5ddbdf54"},)"
    R"("ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-7c5ddbdf54",)"
    R"("uid":"6a0b8f0e-7c0e-4d7c-8c1f-0c3a7c2f9f10","controller":true,"blockOwnerDeletion":true}]},)"
    R"("spec":{"nodeName":"node-0417","volumes":[{"name":"config","configMap":{"name":"web-config"}}],)"
    R"("containers":[{"name":"web","image":"registry.example/shop/web:1.27.3","args":["--listen=:8080",)"
    R"("--config=/etc/web/web.yaml"],"ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}],)"
    R"("env":[{"name":"POD_NAME","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},)"
    R"({"name":"DATABASE","value":"postgres.shop.svc.cluster.local:5432"}],)"
    R"("resources":{"limits":{"cpu":"500m","memory":"512Mi"},"requests":{"cpu":"100m",)"
    R"("memory":"256Mi"}},"volumeMounts":[{"name":"config","mountPath":"/etc/web","readOnly":true}],)"
    R"("readinessProbe":{"httpGet":{"path":"/ready","port":"http"},"periodSeconds":5},)"
    R"("securityContext":{"runAsNonRoot":true,"allowPrivilegeEscalation":false,)"
    R"("capabilities":{"drop":["ALL"]}}}],"tolerations":[{"key":"dedicated","operator":"Equal",)"
    R"("value":"web","effect":"NoSchedule"}]}})";

constexpr std::string_view kStatus =
    R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"$NAME"},"status":{"phase":"Running",)"
    R"("hostIP":"10.0.4.17","hostIPs":[{"ip":"10.0.4.17"}],"podIP":"10.244.17.31",)"
    R"("podIPs":[{"ip":"10.244.17.31"}],"qosClass":"Burstable","startTime":"2026-01-07T09:12:44Z",)"
    R"("conditions":[{"type":"PodReadyToStartContainers","status":"True","lastProbeTime":null,)"
    R"("lastTransitionTime":"2026-01-07T09:12:46Z"},{"type":"Initialized","status":"True",)"
    R"("lastProbeTime":null,"lastTransitionTime":"2026-01-07T09:12:44Z"},{"type":"Ready",)"
    R"("status":"True","lastProbeTime":null,"lastTransitionTime":"2026-01-07T09:12:51Z"},)"
    R"({"type":"ContainersReady","status":"True","lastProbeTime":null,)"
    R"("lastTransitionTime":"2026-01-07T09:12:51Z"},{"type":"PodScheduled","status":"True",)"
    R"("lastProbeTime":null,"lastTransitionTime":"2026-01-07T09:12:44Z"}],)"
    R"("containerStatuses":[{"name":"web","ready":true,"started":true,"restartCount":0,)"
    R"("image":"registry.example/shop/web:1.27.3",)"
    R"("imageID":"registry.example/shop/web@sha256:9d6b58feebd2dbd3c56ab5853333d627cc6e281011cfd6050fa4)"
    R"(bcf2072c9496","containerID":"containerd://5e0f343b0931126a20f133d67c2b018a3b5e0f343b0931126a20f1)"
    R"(33d67c2b018","state":{"running":{"startedAt":"2026-01-07T09:12:46Z"}}}]}})";

}  // namespace

std::string path(std::string_view name_space, std::string_view resource, std::string_view name) {
  return fmt::format("/api/v1/namespaces/{}/{}{}{}", name_space, resource, name.empty() ? "" : "/", name);
}

std::string config_map(std::string_view name, std::size_t bytes) {
  auto frame = fmt::format(
      R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{}"}},"data":{{"key":")", name);
  constexpr std::string_view kEnd = R"("}})";
  return frame + filler(bytes - std::min(bytes, frame.size() + kEnd.size()), seed_of(name)) +
         std::string(kEnd);
}

std::string pod(std::string_view name, std::size_t bytes, std::string_view annotations) {
  std::string text = fmt::format(
      R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}","labels":{{"app":"bench"}},"annotations":{{{}}}}},"spec":{{"containers":[)"
      R"({{"name":"main","image":"registry.example/bench:1","env":[{{"name":"FIRST","value":"1"}})",
      name, annotations);
  constexpr std::string_view kEnd = "]}]}}";
  for (int i = 0; text.size() + kEnd.size() + 100 < bytes; ++i) {
    text += fmt::format(R"(,{{"name":"VARIABLE_{}","value":"{}"}})", i,
                        filler(60, static_cast<std::uint32_t>(i)));
  }
  return text + std::string(kEnd);
}

std::string_view deployed_pod() { return kDeployedPod; }
std::string_view status_of_deployed_pod() { return kStatus; }

Call create_config_map(std::string_view name_space, std::string_view name, std::size_t bytes) {
  return {"POST", path(name_space, "configmaps"), config_map(name, bytes), {}};
}

Call annotate(std::string_view name_space, std::string_view resource, std::string_view name,
              std::uint64_t value, PatchForm form) {
  return {"PATCH", path(name_space, resource, name),
          fmt::format(R"({{"metadata":{{"annotations":{{"bench/value":"{}"}}}}}})", value),
          form == PatchForm::kStrategic ? "application/strategic-merge-patch+json"
                                        : "application/merge-patch+json"};
}

Call apply_annotated_pod(std::string_view name_space, std::string_view name, std::uint64_t value,
                         std::size_t bytes) {
  return {"PATCH", path(name_space, "pods", name) + "?fieldManager=bench-apply&force=true",
          pod(name, bytes, fmt::format(R"("bench/value":"{}")", value)), "application/apply-patch+yaml"};
}

Result<bool> create_namespace(Fleet& fleet, const std::string& name) {
  TRY_OK(
      fleet.call({"POST",
                  "/api/v1/namespaces",
                  fmt::format(R"({{"apiVersion":"v1","kind":"Namespace","metadata":{{"name":"{}"}}}})", name),
                  {}}));
  return true;
}

Result<Measured> fill(Fleet& fleet, const std::string& name_space, std::uint64_t count, std::size_t bytes) {
  TRY_OK(create_namespace(fleet, name_space));
  Fleet writers(fleet.loop(), fleet.target(), {http::Version::kHttp2, 2, 64});
  auto measured = writers.run(
      [&](int, std::uint64_t number) {
        return create_config_map(name_space, fmt::format("cm-{}", number), bytes);
      },
      {.count = count});
  if (!measured.problem.empty()) return std::unexpected(Status(500, "", measured.problem));
  return measured;
}

}  // namespace pedalion::bench
