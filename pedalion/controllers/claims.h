#pragma once
// Dependents of a controller: those that are its own, after it has taken and let go what it has to.
#include <string>
#include <vector>

#include "pedalion/client/api/dynamic_client.h"
#include "pedalion/client/informer/informer.h"
#include "pedalion/controllers/ownership.h"

namespace pedalion::controllers {

struct OwnerObject {
  meta::GroupVersionResource resource;
  std::string api_version, kind, namespace_name, name, uid;
  bool deleted = false;
  Owner view() const { return {api_version, kind, name, uid, deleted}; }
};
/// Of an object as its informer has it.
OwnerObject owner_of(const json::Value& object, meta::GroupVersionResource resource);

struct Dependent {
  client::api::Object object;
  json::Document tree;
};

/// `informer`, which has index_by_controller, and `client` outlive it. Adopts only while the server says that
/// the owner still is there.
Task<Result<std::vector<Dependent>>> claim_dependents(client::rest::RestClient& client,
                                                      client::informer::Informer& informer,
                                                      meta::GroupVersionResource dependents,
                                                      OwnerObject owner, selector::LabelSelector selector);

}  // namespace pedalion::controllers
