#include "pedalion/controllers/claims.h"

#include <fmt/format.h>

#include "pedalion/controllers/owner_index.h"
#include "pedalion/controllers/requests.h"

namespace pedalion::controllers {
namespace {

/// Fails when the owner is not there any more, or is about to go.
Task<Result<void>> may_adopt(client::rest::RestClient& client, OwnerObject owner) {
  auto request = get_request(client, owner.resource, owner.namespace_name);
  request.name(owner.name).accept(kMetadataOnly);
  CO_TRY(auto latest, co_await fetch(std::move(request)));
  auto uid = latest.root.string_at({"metadata", "uid"});
  if (uid != owner.uid) {
    co_return std::unexpected(
        Status(409, "Conflict",
               fmt::format("original {} {}/{} is gone: got uid {}, wanted {}", owner.kind,
                           owner.namespace_name, owner.name, uid, owner.uid)));
  }
  auto deleted = latest.root.string_at({"metadata", "deletionTimestamp"});
  if (deleted.empty()) co_return Result<void>();
  co_return std::unexpected(
      Status(409, "Conflict",
             fmt::format("{}/{} has just been deleted at {}", owner.namespace_name, owner.name, deleted)));
}

/// True when it is the owner's in the end.
Task<Result<bool>> carry_out(client::api::ResourceClient place, const Dependent* dependent, Claim what,
                             const OwnerObject* owner) {
  const auto& tree = dependent->tree.root;
  auto patch =
      what == Claim::kAdopt ? adoption_patch(tree, owner->view()) : release_patch(tree, owner->view());
  auto done = co_await place.patch(std::string(dependent->object.name()),
                                   client::rest::PatchType::kStrategicMerge, Bytes(std::move(patch)));
  // It is gone, or another has its name: there is nothing to be claimed.
  if (!done && (is_not_found(done.error()) || done.error().code == 422)) co_return false;
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return what == Claim::kAdopt;
}

}  // namespace

OwnerObject owner_of(const json::Value& object, meta::GroupVersionResource resource) {
  OwnerObject owner;
  owner.resource = std::move(resource);
  owner.api_version = object.string_at({"apiVersion"});
  owner.kind = object.string_at({"kind"});
  owner.namespace_name = object.string_at({"metadata", "namespace"});
  owner.name = object.string_at({"metadata", "name"});
  owner.uid = object.string_at({"metadata", "uid"});
  owner.deleted = !object.string_at({"metadata", "deletionTimestamp"}).empty();
  return owner;
}

Task<Result<std::vector<Dependent>>> claim_dependents(client::rest::RestClient& client,
                                                      client::informer::Informer& informer,
                                                      meta::GroupVersionResource dependents,
                                                      OwnerObject owner, selector::LabelSelector selector) {
  auto candidates = owned_by(informer, owner.uid);
  auto orphans = orphans_in(informer, owner.namespace_name);
  candidates.insert(candidates.end(), orphans.begin(), orphans.end());
  auto place = client::api::ResourceClient(client, dependents).in_namespace(owner.namespace_name);
  std::vector<Dependent> owned;
  bool asked = false;
  for (auto& object : candidates) {
    Dependent dependent{object, object.parse()};
    const auto& tree = dependent.tree.root;
    auto what = claim(tree, owner.view(), matches(selector, labels_of(tree)));
    if (what == Claim::kNone) continue;
    if (what == Claim::kAdopt && !std::exchange(asked, true)) CO_TRY_OK(co_await may_adopt(client, owner));
    bool mine = what == Claim::kOwned;
    if (!mine) {
      CO_TRY(mine, co_await carry_out(place, &dependent, what, &owner));
    }
    if (mine) owned.push_back(std::move(dependent));
  }
  co_return owned;
}

}  // namespace pedalion::controllers
