// Server-side apply of random configurations through a resource's store: with the kind's defaults and with
// what a door keeps, but without judging whether the object makes sense.
#include <gtest/gtest.h>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/managedfields/field_manager.h"
#include "pedalion/apimachinery/testing/differences.h"
#include "pedalion/apimachinery/testing/random_object.h"
#include "pedalion/apimachinery/testing/seeds.h"
#include "pedalion/registry/builtin/stored_form/stored_form.h"
#include "pedalion/registry/builtin/strategies/kind_strategy.h"
#include "pedalion/registry/generic/resource_store.h"
#include "pedalion/storage/memory/memory_store.h"

namespace pedalion::registry::builtin {
namespace {

using strategies::KindRulebook;
using strategies::KindStrategy;

/// The kind's strategy that finds nothing wrong.
class Unjudged final : public generic::Strategy {
 public:
  explicit Unjudged(KindRulebook rulebook) : kind_(std::move(rulebook)) {}
  void set_defaults(json::Document& object) const override { kind_.set_defaults(object); }
  void prepare_create(const rest::RequestContext& context, json::Document& object) const override {
    kind_.prepare_create(context, object);
  }
  void prepare_update(json::Document& object, const json::Value& old) const override {
    kind_.prepare_update(object, old);
  }
  meta::FieldErrors validate(const json::Value&) const override { return {}; }
  meta::FieldErrors validate_update(const json::Value&, const json::Value&) const override { return {}; }
  std::vector<std::string> warnings(const json::Value&, const json::Value*) const override { return {}; }
  void canonicalize(json::Document& object) const override { kind_.canonicalize(object); }
  const managedfields::FieldSet& reset_fields() const override { return kind_.reset_fields(); }

 private:
  const KindStrategy kind_;
};

/// A resource of its own store.
class Resource {
 public:
  Resource(const scheme::Scheme& scheme, meta::GroupVersionKind kind, std::string_view group,
           const catalog::ResourceFacts& facts)
      : kind_(std::move(kind)),
        type_(*scheme.type(kind_)),
        strategy_(KindRulebook(group, facts, type_, strategies::Door::kMain,
                               std::make_shared<strategies::LazyDefaults>(type_))),
        key_prefix_("/registry/" + std::string(facts.key()) + "/"),
        transcoder_(scheme, "/registry"),
        store_(storage::memory::make_store({})),
        resource_(*store_, chain_, config(facts), strategy_) {}

  const meta::GroupVersionKind& kind() const { return kind_; }

  /// Of random fields, with metadata that every object may have. There are labels, for which the template's
  /// would stand in, and nothing is said twice that Kubernetes brings into agreement.
  json::Document random_object(unsigned seed) const {
    json::Document made;
    apimachinery::testing::RandomObject random(seed, made.arena);
    random.leave_out("NodeSpec", "podCIDR");
    random.leave_out("PodSpec", "serviceAccount");
    made.root = random.of(type_);
    codec::set_type_meta(made, kind_);
    EXPECT_TRUE(codec::reshape(made, type_));
    json::Value& metadata = made.root.object_at("metadata", made.arena);
    metadata = json::parse(kMetadata[seed % std::size(kMetadata)], made.arena).value();
    return made;
  }

  Result<rest::ObjectPtr> create(json::Document object) {
    auto context = this->context();
    return sync_wait(resource_.create(context, "", std::move(object), {.field_manager = "creator"}));
  }

  /// What lies in the store, and what comes of it after a way through the form of kube-apiserver's store.
  std::pair<std::string, std::string> stored_and_read_back() {
    const storage::Entry entry = sync_wait(store_->list(key_prefix_, {})).value().entries.at(0);
    auto stored = transcoder_.to_stored(entry.key, entry.value);
    auto read = stored ? transcoder_.to_json(entry.key, *stored) : stored;
    return {std::string(entry.value.view()), read ? std::string(read->view()) : read.error().message};
  }

