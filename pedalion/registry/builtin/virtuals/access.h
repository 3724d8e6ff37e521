#pragma once
// What reviews ask of the layers above: who may do what, whose token is it. Given when the registry is made.
#include <cstdint>
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

/// What a token of a service account says. Times are seconds since 1970.
struct TokenClaims {
  struct Ref {
    std::string name, uid;  // without a name: nothing is said
  };
  std::string ns, id;
  Ref account, pod, node, secret;
  std::vector<std::string> audiences;
  std::int64_t issued = 0, not_before = 0, expires = 0;
  std::int64_t warn_after = 0;  // from when on its use is stale; 0: never
};

/// How tokens of service accounts are made.
struct TokenIssuer {
  std::vector<std::string> audiences;  // this server's own: for whom tokens are that do not say
  std::int64_t longest = 0;            // seconds; 0: as long as is asked for
  /// Tokens of pods that are asked for as kubelets do, for this server, live a year, and are stale before.
  bool extends = true;
  std::function<Result<std::string>(const TokenClaims&)> sign;  // empty: there is no key, 501
};

/// Thread-safe functions; an empty one is something that this server does not do: 501.
struct AccessCallbacks {
  std::function<AccessAnswer(const AccessQuestion&)> authorize;
  /// What a user may do in a namespace: `status` of a SelfSubjectRulesReview.
  std::function<Result<json::Document>(const rest::UserInfo&, const std::string& ns)> rules_of;
  /// `status` of a TokenReview.
  std::function<Result<json::Document>(const std::string& token, const std::vector<std::string>& audiences)>
      review_token;
  TokenIssuer issuer;
};

}  // namespace pedalion::registry::builtin::virtuals
