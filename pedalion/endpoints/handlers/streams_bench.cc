// What a list and a watch event cost beyond the registry, and what it costs to find out which form is wanted.
#include <benchmark/benchmark.h>

#include "pedalion/endpoints/handlers/list_stream.h"
#include "pedalion/endpoints/handlers/watch_stream.h"

namespace pedalion::endpoints {
namespace {

using Pull = http::BodyStream::Pull;
using watchcache::WatchEvent;

constexpr std::size_t kBudget = 64 << 10;

/// 1.4 kB.
registry::rest::ObjectPtr object(std::size_t number) {
  std::string text = R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"object-)" +
                     std::to_string(number) + R"(","namespace":"n","resourceVersion":"7"},"data":{"k":")" +
                     std::string(1280, static_cast<char>('a' + number % 26)) + "\"}}";
  auto made = std::make_shared<watchcache::Object>();
  made->revision = 7;
  made->metadata_offset = static_cast<std::uint32_t>(text.find("\"metadata\""));
  made->json = Bytes(std::move(text));
  return made;
}

std::vector<registry::rest::ObjectPtr> objects(std::size_t count) {
  std::vector<registry::rest::ObjectPtr> made;
  for (std::size_t at = 0; at < count; ++at) made.push_back(object(at));
  return made;
}

/// Pulls all, as a connection does that writes what it has pulled before it pulls again. Returns the bytes.
std::size_t drain(http::BodyStream& stream) {
  std::vector<Bytes> pieces;
  std::size_t size = 0;
  Pull pull = Pull::kMore;
  while (pull == Pull::kMore) {
    pull = stream.pull(pieces, kBudget);
    for (const Bytes& piece : pieces) size += piece.size();
    pieces.clear();
  }
  return size;
}

using MakeStream = std::unique_ptr<http::BodyStream> (*)(ListText text);

void list(benchmark::State& state, MakeStream make) {
  auto items = objects(static_cast<std::size_t>(state.range(0)));
  std::size_t size = 0;
  for (auto _ : state) {
    auto text = list_text({"", "v1", "ConfigMap"}, {.resource_version = "7"}, items);
    size += drain(*make(std::move(text)));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(size));
}
BENCHMARK_CAPTURE(list, plain, list_stream)->Arg(100)->Arg(10000)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(list, gzip, gzip_list_stream)->Arg(100)->Arg(10000)->Unit(benchmark::kMicrosecond);

/// Always has one more event.
class Endless final : public watchcache::Subscription {
 public:
  Next next(WatchEvent& event) override {
    event.type = WatchEvent::Type::kModified;
    event.object = object_;
    return Next::kEvent;
  }
  void on_ready(std::function<void()>) override {}
  void drain() override {}

 private:
  const registry::rest::ObjectPtr object_ = object(1);
};

/// `frame_pieces`: of how many a frame is made.
void watch_event(benchmark::State& state, Transform transform, Media media, std::size_t frame_pieces) {
  static const scheme::Scheme kScheme;
  const Environment environment{.scheme = kScheme};
  registry::rest::Resource resource;
  resource.kind = {"", "v1", "ConfigMap"};
  resource.type = kScheme.type(resource.kind);
  auto stream = watch_stream(std::make_unique<Endless>(), environment, resource,
                             Form{.media = media, .transform = transform}, IncludeObject::kMetadata);
  std::vector<Bytes> pieces;
  std::int64_t events = 0;
  for (auto _ : state) {
    stream->pull(pieces, kBudget);
    events += static_cast<std::int64_t>(pieces.size() / frame_pieces);
    pieces.clear();
  }
  state.SetItemsProcessed(events);
  state.counters["per_event"] = benchmark::Counter(static_cast<double>(events),
                                                   benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(watch_event, whole, Transform::kNone, Media::kJson, 3);
BENCHMARK_CAPTURE(watch_event, partial, Transform::kPartial, Media::kJson, 3);
BENCHMARK_CAPTURE(watch_event, table, Transform::kTable, Media::kJson, 3);
BENCHMARK_CAPTURE(watch_event, whole_protobuf, Transform::kNone, Media::kProtobuf, 2);
BENCHMARK_CAPTURE(watch_event, partial_protobuf, Transform::kPartial, Media::kProtobuf, 2);

void negotiation(benchmark::State& state, const char* accept) {
  http::Request request;
  request.target = "/api/v1/configmaps?limit=500";
  request.headers.add("accept", accept);
  for (auto _ : state) benchmark::DoNotOptimize(negotiate(request, Answers::kObject));
}
BENCHMARK_CAPTURE(negotiation, client_go, "application/vnd.kubernetes.protobuf,application/json");
BENCHMARK_CAPTURE(negotiation, kubectl_get,
                  "application/json;as=Table;v=v1;g=meta.k8s.io,"
                  "application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json");

}  // namespace
}  // namespace pedalion::endpoints
