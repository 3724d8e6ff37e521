#include <benchmark/benchmark.h>

#include "pedalion/apimachinery/scheme/scheme.h"

namespace pedalion::scheme {
namespace {

void start(benchmark::State& state) {
  for (auto _ : state) Scheme scheme;
}
BENCHMARK(start);

void load_core(benchmark::State& state) {
  for (auto _ : state) {
    Scheme scheme;
    benchmark::DoNotOptimize(scheme.type("", "v1", "Pod"));
  }
}
BENCHMARK(load_core);

void load_everything(benchmark::State& state) {
  std::size_t bytes = 0;
  for (auto _ : state) {
    Scheme scheme;
    bytes = 0;
    for (const auto& gv : scheme.group_versions())
      bytes += scheme.package(gv.group, gv.version)->allocated_bytes();
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(load_everything);

void find_kind(benchmark::State& state) {
  Scheme scheme;
  for (auto _ : state) benchmark::DoNotOptimize(scheme.type("storage.k8s.io", "v1", "StorageClass"));
}
BENCHMARK(find_kind);

void find_field(benchmark::State& state) {
  Scheme scheme;
  const auto* spec = scheme.named("core/v1", "PodSpec");
  for (auto _ : state) benchmark::DoNotOptimize(spec->field("terminationGracePeriodSeconds"));
}
BENCHMARK(find_field);

}  // namespace
}  // namespace pedalion::scheme
