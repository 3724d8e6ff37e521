// GET, LIST, POST and PATCH: closed loops of requests over several shapes of connections.
#include <fmt/format.h>

#include <array>
#include <thread>

#include "bench/objects.h"
#include "bench/scenario.h"

namespace pedalion::bench {
namespace {

constexpr auto kHttp11 = http::Version::kHttp11;
constexpr auto kHttp2 = http::Version::kHttp2;
constexpr std::size_t kConfigMapBytes = 2000, kListedBytes = 1150, kPodBytes = 10000;

using Make = std::function<Call(int, std::uint64_t)>;

// Warms up, measures, and adds the row.
Result<Measured> load(Fleet& fleet, const Make& make, std::chrono::milliseconds duration) {
  auto warm = fleet.run(make, {.duration = std::chrono::milliseconds(300)});
  if (!warm.problem.empty()) return std::unexpected(Status(500, "", warm.problem));
  auto measured = fleet.run(make, {.duration = duration});
  if (!measured.problem.empty()) return std::unexpected(Status(500, "", measured.problem));
  return measured;
}

// In which forms answers are measured: the suffix of a scenario's name, and Accept.
struct AnswerForm {
  std::string_view suffix, accept;
};
constexpr AnswerForm kForms[] = {{"", ""}, {"-protobuf", "application/vnd.kubernetes.protobuf"}};

Result<bool> list_with(Bench& bench, const Target& target, Shape shape, const Call& call,
                       std::string_view name, double resident_before) {
  Fleet fleet(bench.loop(), target, shape);
  auto make = [&](int, std::uint64_t) { return call; };
  reset_peak(target.pid);
  TRY(auto measured, load(fleet, make, bench.settings().duration));
  const double bytes = static_cast<double>(measured.bytes) / static_cast<double>(measured.operations);
  const double peak = memory_of(target.pid).peak_mb;
  Row row = row_of(name, fleet, std::move(measured));
  row.more = {{"list_mb", bytes / 1e6}, {"cpu_ms", row.cpu_us / 1000}, {"growth_mb", peak - resident_before}};
  bench.add(std::move(row));
  return true;
}

// What is patched, and how.
struct Patches {
  std::string_view row, kind;
  PatchForm form = PatchForm::kMerge;
  bool pods() const { return kind == "pods"; }
  std::string object(std::string_view name) const {
    return pods() ? pod(name, kPodBytes) : config_map(name, kConfigMapBytes);
  }
};
constexpr Patches kPatches[] = {{"patch", "configmaps"},
                                {"patch-pod", "pods"},
                                {"patch-pod-strategic", "pods", PatchForm::kStrategic},
                                {"apply-pod", "pods", PatchForm::kApply}};

// Each worker patches an object of its own: they measure patching, not conflicts.
Result<bool> patch_with(Bench& bench, const Target& target, Shape shape, const Patches& patches,
                        const std::string& space) {
  Fleet fleet(bench.loop(), target, shape);
  auto name_of = [&](int worker) {
    return fmt::format("{}-{}-{}-{}", patches.row, shape.version == kHttp2 ? "h2" : "h1",
                       shape.requests_at_once(), worker);
  };
  for (int worker = 0; worker < shape.requests_at_once(); ++worker)
    TRY_OK(fleet.call({"POST", path(space, patches.kind), patches.object(name_of(worker)), {}}));
  auto make = [&](int worker, std::uint64_t count) {
    if (patches.form == PatchForm::kApply)
      return apply_annotated_pod(space, name_of(worker), count, kPodBytes);
    return annotate(space, patches.kind, name_of(worker), count, patches.form);
  };
  TRY(auto measured, load(fleet, make, bench.settings().duration));
  bench.add(row_of(patches.row, fleet, std::move(measured)));
  return true;
}

}  // namespace

Result<bool> measure_get(Bench& bench) {
  TRY(auto target, bench.server());
  const auto space = bench.name_space("get");
  {
    Fleet setup(bench.loop(), target, Shape{});
    TRY_OK(create_namespace(setup, space));
    TRY_OK(setup.call(create_config_map(space, "one", kConfigMapBytes)));
  }
  for (const auto& form : kForms) {
    const Call call{"GET", path(space, "configmaps", "one"), {}, {}, std::string(form.accept)};
    for (const Shape shape :
         {Shape{kHttp11, 1, 1}, Shape{kHttp11, 64, 1}, Shape{kHttp2, 1, 1}, Shape{kHttp2, 4, 32}}) {
      Fleet fleet(bench.loop(), target, shape);
      TRY(auto measured, load(fleet, [&](int, std::uint64_t) { return call; }, bench.settings().duration));
      bench.add(row_of(fmt::format("get{}", form.suffix), fleet, std::move(measured)));
    }
  }
  return true;
}

Result<bool> measure_list(Bench& bench) {
  TRY(auto target, bench.server());
  const auto space = bench.name_space("list");
  {
    Fleet setup(bench.loop(), target, Shape{});
    TRY_OK(fill(setup, space, static_cast<std::uint64_t>(bench.settings().list_objects), kListedBytes));
  }
  std::this_thread::sleep_for(std::chrono::seconds(2));  // the allocator gives back what the writes took
  const double before = memory_of(target.pid).resident_mb;
  for (const auto& form : kForms) {
    const Call call{"GET", path(space, "configmaps"), {}, {}, std::string(form.accept)};
    for (const Shape shape : {Shape{kHttp11, 1, 1}, Shape{kHttp2, 1, 1}}) {
      TRY_OK(list_with(bench, target, shape, call, fmt::format("list{}", form.suffix), before));
    }
  }
  return true;
}

Result<bool> measure_create(Bench& bench) {
  TRY(auto target, bench.server());
  return measure_creates(bench, target, "create");
}

Result<bool> measure_creates(Bench& bench, const Target& target, std::string_view scenario) {
  const auto space = bench.name_space("create");
  {
    Fleet setup(bench.loop(), target, Shape{});
    TRY_OK(create_namespace(setup, space));
  }
  std::uint64_t number = 0;
  auto make = [&](int, std::uint64_t) {
    return create_config_map(space, fmt::format("cm-{}", number++), kConfigMapBytes);
  };
  for (const Shape shape : {Shape{kHttp11, 1, 1}, Shape{kHttp11, 16, 1}, Shape{kHttp11, 128, 1},
                            Shape{kHttp2, 1, 1}, Shape{kHttp2, 1, 16}, Shape{kHttp2, 2, 64}}) {
    Fleet fleet(bench.loop(), target, shape);
    TRY(auto measured, load(fleet, make, bench.settings().duration));
    bench.add(row_of(scenario, fleet, std::move(measured)));
  }
  return true;
}

Result<bool> measure_create_pod(Bench& bench) {
  TRY(auto target, bench.server());
  const auto space = bench.name_space("create-pod");
  {
    Fleet setup(bench.loop(), target, Shape{});
    TRY_OK(create_namespace(setup, space));
  }
  std::uint64_t number = 0;
  auto make = [&](int, std::uint64_t) {
    return Call{"POST", path(space, "pods"), pod(fmt::format("pod-{}", number++), kPodBytes), {}};
  };
  for (const Shape shape : {Shape{kHttp11, 16, 1}, Shape{kHttp2, 2, 64}}) {
    Fleet fleet(bench.loop(), target, shape);
    TRY(auto measured, load(fleet, make, bench.settings().duration));
    bench.add(row_of("create-pod", fleet, std::move(measured)));
  }
  return true;
}

Result<bool> measure_patch(Bench& bench) {
  TRY(auto target, bench.server());
  const auto space = bench.name_space("patch");
  {
    Fleet setup(bench.loop(), target, Shape{});
    TRY_OK(create_namespace(setup, space));
  }
  for (const Patches& patches : kPatches) {
    for (const Shape shape : {Shape{kHttp11, 16, 1}, Shape{kHttp2, 1, 1}, Shape{kHttp2, 2, 64}})
      TRY_OK(patch_with(bench, target, shape, patches, space));
  }
  return true;
}

}  // namespace pedalion::bench
