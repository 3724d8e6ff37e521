#include <benchmark/benchmark.h>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/codec/protobuf.h"
#include "pedalion/apimachinery/codec/protobuf_writer.h"
#include "pedalion/apimachinery/scheme/scheme.h"

namespace pedalion::codec {
namespace {

constexpr std::string_view kPod =
    R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-5d4f8c7b9-x2x7p","namespace":"default",)"
    R"("uid":"51182fc0-7e58-4627-9ab3-f00d51225007","resourceVersion":"1234","generation":1,)"
    R"("creationTimestamp":"2026-01-02T03:04:05Z","labels":{"app":"web","pod-template-hash":"5d4f8c7b9"},)"
    R"("managedFields":[{"manager":"kube-controller-manager","operation":"Update","apiVersion":"v1",)"
    R"("time":"2026-01-02T03:04:05Z","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{".":{},)"
    R"("f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{},"f:name":{}}},)"
    R"("f:dnsPolicy":{},"f:restartPolicy":{},"f:schedulerName":{}}}}]},"spec":{"volumes":[{"name":"tmp",)"
    R"("emptyDir":{}}],"containers":[{"name":"web","image":"nginx:1.27","ports":[{"containerPort":80,)"
    R"("protocol":"TCP"}],"env":[{"name":"A","value":"1"},{"name":"B","value":"2"}],"resources":{"limits":)"
    R"({"cpu":"500m","memory":"128Mi"}},"volumeMounts":[{"name":"tmp","mountPath":"/tmp"}],)"
    R"("terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",)"
    R"("imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,)"
    R"("dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler"},)"
    R"("status":{"phase":"Pending","qosClass":"Burstable"}})";

void write_pod(benchmark::State& state) {
  scheme::Scheme scheme;
  const auto& type = *scheme.type("", "v1", "Pod");
  std::string out;
  for (auto _ : state) {
    out.clear();
    benchmark::DoNotOptimize(append_message(kPod, type, out));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kPod.size()));
  state.counters["bytes"] = static_cast<double>(out.size());
}
BENCHMARK(write_pod);

void read_pod(benchmark::State& state) {
  scheme::Scheme scheme;
  const auto& type = *scheme.type("", "v1", "Pod");
  auto bytes = protobuf_object(kPod, {"", "v1", "Pod"}, type);
  for (auto _ : state)
    benchmark::DoNotOptimize(decode_object(*bytes, MediaType::kProtobuf, {"", "v1", "Pod"}, type));
}
BENCHMARK(read_pod);

void read_pod_json(benchmark::State& state) {
  scheme::Scheme scheme;
  const auto& type = *scheme.type("", "v1", "Pod");
  for (auto _ : state)
    benchmark::DoNotOptimize(decode_object(kPod, MediaType::kJson, {"", "v1", "Pod"}, type));
}
BENCHMARK(read_pod_json);

}  // namespace
}  // namespace pedalion::codec
