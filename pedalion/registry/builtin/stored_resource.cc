#include "pedalion/registry/builtin/stored_resource.h"

#include <map>

#include "pedalion/registry/builtin/strategies/kind_strategy.h"
#include "pedalion/registry/generic/resource_store.h"

namespace pedalion::registry::builtin {

using allocation::ServiceAllocator;
using conversion::Capabilities;
using strategies::KindRulebook;
using strategies::KindStrategy;

namespace {

/// Claims of one service's write.
class ServiceClaims final : public generic::Allocation {
 public:
  ServiceClaims(ServiceAllocator& allocator, ServiceAllocator::Outcome outcome)
      : allocator_(allocator), outcome_(std::move(outcome)) {}
  Task<void> stored() override { co_await allocator_.release(std::move(outcome_.given_up)); }
  Task<void> failed() override { co_await allocator_.release(std::move(outcome_.claimed)); }

 private:
  ServiceAllocator& allocator_;
  ServiceAllocator::Outcome outcome_;
};

/// The service allocator as registry/generic takes it.
class ServiceAllocations final : public generic::Allocator {
 public:
  ServiceAllocations(ServiceAllocator& allocator, const schema::Type& type)
      : allocator_(allocator), type_(type) {}

  Task<Result<std::unique_ptr<generic::Allocation>>> allocate(json::Value& object, const json::Value* old,
                                                              json::Arena& arena, bool dry_run) override {
    auto claiming = dry_run ? allocation::Claiming::kPretended : allocation::Claiming::kReal;
    CO_TRY(ServiceAllocator::Outcome outcome,
           co_await allocator_.allocate(object, type_, old, arena, claiming));
    if (outcome.claimed.empty() && outcome.given_up.empty()) co_return std::unique_ptr<generic::Allocation>();
    co_return std::make_unique<ServiceClaims>(allocator_, std::move(outcome));
  }
  Task<void> released(const json::Value& object) override {
    co_await allocator_.release(ServiceAllocator::claims_of(object));
  }

 private:
  ServiceAllocator& allocator_;
  const schema::Type& type_;
};

generic::ResourceConfig config_of(const StoredSetup& setup) {
  const catalog::ResourceFacts& facts = *setup.facts;
  generic::ResourceConfig config;
  config.gvr = {setup.group, setup.version, std::string(facts.resource)};
  config.kind = {setup.group, setup.version, std::string(facts.kind)};
  config.type = setup.scheme->type(config.kind);
  config.key_prefix = setup.key_prefix + "/";
  config.key_prefix.append(facts.key()).append("/");
  config.namespaced = facts.namespaced();
  config.name_rule = facts.name_rule;
  // What extends the API is judged by the common rules alone.
  config.core_finalizers = setup.group != "admissionregistration.k8s.io" &&
                           setup.group != "apiextensions.k8s.io" && setup.group != "apiregistration.k8s.io";
  config.whole_judgements = facts.has(catalog::kJudgesWholeTwice) ? 2
                            : facts.has(catalog::kJudgesWhole)    ? 1
                                                                  : 0;
  for (const catalog::FieldLabel& field : facts.fields) {
    config.fields.push_back({std::string(field.label), std::string(field.path),
                             std::string(field.fallback_path), std::string(field.when_absent)});
  }
  config.names_known_fields = facts.fields.empty();
  config.unknown_field_text = facts.unknown_field_text;
  config.create_on_update = facts.has(catalog::kCreateOnUpdate);
  config.needs_resource_version = facts.has(catalog::kNeedsResourceVersion);
  config.ttl = setup.ttl;
  config.tracks_managers = facts.resource != "certificatesigningrequests";
  auto view = conversion::conversion_from(*setup.scheme, config.kind);
  if (view) config.convert = conversion::converter(*view);
  config.deletion = strategies::deletion_rules(setup.group, facts);
  return config;
}

class StoreWithDoors final : public StoredResource {
 public:
  explicit StoreWithDoors(StoredSetup setup)
      : setup_(std::move(setup)),
        config_(config_of(setup_)),
        defaults_(std::make_shared<strategies::LazyDefaults>(*config_.type)),
        main_(rulebook(strategies::Door::kMain)),
        store_(*setup_.store, *setup_.admission, config_, main_) {}

  Capabilities capabilities() override {
    return {&store_, &store_, &store_, &store_, &store_, &store_, &store_};
  }

  Capabilities door(std::string_view subresource) override {
    auto found = doors_.find(subresource);
    if (found == doors_.end()) {
      strategies::Door which = strategies::door_of(subresource);
      auto made = std::make_unique<SideDoor>(rulebook(which), store_, std::string(subresource));
      found = doors_.emplace(subresource, std::move(made)).first;
    }
    Capabilities capabilities;
    capabilities.getter = &found->second->store;
    capabilities.updater = &found->second->store;
    return capabilities;
  }

  const managedfields::FieldSet& reset_fields(std::string_view subresource) const override {
    return strategies::reset_fields(strategies::door_of(subresource),
                                    strategies::Traits::of(setup_.group, *setup_.facts));
  }
  generic::ResourceStore& store() override { return store_; }
  const schema::Type& type() const override { return *config_.type; }
  const meta::GroupVersionKind& kind() const override { return config_.kind; }

  void set_allocator(std::unique_ptr<generic::Allocator> allocator) override {
    allocations_ = std::move(allocator);
    store_.set_allocator(allocations_.get());
  }

 private:
  struct SideDoor {
    SideDoor(KindRulebook rulebook, generic::ResourceStore& resource, std::string subresource)
        : strategy(std::move(rulebook)),
          store(resource, {&strategy, subresource, subresource != "binding"}) {}
    const KindStrategy strategy;
    generic::SubresourceStore store;
  };

  KindRulebook rulebook(strategies::Door door) const {
    return KindRulebook(setup_.group, *setup_.facts, *config_.type, door, defaults_);
  }

  const StoredSetup setup_;
  const generic::ResourceConfig config_;
  const std::shared_ptr<strategies::LazyDefaults> defaults_;
  const KindStrategy main_;
  generic::ResourceStore store_;
  std::map<std::string, std::unique_ptr<SideDoor>, std::less<>> doors_;
  std::unique_ptr<generic::Allocator> allocations_;
};

}  // namespace

std::unique_ptr<generic::Allocator> service_allocations(ServiceAllocator& allocator,
                                                        const schema::Type& service) {
  return std::make_unique<ServiceAllocations>(allocator, service);
}

std::unique_ptr<StoredResource> StoredResource::create(StoredSetup setup) {
  return std::make_unique<StoreWithDoors>(std::move(setup));
}

}  // namespace pedalion::registry::builtin
