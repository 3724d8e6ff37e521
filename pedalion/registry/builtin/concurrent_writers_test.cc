// Many writers of one object, each in its own way: no update is lost.
#include <gtest/gtest.h>

#include <thread>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/managedfields/field_manager.h"
#include "pedalion/apimachinery/patch/strategic_merge_patch.h"
#include "pedalion/base/testing/thread_loop.h"
#include "pedalion/registry/builtin/builtin_registry.h"
#include "pedalion/storage/memory/memory_store.h"

namespace pedalion::registry::builtin {
namespace {

constexpr unsigned kWriters = 64, kRounds = 12;
constexpr std::string_view kCounter = "counter";

class ConcurrentWritersTest : public ::testing::Test {
 protected:
  ConcurrentWritersTest() : store_(storage::memory::make_store({})) {
    registry_ = BuiltinRegistry::create(*store_, scheme_, {}).value();
    config_maps_ = registry_->find("", "configmaps");
    create("namespaces", "", R"({"metadata":{"name":"default"}})");
    create("configmaps", "default", R"({"metadata":{"name":"shared"},"data":{"counter":"0"}})");
  }

  void create(std::string_view resource, std::string ns, std::string_view text) {
    const rest::Resource& found = *registry_->find("", resource);
    json::Document object = json::parse(text).value();
    codec::set_type_meta(object, found.kind);
    auto request = context(std::move(ns));
    auto created =
        pedalion::testing::ThreadLoop::run(found.creater->create(request, "", std::move(object), {}));
    ASSERT_TRUE(created) << created.error().message;
  }

  static rest::RequestContext context(std::string ns) {
    static const rest::UserInfo kUser{.name = "admin"};
    rest::RequestContext made;
    made.user = &kUser;
    made.ns = std::move(ns);
    return made;
  }

  json::Document read() {
    auto request = context("default");
    auto object = pedalion::testing::ThreadLoop::run(config_maps_->getter->get(request, "shared", {}));
    return json::parse((*object.value()).json.view()).value();
  }

  static void count_up(json::Document& object) {
    auto count = std::stoi(std::string(object.root.string_at({"data", kCounter}))) + 1;
    object.root.find("data")->set(kCounter, json::Value::string(std::to_string(count), object.arena),
                                  object.arena);
  }

  Result<void> write(rest::MakeObject make, rest::CreateIfMissing missing, rest::FieldTracking tracking) {
    auto request = context("default");
    auto updated = pedalion::testing::ThreadLoop::run(config_maps_->updater->update(
        request, "shared", std::move(make), {.field_manager = "test"}, missing, tracking));
    if (!updated) return std::unexpected(updated.error());
    return {};
  }

  // The ways to write. Each makes one change that has to last.

  /// A patch that depends on what is there: made again after each conflict.
  Result<void> count_by_patch() {
    auto make = [](const watchcache::Object* current) -> Result<json::Document> {
      TRY(json::Document object, json::parse(current->json.view()));
      count_up(object);
      return std::move(object);
    };
    return write(make, rest::CreateIfMissing::kNever, rest::FieldTracking::kUpdate);
  }

  /// A replacement of the revision that was read: refused when somebody was quicker, then read anew.
  Result<void> count_by_replacing() {
    for (;;) {
      const json::Document seen = read();
      auto make = [&](const watchcache::Object*) -> Result<json::Document> {
        json::Document made;
        made.root = json::deep_copy(seen.root, made.arena);
        count_up(made);
        return made;
      };
      auto written = write(make, rest::CreateIfMissing::kByStrategy, rest::FieldTracking::kUpdate);
      if (written || written.error().code != 409) return written;
    }
  }

  Result<void> set_own_key_by_patch(const std::string& key, unsigned round) {
    const std::string text = R"({"data":{")" + key + "\":\"" + std::to_string(round) + "\"}}";
    auto make = [&](const watchcache::Object* current) -> Result<json::Document> {
      TRY(json::Document object, json::parse(current->json.view()));
      TRY(json::Value patch, json::parse(text, object.arena));
      TRY(object.root,
          patch::apply_strategic_merge_patch(object.root, patch, *config_maps_->type, object.arena));
      TRY_OK(codec::reshape(object, *config_maps_->type));
      return std::move(object);
    };
    return write(make, rest::CreateIfMissing::kNever, rest::FieldTracking::kUpdate);
  }

  Result<void> set_own_key_by_apply(const std::string& key, unsigned round) {
    const std::string text =
        R"({"apiVersion":"v1","kind":"ConfigMap","data":{")" + key + "\":\"" + std::to_string(round) + "\"}}";
    managedfields::FieldManager how{
        .type = config_maps_->type, .manager = {key, "v1", ""}, .now_seconds = 1'700'000'000};
    auto make = [&](const watchcache::Object* current) -> Result<json::Document> {
      TRY(json::Document object, json::parse(current->json.view()));
      TRY(json::Value applied, json::parse(text, object.arena));
      TRY(object.root,
          managedfields::apply(how, object.root, applied, managedfields::Force::kNo, object.arena));
      TRY_OK(codec::reshape(object, *config_maps_->type));
      return std::move(object);
    };
    return write(make, rest::CreateIfMissing::kAlways, rest::FieldTracking::kDone);
  }

  Result<void> write_as(unsigned writer, unsigned round) {
    const std::string key = "writer-" + std::to_string(writer);
    switch (writer % 4) {
      case 0:
        return count_by_patch();
      case 1:
        return count_by_replacing();
      case 2:
        return set_own_key_by_patch(key, round);
      default:
        return set_own_key_by_apply(key, round);
    }
  }

  const scheme::Scheme scheme_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<BuiltinRegistry> registry_;
  const rest::Resource* config_maps_ = nullptr;
};

TEST_F(ConcurrentWritersTest, LoseNoUpdate) {
  auto before = pedalion::testing::ThreadLoop::run(store_->current_revision("")).value();
  {
    std::vector<std::jthread> threads;
    for (unsigned writer = 0; writer < kWriters; ++writer) {
      threads.emplace_back([this, writer] {
        for (unsigned round = 1; round <= kRounds; ++round) {
          auto written = write_as(writer, round);
          EXPECT_TRUE(written) << "writer " << writer << ": " << written.error().message;
        }
      });
    }
  }
  json::Document last = read();
  EXPECT_EQ(last.root.string_at({"data", kCounter}), std::to_string(kWriters / 2 * kRounds));
  for (unsigned writer = 0; writer < kWriters; ++writer) {
    if (writer % 4 < 2) continue;
    EXPECT_EQ(last.root.string_at({"data", "writer-" + std::to_string(writer)}), std::to_string(kRounds));
  }
  EXPECT_EQ(pedalion::testing::ThreadLoop::run(store_->current_revision("")).value() - before,
            kWriters * kRounds)
      << "each change is one write";
}

}  // namespace
}  // namespace pedalion::registry::builtin
