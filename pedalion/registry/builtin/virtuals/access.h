#pragma once
// What reviews ask of the layers above: who may do what, whose token is it. Given when the registry is made.
#include <functional>
#include <string>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/base/status.h"
#include "pedalion/registry/rest/context.h"

namespace pedalion::registry::builtin::virtuals {

struct AccessQuestion {
  const rest::UserInfo* user = nullptr;
  bool resource_request = false;
  std::string verb, path;  // path: of non-resource requests
  std::string group, version, resource, subresource, ns, name;
};

struct AccessAnswer {
  bool allowed = false, denied = false;
  std::string reason, evaluation_error;
};

/// Thread-safe functions; an empty one is something that this server does not do: 501.
struct AccessCallbacks {
  std::function<AccessAnswer(const AccessQuestion&)> authorize;
  /// What a user may do in a namespace: `status` of a SelfSubjectRulesReview.
  std::function<Result<json::Document>(const rest::UserInfo&, const std::string& ns)> rules_of;
  /// `status` of a TokenReview.
  std::function<Result<json::Document>(const std::string& token, const std::vector<std::string>& audiences)>
      review_token;
  /// `status` of a TokenRequest for a service account; `request` is the TokenRequest.
  std::function<Result<json::Document>(const json::Value& account, const json::Value& request)> sign_token;
};

}  // namespace pedalion::registry::builtin::virtuals
