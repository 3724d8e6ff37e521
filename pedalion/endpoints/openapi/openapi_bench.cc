#include <benchmark/benchmark.h>

#include "pedalion/endpoints/openapi/documents.h"
#include "pedalion/endpoints/openapi/protobuf.h"
#include "pedalion/endpoints/openapi/sample_groups.h"

namespace pedalion::openapi {
namespace {

struct Fixture {
  scheme::Scheme scheme;
  std::vector<registry::rest::ApiGroupInfo> groups = testing::sample_groups(scheme);
  Generator generator{scheme, groups};
};

void core_v3(benchmark::State& state) {
  Fixture fixture;
  for (auto _ : state) benchmark::DoNotOptimize(fixture.generator.v3("api/v1"));
}
BENCHMARK(core_v3);

void v2(benchmark::State& state) {
  Fixture fixture;
  for (auto _ : state) benchmark::DoNotOptimize(fixture.generator.v2());
}
BENCHMARK(v2);

void v2_as_protobuf(benchmark::State& state) {
  Fixture fixture;
  std::string json = fixture.generator.v2();
  for (auto _ : state) benchmark::DoNotOptimize(v2_protobuf(json));
}
BENCHMARK(v2_as_protobuf);

void first_index(benchmark::State& state) {
  Fixture fixture;
  http::Request request;
  request.method = "GET";
  request.target = "/openapi/v3";
  for (auto _ : state) {
    Documents documents(fixture.scheme, fixture.groups);
    benchmark::DoNotOptimize(documents.answer(request));
  }
}
BENCHMARK(first_index);

}  // namespace
}  // namespace pedalion::openapi
