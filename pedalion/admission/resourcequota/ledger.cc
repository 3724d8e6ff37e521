#include "pedalion/admission/resourcequota/ledger.h"

#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::admission::resourcequota {
namespace {

using quota::Evaluator;
using quota::ResourceList;
using quota::ResourceNames;
using quota::Surroundings;

/// Does the quota count the new object? Then it must be able to: the object says what it has to, and what is
/// used so far is known.
Result<bool> concerns(const Ledger& ledger, const Attributes& attributes, const Evaluator& evaluator) {
  const json::Value& object = attributes.object->root;
  if (!evaluator.matches(ledger.hard, ledger.scopes, object)) return false;
  ResourceNames counted = evaluator.counted(ledger.hard);
  TRY(std::string missing, evaluator.missing(counted, object));
  if (!missing.empty()) {
    return std::unexpected(forbidden(attributes, "failed quota: " + ledger.name + ": " + missing));
  }
  for (const std::string& name : counted) {
    if (ledger.used.contains(name)) continue;
    return std::unexpected(forbidden(
        attributes, "status unknown for quota: " + ledger.name + ", resources: " + quota::text_of(counted)));
  }
  return true;
}

Result<void> check_signs(const ResourceList& usage, const Attributes& attributes) {
  ResourceNames negative;
  for (const auto& [name, amount] : usage) {
    if (amount.sign() < 0) negative.insert(name);
  }
  if (negative.empty()) return {};
  return std::unexpected(
      forbidden(attributes, "quota usage is negative for resource(s): " + quota::text_of(negative)));
}

/// What the write uses, to quotas that do not yet count the object and to those that do.
struct Usage {
  ResourceList whole, increase;
};

Result<Usage> usage_of(const Attributes& attributes, const Evaluator& evaluator,
                       const Surroundings& surroundings) {
  Usage usage;
  TRY(usage.whole, evaluator.usage(attributes.object->root, surroundings));
  TRY_OK(check_signs(usage.whole, attributes));
  usage.increase = usage.whole;
  if (attributes.old_object != nullptr) {
    TRY(ResourceList before, evaluator.usage(*attributes.old_object, surroundings));
    usage.increase = quota::increase(usage.whole, before);
  }
  usage.whole = quota::without_zeros(usage.whole);
  usage.increase = quota::without_zeros(usage.increase);
  return usage;
}

Status exceeded(const Ledger& ledger, const Attributes& attributes, const ResourceList& requested,
                const ResourceNames& names) {
  return forbidden(attributes, "exceeded quota: " + ledger.name +
                                   ", requested: " + quota::text_of(quota::masked(requested, names)) +
                                   ", used: " + quota::text_of(quota::masked(ledger.used, names)) +
                                   ", limited: " + quota::text_of(quota::masked(ledger.hard, names)));
}

Result<ResourceList> charged(const Ledger& ledger, const Attributes& attributes, const ResourceList& usage) {
  ResourceList requested = quota::masked(usage, quota::names_of(ledger.hard));
  ResourceList used = ledger.used;
  quota::add(used, requested);
  // What a status tells has happened: it is counted, not refused.
  if (attributes.subresource == "status") return used;
  ResourceNames over;
  for (const auto& [name, amount] : requested) {
    if (used.at(name) > ledger.hard.at(name)) over.insert(name);
  }
  if (!over.empty()) return std::unexpected(exceeded(ledger, attributes, requested, over));
  return used;
}

}  // namespace

Result<Ledger> Ledger::read(std::string_view json) {
  Ledger ledger;
  TRY(ledger.quota, json::parse(json));
  const json::Value& root = ledger.quota.root;
  ledger.name = root.string_at({"metadata", "name"});
  TRY(ledger.hard, quota::read_resource_list(root.at({"status", "hard"})));
  TRY(ledger.used, quota::read_resource_list(root.at({"status", "used"})));
  ledger.used_as_read = ledger.used;
  ledger.scopes = quota::scopes_of(root);
  return ledger;
}

json::Document Ledger::write() const {
  json::Document written;
  written.root = json::deep_copy(quota.root, written.arena);
  written.root.object_at("status", written.arena)
      .set("used", quota::write_resource_list(used, written.arena), written.arena);
  return written;
}

bool changes_usage(const Attributes& attributes, const Evaluator& evaluator) {
  bool creates = attributes.operation == Operation::kCreate;
  if (attributes.concerns("", "pods")) {
    if (attributes.subresource == "resize") return !creates;
    if (!attributes.subresource.empty()) return false;
    const quota::ScopeRequirement terminating{.scope = "Terminating"};
    return creates || evaluator.in_scope(terminating, attributes.object->root) !=
                          evaluator.in_scope(terminating, *attributes.old_object);
  }
  if (attributes.concerns("", "persistentvolumeclaims"))
    return attributes.subresource.empty() || attributes.subresource == "status";
  if (attributes.writes("", "services") || attributes.writes("resource.k8s.io", "resourceclaims"))
    return true;
  return creates && attributes.subresource.empty();
}

Result<std::vector<ResourceList>> charge(std::span<const Ledger> ledgers, const Attributes& attributes,
                                         const Evaluator& evaluator, const Surroundings& surroundings) {
  std::vector<bool> concerned;
  for (const Ledger& ledger : ledgers) {
    TRY(bool is_concerned, concerns(ledger, attributes, evaluator));
    concerned.push_back(is_concerned);
  }
  TRY(Usage usage, usage_of(attributes, evaluator, surroundings));
  std::vector<ResourceList> all;
  for (std::size_t i = 0; i < ledgers.size(); ++i) {
    const Ledger& ledger = ledgers[i];
    all.push_back(ledger.used);
    if (!concerned[i]) continue;
    bool counts_it_already = attributes.old_object != nullptr &&
                             evaluator.matches(ledger.hard, ledger.scopes, *attributes.old_object);
    TRY(all.back(), charged(ledger, attributes, counts_it_already ? usage.increase : usage.whole));
  }
  return all;
}

}  // namespace pedalion::admission::resourcequota
