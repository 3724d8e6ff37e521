// Cost of the pure part of a write: decoding, field ownership, encoding.
#include <benchmark/benchmark.h>

#include <string>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/managedfields/field_manager.h"
#include "pedalion/apimachinery/scheme/scheme.h"

namespace pedalion {
namespace {

std::string config_map() {
  return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"default","labels":{"a":"b"}},"data":{"a":")" +
         std::string(2000, 'x') + R"("}})";
}

std::string pod() {
  std::string containers;
  for (int i = 0; i < 8; ++i) {
    containers +=
        (i ? "," : "") + std::string(R"({"name":"c)") + std::to_string(i) +
        R"(","image":"registry.example.com/team/app:1.2.3","command":["/bin/app","--flag"],"args":["a","b"],)"
        R"("env":[{"name":"A","value":"1"},{"name":"B","value":"2"},{"name":"C","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}],)"
        R"("ports":[{"containerPort":80,"protocol":"TCP","name":"http"},{"containerPort":81,"protocol":"TCP"}],)"
        R"("resources":{"limits":{"cpu":"100m","memory":"128Mi"},"requests":{"cpu":"50m","memory":"64Mi"}},)"
        R"("livenessProbe":{"httpGet":{"path":"/healthz","port":80,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},)"
        R"("volumeMounts":[{"name":"v","mountPath":"/data"}],"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"})";
  }
  return R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"default","labels":{"app":"x"}},"spec":{"volumes":[{"name":"v","emptyDir":{}}],"containers":[)" +
         containers +
         R"(],"restartPolicy":"Always","dnsPolicy":"ClusterFirst","schedulerName":"default-scheduler"},"status":{"phase":"Pending","qosClass":"Burstable"}})";
}

const scheme::Scheme& the_scheme() {
  static scheme::Scheme scheme;
  return scheme;
}

void parse_only(benchmark::State& state, const std::string& body) {
  for (auto _ : state) {
    auto document = json::parse(body);
    benchmark::DoNotOptimize(document);
  }
  state.SetBytesProcessed(state.iterations() * body.size());
}

void decode(benchmark::State& state, const std::string& body, const char* kind) {
  meta::GroupVersionKind gvk{"", "v1", kind};
  const auto* type = the_scheme().type(gvk);
  for (auto _ : state) {
    auto decoded = codec::decode_object(body, codec::MediaType::kJson, gvk, *type);
    if (!decoded) std::abort();
    benchmark::DoNotOptimize(decoded);
  }
}

void track(benchmark::State& state, const std::string& body, const char* kind) {
  meta::GroupVersionKind gvk{"", "v1", kind};
  const auto* type = the_scheme().type(gvk);
  managedfields::FieldManager how{.type = type, .manager = {"bench", "v1", ""}, .now_seconds = 1700000000};
  for (auto _ : state) {
    state.PauseTiming();
    auto decoded = codec::decode_object(body, codec::MediaType::kJson, gvk, *type);
    state.ResumeTiming();
    managedfields::track_update(how, nullptr, decoded->object.root, decoded->object.arena);
    benchmark::DoNotOptimize(decoded);
  }
}

void write_out(benchmark::State& state, const std::string& body, const char* kind) {
  meta::GroupVersionKind gvk{"", "v1", kind};
  auto decoded = codec::decode_object(body, codec::MediaType::kJson, gvk, *the_scheme().type(gvk));
  for (auto _ : state) {
    std::string out;
    json::write(decoded->object.root, out);
    benchmark::DoNotOptimize(out);
  }
}

BENCHMARK_CAPTURE(parse_only, config_map, config_map());
BENCHMARK_CAPTURE(decode, config_map, config_map(), "ConfigMap");
BENCHMARK_CAPTURE(track, config_map, config_map(), "ConfigMap");
BENCHMARK_CAPTURE(write_out, config_map, config_map(), "ConfigMap");
BENCHMARK_CAPTURE(parse_only, pod, pod());
BENCHMARK_CAPTURE(decode, pod, pod(), "Pod");
BENCHMARK_CAPTURE(track, pod, pod(), "Pod");
BENCHMARK_CAPTURE(write_out, pod, pod(), "Pod");

}  // namespace
}  // namespace pedalion
