#include "pedalion/admission/resourcequota/resource_quota.h"

#include <algorithm>

#include "pedalion/admission/resourcequota/ledger.h"
#include "pedalion/admission/resourcequota/turns.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::admission::resourcequota {
namespace {

using Ledgers = std::vector<Ledger>;
using Waiters = std::vector<Waiter*>;

const meta::GroupResource kQuotas{"", "resourcequotas"};
/// How often quotas are read and charged anew after others have written them.
constexpr int kRetries = 3;

/// What usage depends on, and what that borrows from.
struct Known {
  quota::Surroundings surroundings;
  json::Document owner;
};

void judge_open(const Waiters& waiters, const Result<void>& verdict) {
  for (Waiter* waiter : waiters) {
    if (!waiter->verdict) waiter->verdict = verdict;
  }
}

class ResourceQuota final : public Plugin {
 public:
  explicit ResourceQuota(Cluster& cluster) : cluster_(cluster) {}
  std::string_view name() const override { return "ResourceQuota"; }
  bool handles(Operation operation) const override {
    return operation == Operation::kCreate || operation == Operation::kUpdate;
  }

  Task<Result<void>> validate(const Attributes& attributes) override {
    if (attributes.ns.empty() || attributes.kind.kind == "Namespace") co_return Result<void>();
    meta::GroupResource resource = attributes.group_resource();
    if (quota::is_never_counted(resource)) co_return Result<void>();
    if (!changes_usage(attributes, quota::Evaluator(resource))) co_return Result<void>();
    std::string ns(attributes.ns);
    CO_TRY(bool has_quotas, co_await cluster_.knows_any(kQuotas, ns));
    if (!has_quotas) co_return Result<void>();

    Waiter self{.attributes = attributes, .verdict = {}, .turn = {}};
    bool works = turns_.enter(ns, self) || co_await self.turn == Waiter::Turn::kWork;
    if (works) {
      Waiters waiters = turns_.take(ns);
      co_await judge(ns, waiters);
      turns_.leave(ns, waiters, self);
    }
    co_return *std::move(self.verdict);
  }

 private:
  /// Gives each a verdict; nothing it meets leaves the others waiting.
  Task<void> judge(const std::string& ns, const Waiters& waiters) {
    try {
      judge_open(waiters, co_await charge_all(ns, waiters));
    } catch (const std::exception& error) {
      judge_open(waiters, std::unexpected(meta::internal_error(error.what())));
    }
  }

  /// The verdict on all that have none after it. A quota that somebody else has written meanwhile is read and
  /// charged again; the others have been charged.
  Task<Result<void>> charge_all(const std::string& ns, const Waiters& waiters) {
    CO_TRY(Ledgers ledgers, co_await read(ns));
    for (int retries = kRetries;; --retries) {
      for (Waiter* waiter : waiters) {
        if (!waiter->verdict) co_await charge_one(ledgers, *waiter);
      }
      std::vector<std::string> failed;
      Result<void> written = co_await write(ledgers, failed);
      if (written || retries == 0) co_return written;
      auto again = co_await read(ns);
      if (!again) co_return written;
      ledgers = *std::move(again);
      // One that is gone limits nothing any more.
      std::erase_if(ledgers, [&](const Ledger& ledger) {
        return std::ranges::find(failed, ledger.name) == failed.end();
      });
    }
  }

  /// Judges it when it is refused or charges nothing; else it is up to the writing of the ledgers.
  Task<void> charge_one(Ledgers& ledgers, Waiter& waiter) {
    const Attributes& attributes = waiter.attributes;
    auto known = co_await known_of(attributes);
    if (!known) {
      waiter.verdict = std::unexpected(std::move(known).error());
      co_return;
    }
    if (known->owner.root.is_object()) known->surroundings.owner = &known->owner.root;
    auto used =
        charge(ledgers, attributes, quota::Evaluator(attributes.group_resource()), known->surroundings);
    if (!used) {
      waiter.verdict = std::unexpected(std::move(used).error());
      co_return;
    }
    bool charges = false;
    for (std::size_t i = 0; i < ledgers.size() && !attributes.dry_run; ++i) {
      charges = charges || (*used)[i] != ledgers[i].used;
      ledgers[i].used = std::move((*used)[i]);
    }
    if (!charges) waiter.verdict = Result<void>();
  }

  Task<Result<Known>> known_of(const Attributes& attributes) {
    Known known;
    known.surroundings.now = meta::now();
    if (!attributes.concerns("resource.k8s.io", "resourceclaims")) co_return known;
    CO_TRY(auto classes, co_await cluster_.list({"resource.k8s.io", "deviceclasses"}, ""));
    for (const auto& object : classes) {
      CO_TRY(json::Document parsed, json::parse(object->json.view()));
      auto name = parsed.root.string_at({"spec", "extendedResourceName"});
      if (!name.empty()) known.surroundings.extended_names.emplace(object->name, name);
    }
    std::string owner(quota::extended_resource_owner(attributes.object->root));
    if (owner.empty()) co_return known;
    CO_TRY(auto pod, co_await cluster_.find({"", "pods"}, std::string(attributes.ns), std::move(owner)));
    if (pod) {
      CO_TRY(known.owner, json::parse(pod->json.view()));
    }
    co_return known;
  }

  Task<Result<Ledgers>> read(std::string ns) {
    CO_TRY(auto objects, co_await cluster_.list(kQuotas, std::move(ns)));
    Ledgers ledgers;
    for (const auto& object : objects) {
      CO_TRY(Ledger ledger, Ledger::read(object->json.view()));
      ledgers.push_back(std::move(ledger));
    }
    co_return ledgers;
  }

  /// The last failure, and the names of all quotas that failed.
  Task<Result<void>> write(const Ledgers& ledgers, std::vector<std::string>& failed) {
    Result<void> outcome;
    for (const Ledger& ledger : ledgers) {
      if (!ledger.has_changed()) continue;
      auto written = co_await cluster_.update_status(kQuotas, ledger.write());
      if (written) continue;
      failed.push_back(ledger.name);
      outcome = std::move(written);
    }
    co_return outcome;
  }

  Cluster& cluster_;
  Turns turns_;
};

}  // namespace

std::unique_ptr<Plugin> resource_quota(Cluster& cluster) { return std::make_unique<ResourceQuota>(cluster); }

}  // namespace pedalion::admission::resourcequota
