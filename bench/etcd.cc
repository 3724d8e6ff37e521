// A server before an etcd: what a create costs it more, and how long it takes to start over many objects.
#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "bench/objects.h"
#include "bench/scenario.h"
#include "pedalion/storage/etcd3/etcd_process.h"
#include "pedalion/storage/etcd3/loader/loader.h"

namespace pedalion::bench {
namespace {

using storage::etcd3::EtcdProcess;

constexpr std::string_view kSpace = "bench", kTemplate = "web-7c5ddbdf54-aaaaaaaa";
constexpr int kWriters = 64, kStarts = 3;

std::string pod_key(std::string_view name) { return fmt::format("/registry/pods/{}/{}", kSpace, name); }

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

std::vector<std::string> flags_for(const EtcdProcess& etcd) { return {"--etcd-servers=" + etcd.endpoint()}; }

/// Null, and a row that says why, where no etcd can be had.
std::unique_ptr<EtcdProcess> start_etcd(Bench& bench, std::string_view scenario) {
  Row row;
  row.scenario = scenario;
  row.shape = bench.settings().launch ? "only with Debian's etcd-server" : "only with --exec";
  if (bench.settings().launch) {
    try {
      return std::make_unique<EtcdProcess>();
    } catch (const std::exception&) {
    }
  }
  bench.add(std::move(row));
  return nullptr;
}

/// One pod as the server stores it.
Result<std::string> stored_pod(Bench& bench, const Target& target, storage::Store& store) {
  Fleet fleet(bench.loop(), target, Shape{});
  TRY_OK(create_namespace(fleet, std::string(kSpace)));
  TRY_OK(fleet.call({"POST", path(kSpace, "serviceaccounts"),
                     R"({"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default"}})",
                     "application/json"}));
  TRY_OK(fleet.call({"POST", path(kSpace, "pods"), replaced(std::string(deployed_pod()), "$NAME", kTemplate),
                     "application/json"}));
  TRY_OK(fleet.call({"PATCH", path(kSpace, "pods", fmt::format("{}/status", kTemplate)),
                     replaced(std::string(status_of_deployed_pod()), "$NAME", kTemplate),
                     "application/merge-patch+json"}));
  TRY(auto entry, sync_wait(store.get(pod_key(kTemplate))));
  return std::string(entry.value.view());
}

/// Names of one length, so that the copies differ in nothing else.
Result<bool> copy_pod(storage::Store& store, const std::string& stored, int count) {
  std::atomic<int> next = 0;
  std::mutex mutex;
  std::optional<Status> failure;
  auto write = [&] {
    for (int number = next++; number < count; number = next++) {
      std::string name = fmt::format("{}{:08}", kTemplate.substr(0, kTemplate.size() - 8), number);
      auto made =
          sync_wait(store.create(pod_key(name), Bytes(replaced(stored, kTemplate, name)), std::nullopt));
      std::lock_guard lock(mutex);
      if (!made && !failure) failure = made.error();
      if (failure) return;
    }
  };
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < kWriters; ++i) writers.emplace_back(write);
  }
  if (failure) return std::unexpected(*failure);
  return true;
}

struct Start {
  double ready_ms = 0, listed_ms = 0, cpu_ms = 0;
};

/// From exec until it is ready, and until a first page of pods has come, for which all have been read.
Result<Start> start_over(Bench& bench, const EtcdProcess& etcd, std::unique_ptr<LaunchedServer> former) {
  TRY(auto* server, bench.launch(std::move(former), flags_for(etcd)));
  auto since = [&] {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - server->started())
        .count();
  };
  Start start;
  TRY_OK(bench.wait_until_ready(server->target()));
  start.ready_ms = since();
  Fleet fleet(bench.loop(), server->target(), Shape{});
  TRY_OK(fleet.call({"GET", "/api/v1/pods?limit=500", {}, {}}));
  start.listed_ms = since();
  start.cpu_ms = cpu_milliseconds_with_ended_threads(server->target().pid);
  return start;
}

}  // namespace

Result<bool> measure_create_over_etcd(Bench& bench) {
  auto etcd = start_etcd(bench, "create-etcd");
  if (!etcd) return true;
  TRY(auto* server, bench.launch(nullptr, flags_for(*etcd)));
  TRY_OK(bench.wait_until_ready(server->target()));
  auto measured = measure_creates(bench, server->target(), "create-etcd");
  bench.take_server()->stop();  // before its etcd goes
  return measured;
}

Result<bool> measure_startup_over_etcd(Bench& bench) {
  auto etcd = start_etcd(bench, "startup-etcd");
  if (!etcd) return true;
  TRY(auto* server, bench.launch(nullptr, flags_for(*etcd)));
  TRY_OK(bench.wait_until_ready(server->target()));
  double stored_kb = 0;
  {
    storage::etcd3::Etcd3Options options;
    options.endpoints = {etcd->endpoint()};
    TRY(auto store, storage::etcd3::loader::open(options));
    TRY(auto stored, stored_pod(bench, server->target(), *store));
    stored_kb = static_cast<double>(stored.size()) / 1000;
    TRY_OK(copy_pod(*store, stored, bench.settings().pods_in_etcd));
  }
  Samples samples;
  Start last;
  for (int i = 0; i < kStarts; ++i) {
    auto former = bench.take_server();
    former->stop();
    TRY(last, start_over(bench, *etcd, std::move(former)));
    samples.add(last.listed_ms * 1000);
  }
  Row row;
  row.scenario = "startup-etcd";
  row.protocol = "1.1";
  row.shape = fmt::format("{} pods of {:.1f} kB", bench.settings().pods_in_etcd, stored_kb);
  row.latencies = samples.latencies();
  row.rss_mb = memory_of(bench.take_server()->target().pid).resident_mb;
  row.more = {{"ready_ms", last.ready_ms}, {"pods_ms", row.latencies.p50 / 1000}, {"cpu_ms", last.cpu_ms}};
  bench.add(std::move(row));
  return true;
}

}  // namespace pedalion::bench
