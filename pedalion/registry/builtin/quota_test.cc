// Quotas hold however many create at once: the property, through the registry, its admission and a store.
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <random>
#include <thread>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/testing/seeds.h"
#include "pedalion/base/testing/thread_loop.h"
#include "pedalion/registry/builtin/builtin_registry.h"
#include "pedalion/storage/memory/memory_store.h"

namespace pedalion::registry::builtin {
namespace {

constexpr int kCreators = 64;

struct Counts {
  std::atomic<int> created = 0, refused = 0, other = 0;
};

class Quotas {
 public:
  Quotas()
      : store_(storage::memory::make_store({})),
        registry_(BuiltinRegistry::create(*store_, scheme_, {}).value()) {
    user_.name = "admin";
    EXPECT_TRUE(create("namespaces", "", R"({"metadata":{"name":"ns"}})"));
  }

  Result<rest::ObjectPtr> create(std::string_view resource, std::string ns, std::string_view text,
                                 bool dry_run = false) {
    const rest::Resource& found = *registry_->find("", resource);
    auto request = context(std::move(ns));
    return pedalion::testing::ThreadLoop::run(
        found.creater->create(request, "", shaped(found, text), options(dry_run)));
  }
  Result<rest::UpdateResult> put(std::string_view subresource, std::string_view text) {
    const rest::Resource& found = *registry_->find("", "resourcequotas", subresource);
    auto request = context("ns");
    auto make = [&](const watchcache::Object*) -> Result<json::Document> { return shaped(found, text); };
    return pedalion::testing::ThreadLoop::run(found.updater->update(
        request, "q", make, options(false), rest::CreateIfMissing::kNever, rest::FieldTracking::kUpdate));
  }
  std::string used(std::string_view name) {
    auto request = context("ns");
    auto object = pedalion::testing::ThreadLoop::run(
                      registry_->find("", "resourcequotas")->getter->get(request, "q", {}))
                      .value();
    return std::string(json::parse(object->json.view()).value().root.string_at({"status", "used", name}));
  }
  std::size_t stored(std::string_view resource) {
    auto request = context("ns");
    return pedalion::testing::ThreadLoop::run(registry_->find("", resource)->lister->list(request, {}))
        .value()
        .items.size();
  }

 private:
  rest::RequestContext context(std::string ns) {
    rest::RequestContext made;
    made.user = &user_;
    made.ns = std::move(ns);
    return made;
  }
  static rest::WriteOptions options(bool dry_run) {
    rest::WriteOptions made;
    made.field_manager = "test";
    made.dry_run = dry_run;
    return made;
  }
  static json::Document shaped(const rest::Resource& resource, std::string_view text) {
    json::Document object = json::parse(text).value();
    codec::set_type_meta(object, resource.kind);
    EXPECT_TRUE(codec::reshape(object, *resource.type).has_value());
    return object;
  }

  scheme::Scheme scheme_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<BuiltinRegistry> registry_;
  rest::UserInfo user_;
};

std::string object_text(std::string_view resource, int number) {
  std::string metadata = R"({"metadata":{"name":"x)" + std::to_string(number) + "\"}";
  return metadata + (resource == "pods" ? R"(,"spec":{"containers":[{"name":"c","image":"i"}]}})" : "}");
}

/// Until it is done or refused: others may have been quicker with the quota more often than admission tries.
void create_one(Quotas& quotas, std::string_view resource, int number, bool dry_run, Counts& counts) {
  for (;;) {
    auto made = quotas.create(resource, "ns", object_text(resource, number), dry_run);
    if (!made && made.error().has_reason("Conflict")) continue;
    if (dry_run) return;
    if (made) {
      ++counts.created;
    } else if (made.error().message.find("exceeded quota: q, requested: ") != std::string::npos) {
      ++counts.refused;
    } else {
      ++counts.other;
      ADD_FAILURE() << made.error().message;
    }
    return;
  }
}

void run(unsigned seed, std::string_view resource) {
  SCOPED_TRACE("seed " + std::to_string(seed) + " " + std::string(resource));
  std::mt19937 random(seed);
  int hard = static_cast<int>(random() % 20), dry_runs = static_cast<int>(random() % 8);
  std::string limits = "{\"" + std::string(resource) + "\":\"" + std::to_string(hard) + "\"}";
  std::string spec = R"("spec":{"hard":)" + limits + "}";
  Quotas quotas;
  ASSERT_TRUE(quotas.create("resourcequotas", "ns", R"({"metadata":{"name":"q"},)" + spec + "}"));
  ASSERT_TRUE(quotas.put("status", R"({"metadata":{"name":"q"},"status":{"hard":)" + limits +
                                       R"(,"used":{")" + std::string(resource) + R"(":"0"}}})"));

  Counts counts;
  std::latch all_there(kCreators);
  std::atomic<bool> over = false;
  std::vector<std::thread> threads;
  for (int number = 0; number < kCreators; ++number) {
    threads.emplace_back([&, number] {
      all_there.arrive_and_wait();
      create_one(quotas, resource, number, number < dry_runs, counts);
    });
  }
  std::thread meddler([&] {
    for (int label = 0; !over; ++label) {
      auto written = quotas.put(
          "", R"({"metadata":{"name":"q","labels":{"l":")" + std::to_string(label) + "\"}}," + spec + "}");
      EXPECT_TRUE(written) << written.error().message;
      std::this_thread::yield();
    }
  });
  for (auto& thread : threads) thread.join();
  over = true;
  meddler.join();

  EXPECT_EQ(counts.created, hard);
  EXPECT_EQ(counts.refused, kCreators - dry_runs - hard);
  EXPECT_EQ(quotas.stored(resource), hard);
  EXPECT_EQ(quotas.used(resource), std::to_string(hard));
}

TEST(Quotas, AreUsedToTheLimitAndNeverBeyond) {
  for (unsigned seed : apimachinery::testing::seeds(20)) {
    run(seed, seed % 2 == 0 ? "pods" : "configmaps");
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace pedalion::registry::builtin