  Result<rest::ObjectPtr> apply(const json::Document& configuration, std::int64_t now) {
    auto make = [&](const watchcache::Object* current) -> Result<json::Document> {
      TRY(json::Document object, json::parse(current->json.view()));
      const std::string version = kind_.group_version().api_version();
      managedfields::FieldManager how{.type = &type_,
                                      .manager = {"applier", object.arena.copy(version), ""},
                                      .now_seconds = now,
                                      .reset_fields = &strategy_.reset_fields()};
      TRY(object.root,
          managedfields::apply(how, object.root, json::deep_copy(configuration.root, object.arena),
                               managedfields::Force::kYes, object.arena));
      TRY_OK(codec::reshape(object, type_));
      codec::set_type_meta(object, kind_);
      return std::move(object);
    };
    auto context = this->context();
    auto updated = sync_wait(resource_.update(context, "name", make, {}, rest::CreateIfMissing::kAlways,
                                              rest::FieldTracking::kDone));
    if (!updated) return std::unexpected(updated.error());
    return updated->object;
  }

 private:
  static constexpr std::string_view kMetadata[] = {
      R"({"name":"name","labels":{"a":""}})",
      R"({"name":"name","labels":{"a":"b","c":""},"annotations":{"x":"\u0001 y"}})",
      R"({"name":"name","finalizers":["example.com/a","example.com/b"],"labels":{"a":"c"}})",
      R"({"name":"name","labels":{"d":"e"},"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":"1"},)"
      R"({"apiVersion":"v1","kind":"Pod","name":"q","uid":"2","controller":true}],"annotations":{"x":""}})"};

  generic::ResourceConfig config(const catalog::ResourceFacts& facts) const {
    generic::ResourceConfig made;
    made.gvr = {kind_.group, kind_.version, std::string(facts.resource)};
    made.kind = kind_;
    made.type = &type_;
    made.key_prefix = key_prefix_;
    return made;
  }
  static rest::RequestContext context() { return {}; }

  const meta::GroupVersionKind kind_;
  const schema::Type& type_;
  const Unjudged strategy_;
  const admission::Chain chain_;
  const std::string key_prefix_;
  const stored_form::Transcoder transcoder_;
  const std::unique_ptr<storage::Store> store_;
  generic::ResourceStore resource_;
};

void reapply(unsigned seed, Resource& resource) {
  auto created = resource.create(resource.random_object(seed + 1'000'000));
  ASSERT_TRUE(created) << created.error().message;
  auto configuration = resource.random_object(seed);
  auto once = resource.apply(configuration, 1'700'000'000);
  ASSERT_TRUE(once) << once.error().message;
  auto twice = resource.apply(configuration, 1'800'000'000);
  ASSERT_TRUE(twice) << twice.error().message;
  ASSERT_EQ(apimachinery::testing::differences((*once)->json.view(), (*twice)->json.view()), "");
  ASSERT_EQ((*twice)->revision, (*once)->revision);
}

template <class Check>
void with_every_kind(unsigned count, Check check) {
  const scheme::Scheme scheme;
  for (const catalog::GroupFacts& group : catalog::groups()) {
    std::string version(group.versions.substr(0, group.versions.find(',')));
    for (const catalog::ResourceFacts& facts : group.resources) {
      meta::GroupVersionKind kind{std::string(group.group), version, std::string(facts.kind)};
      if (facts.has(catalog::kNotStored) || scheme.type(kind) == nullptr) continue;
      for (unsigned seed : apimachinery::testing::seeds(count)) {
        SCOPED_TRACE(kind.kind + ", SEED=" + std::to_string(seed));
        Resource resource(scheme, kind, group.group, facts);
        check(seed, resource);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }
}

TEST(Reapply, ChangesNothingWhateverTheKind) { with_every_kind(20, reapply); }

// The watch cache takes what was written for what will be read.
TEST(StoredText, IsWhatTheStoresOwnFormIsReadAs) {
  with_every_kind(10, [](unsigned seed, Resource& resource) {
    auto created = resource.create(resource.random_object(seed));
    ASSERT_TRUE(created) << created.error().message;
    if (resource.kind().group == "events.k8s.io") return;  // a view of what is stored as core/v1
    auto [stored, read_back] = resource.stored_and_read_back();
    ASSERT_EQ(apimachinery::testing::differences(stored, read_back), "");
  });
}

}  // namespace
}  // namespace pedalion::registry::builtin
